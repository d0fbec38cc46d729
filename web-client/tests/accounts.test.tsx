import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderToStaticMarkup } from "react-dom/server";
import { ApiError } from "../src/api/error";
import type { FieldError } from "../src/api/error";
import { Api } from "../src/api/http";
import { AccountPage, NoAccounts } from "../src/features/auth/AccountPage";
import { ChoosePasswordForm } from "../src/features/auth/ChoosePassword";
import { RequestResetForm } from "../src/features/auth/RequestReset";
import { ResetPasswordPage } from "../src/features/auth/ResetPasswordPage";
import { idle } from "../src/ui/useAttempt";
import type { Attempt } from "../src/ui/useAttempt";
import { VerifyEmail, VerifyEmailPage } from "../src/features/auth/VerifyEmailPage";
import { troubleWords } from "../src/ui/troubleWords";
import { passwordProblems } from "../src/features/auth/password";

const nothing = () => undefined;
const silent = new Api("http://127.0.0.1:1", () => Promise.reject(new Error("nothing is sent without a click")));

function refused(
  status: number, code: string, errors: readonly FieldError[] = [], retryAfter: number | null = null,
): Attempt {
  const error = new ApiError({ kind: "refused", status, code, detail: "The server's words.", errors, retryAfter });
  return { name: "failed", error };
}

const offline: Attempt = { name: "failed", error: new ApiError({ kind: "network" }) };

describe("the page that confirms an e-mail address", () => {
  const show = (attempt: Attempt) => renderToStaticMarkup(<VerifyEmail attempt={attempt} onConfirm={nothing} />);

  test("does nothing before the click, and then says what comes next", () => {
    const before = renderToStaticMarkup(<VerifyEmailPage api={silent} token="t" />);
    assert.match(before, /<h1[^>]*>Confirm your e-mail address</);
    assert.match(before, /data-testid="confirm-button"[^>]*>Confirm</);
    assert.match(show({ name: "sending" }), /aria-disabled="true"[^>]*>Confirming…/);
    const after = show({ name: "done" });
    assert.match(after, /role="status"[^>]*>[^<]*You can sign in now/);
    assert.doesNotMatch(after, /<button/);
  });

  test("shows the way on where the link does not hold any more", () => {
    const html = show(refused(422, "token_invalid"));
    assert.match(html, /<h1[^>]*>This link does not hold any more</);
    assert.match(html, /href="\/reset-password"/);
    assert.doesNotMatch(html, /confirm-button/);
  });

  test("lets one try again where that may help", () => {
    for (const attempt of [offline, refused(429, "rate_limited", [], 40), refused(503, "unavailable")]) {
      const html = show(attempt);
      assert.match(html, /role="alert"/);
      assert.match(html, /data-testid="confirm-button"[^>]*>Confirm</);
    }
    assert.match(show(refused(429, "rate_limited", [], 40)), /Try again in 40 seconds/);
  });

  test("without a token asks for the whole link", () => {
    assert.match(renderToStaticMarkup(<VerifyEmailPage api={silent} token={null} />), /This link is not complete/);
  });
});

describe("the page for a new password", () => {
  const show = (attempt: Attempt) =>
    renderToStaticMarkup(<ChoosePasswordForm attempt={attempt} onSubmit={nothing} onNewLink={nothing} />);

  test("with a link has two labelled fields that password keepers know", () => {
    const html = renderToStaticMarkup(<ResetPasswordPage api={silent} token="t" />);
    assert.equal(html.match(/type="password"[^>]*autoComplete="new-password"/gi)?.length, 2);
    const ids = Array.from(html.matchAll(/<input[^>]* id="([^"]+)"/g), ([, id]) => id);
    assert.equal(ids.length, 2);
    for (const id of ids) assert.ok(html.includes(`for="${id ?? ""}"`), id);
    assert.match(html, /At least 8 characters/);
  });

  test("without a link asks for the address, and answers every address alike", () => {
    const html = renderToStaticMarkup(<ResetPasswordPage api={silent} token={null} />);
    assert.match(html, /type="email"[^>]*autoComplete="email"/i);
    const done = renderToStaticMarkup(<RequestResetForm attempt={{ name: "done" }} onSubmit={nothing} />);
    assert.match(done, /If there is an account with this address/);
  });

  test("shows the server's words at the field they are about", () => {
    const html = show(refused(422, "invalid_content", [{ pointer: "/password", detail: "Many people use it." }]));
    assert.match(html, /aria-invalid="true" aria-describedby="([^ "]+-hint) ([^"]+-problem)"/);
    assert.match(html, /-problem"[^>]*>Many people use it\.</);
    assert.doesNotMatch(html, /role="alert"/);
    const email = refused(422, "invalid_content", [{ pointer: "/email", detail: "expected an e-mail address" }]);
    assert.match(
      renderToStaticMarkup(<RequestResetForm attempt={email} onSubmit={nothing} />), /not an e-mail address/);
  });

  test("shows other problems above the form, and a dead link's way on", () => {
    assert.match(show(offline), /role="alert"[\s\S]*could not be reached[\s\S]*change-button/);
    const dead = show(refused(422, "token_invalid"));
    assert.match(dead, /data-testid="new-link-button"/);
    assert.doesNotMatch(dead, /type="password"/);
    assert.match(show({ name: "done" }), /Sign in with the new one/);
    assert.doesNotMatch(show(idle), /role="alert"/);
  });

  test("compares and counts before anything is sent, in characters as the server does", () => {
    assert.deepEqual(passwordProblems("a quiet river", "a quiet river"), { password: null, repeated: null });
    assert.match(passwordProblems("short", "short").password ?? "", /at least 8/);
    assert.match(passwordProblems("a quiet river", "a quiet rivet").repeated ?? "", /not the same/);
    // Eight letters of two code points each, one composed; seven signs of two UTF-16 units each.
    assert.equal(passwordProblems("e\u0301".repeat(8), "").password, null);
    assert.notEqual(passwordProblems("e\u0301".repeat(7), "").password, null);
    assert.notEqual(passwordProblems("🛶".repeat(7), "").password, null);
  });
});

describe("what account pages say", () => {
  test("waits for the addresses first, and says where there are no accounts", () => {
    assert.match(
      renderToStaticMarkup(<AccountPage route={{ page: "verify-email", token: "t" }} />), /Looking for the server/);
    assert.match(renderToStaticMarkup(<NoAccounts />), /This server has no accounts/);
  });

  test("has words for every kind of failure", () => {
    const words = (attempt: Attempt) => (attempt.name === "failed" ? troubleWords(attempt.error).whatToDo : "");
    assert.match(words(offline), /connection/);
    assert.match(words({ name: "failed", error: new ApiError({ kind: "unreadable", status: 502 }) }), /try again/);
    assert.equal(words(refused(403, "forbidden")), "The server's words.");
    assert.match(words(refused(429, "rate_limited")), /in a moment/);
    assert.match(words(refused(429, "rate_limited", [], 1)), /in a second/);
    assert.match(words(refused(429, "rate_limited", [], 601)), /in 11 minutes/);
    assert.match(words(refused(500, "internal")), /Wait a moment/);
  });
});
