/** Reports: how they are made, how they are decided, and what is given up of Stripe's events. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderToStaticMarkup } from "react-dom/server";
import { ApiError } from "../src/api/error";
import { queuedReport } from "../src/api/moderation";
import type { QueuedReport } from "../src/api/moderation";
import { DecideForm } from "../src/features/admin/moderation/DecideDialog";
import { ReportItem } from "../src/features/admin/moderation/ReportItem";
import { choicesOf, decidedNews, sendWords } from "../src/features/admin/moderation/words";
import { AccountList } from "../src/features/admin/users/UsersPage";
import { ReceivedRating } from "../src/features/call/session/ReceivedRating";
import { ReportForm } from "../src/features/call/session/report/ReportDialog";
import { ReportPanel } from "../src/features/call/session/report/ReportPanel";
import { StripeEventItem } from "../src/features/ops/queue/StripeEvents";
import { reportReasons } from "../src/ui/reportWords";
import { troubleWords } from "../src/ui/troubleWords";
import { idle } from "../src/ui/useAttempt";
import type { Attempt } from "../src/ui/useAttempt";

const nothing = () => undefined;
const show = renderToStaticMarkup;
const script = "<script>alert(1)</script>";

function refused(status: number, code: string): Attempt {
  return { name: "failed", error: new ApiError({ kind: "refused", status, code, detail: "So it is.", errors: [], retryAfter: null }) };
}

const person = (name: string, role: string) => ({ id: `u-${name}`, name, role, isErased: false, suspendedAt: null });
const raw = {
  id: "r1", kind: "session", state: "open", reason: "abusive", text: script, createdAt: "2026-11-26T10:00:00Z",
  session: { id: "s1", title: "Why?", state: "completed", createdAt: "2026-11-26T09:00:00Z" },
  reporter: person("Ada", "customer"), subject: person("Grace", "consultant"), rating: null, ruling: null, earlier: [], othersOpen: 0,
};
const read = (changes: object = {}): QueuedReport => queuedReport.read({ ...raw, ...changes }, "report");
const comment = {
  kind: "comment", reporter: raw.subject, subject: raw.reporter, rating: { stars: 1, comment: "Nonsense.", hiddenAt: null },
};
const ruling = {
  decision: "suspend", note: "Third time.", message: "Enough.", decidedByName: null, decidedAt: "2026-11-26T11:00:00Z",
  liftedAt: null, liftedByName: null, liftNote: null,
};

describe("a report in the queue", () => {
  const item = (report: QueuedReport) => show(<ul><ReportItem report={report} action={null} /></ul>);

  test("says who said what about whom, in which call, and what was decided before", () => {
    const html = item(read());
    assert.match(html, /A call: Insults, threats or harassment/);
    assert.match(html, /href="\/admin\/users\?q=u-Ada"[\s\S]*about[\s\S]*href="\/admin\/users\?q=u-Grace"/);
    assert.match(html, /href="\/sessions\/s1"/);
    assert.match(html, /Nothing was decided about Grace before/);
    assert.doesNotMatch(html, /<script/);
    const earlier = [{ id: "r0", kind: "comment", reason: "spam", decision: "suspend", decidedAt: "2026-10-01T10:00:00Z", liftedAt: "2026-10-09T10:00:00Z" }];
    const again = item(read({ earlier, othersOpen: 2, subject: { ...raw.subject, suspendedAt: "2026-11-26T10:00:00Z" } }));
    assert.match(again, /Decided about Grace before: 1[\s\S]*Suspended, lifted [\s\S]*a comment: Advertising/);
    assert.match(again, /2 more open reports about Grace/);
    assert.match(again, /consultant, suspended/);
    assert.match(item(read({ reporter: { ...raw.reporter, isErased: true }, text: null })), /a deleted customer/);
  });

  test("shows the comment that it is about, and whether it is hidden", () => {
    assert.match(item(read(comment)), /The comment, with 1 of 5 stars:[\s\S]*data-testid="report-comment">Nonsense\./);
    const hidden = { ...comment.rating, comment: null, hiddenAt: "2026-11-26T10:00:00Z" };
    assert.match(item(read({ ...comment, rating: hidden })), /hidden since[\s\S]*It is gone\./);
  });

  test("says what was decided, by whom, and when it was lifted", () => {
    const html = item(read({ state: "decided", ruling }));
    assert.match(html, /Suspended by somebody who has left[\s\S]*Note: Third time\.[\s\S]*They were told: Enough\./);
    const lifted = { ...ruling, liftedAt: "2026-11-27T11:00:00Z", liftedByName: "Olive", liftNote: "They apologised." };
    assert.match(item(read({ state: "decided", ruling: lifted })), /Lifted by Olive, [\s\S]*: They apologised\./);
  });
});

describe("deciding", () => {
  const form = (report: QueuedReport, attempt: Attempt) => show(
    <DecideForm report={report} note="" message="" attempt={attempt} onNote={nothing} onMessage={nothing} onSend={nothing} onClose={nothing} />);

  test("a comment can be hidden, a call cannot", () => {
    assert.deepEqual(choicesOf(read()).map(({ id }) => id), ["dismiss", "warn", "suspend"]);
    assert.deepEqual(choicesOf(read(comment)).map(({ id }) => id), ["dismiss", "hide_comment", "warn", "suspend"]);
    assert.match(form(read(comment), idle), /Hide the comment[\s\S]*nobody but Ada reads the words/);
    assert.match(choicesOf(read())[2]?.text ?? "", /not listed, not asked/);
    assert.match(choicesOf(read(comment))[3]?.text ?? "", /open questions are cancelled/);
  });

  test("the button says what it does, and the news what was done", () => {
    assert.deepEqual((["dismiss", "hide_comment", "warn", "suspend"] as const).map((one) => sendWords(one, "Ada")), [
      "Dismiss the report", "Hide the comment", "Warn Ada", "Suspend Ada"]);
    assert.equal(decidedNews("suspend", "Grace"), "Grace is suspended.");
    assert.equal(decidedNews("warn", "Grace"), "Grace is warned by mail.");
  });

  test("failures say what to do: somebody was first, or nobody answered", () => {
    assert.match(form(read(), refused(409, "already_decided")), /Somebody has decided about this/);
    const away: Attempt = { name: "failed", error: new ApiError({ kind: "network" }) };
    assert.match(form(read(), away), /It may have been done all the same[\s\S]*decided once/);
    assert.match(form(read(), { name: "sending" }), /aria-disabled="true"[^>]*>Sending…/);
  });
});

describe("reporting", () => {
  const form = (reason: "other" | null, attempt: Attempt) => show(
    <ReportForm
      kind="session" name="Grace" reason={reason} text="" attempt={attempt} onReason={nothing} onText={nothing} onSend={nothing} onClose={nothing}
    />);

  test("has every reason, and needs words where none of them fits", () => {
    const html = form(null, idle);
    for (const [id] of reportReasons) assert.match(html, new RegExp(`data-testid="report-reason-${id}"`));
    assert.match(html, /Grace does not learn that it was you/);
    assert.match(html, /What happened\? \(optional\)/);
    assert.doesNotMatch(form("other", idle), /\(optional\)/);
    assert.match(form(null, refused(409, "no_comment")), /The comment is gone/);
  });

  test("what was reported is not reported again", () => {
    assert.match(show(<ReportPanel session="s1" kind="session" name="Grace" wasReported={false} />), /Report Grace…/);
    const told = show(<ReportPanel session="s1" kind="session" name="Grace" wasReported />);
    assert.match(told, /You have reported Grace/);
    assert.doesNotMatch(told, /<button/);
  });

  test("a consultant reports the comment on a call, and a hidden one only says that it was there", () => {
    const session = { id: "s1", customerName: "Ada", reported: [], rating: { stars: 1, comment: script, commentHidden: false } };
    const html = show(<ReceivedRating session={session} />);
    assert.match(html, /1 of 5[\s\S]*Report this comment…/);
    assert.doesNotMatch(html, /<script/);
    const hidden = show(<ReceivedRating session={{ ...session, rating: { stars: 1, comment: null, commentHidden: true } }} />);
    assert.match(hidden, /An administrator has hidden it/);
    assert.doesNotMatch(hidden, /<button/);
    assert.match(show(<ReceivedRating session={{ ...session, reported: ["comment"] }} />), /You have reported this comment/);
    assert.equal(show(<ReceivedRating session={{ ...session, rating: null }} />), "");
  });
});

describe("a suspended account", () => {
  test("is told so at the sign-in, and stands out among the users with a way to lift it", () => {
    const failed = refused(403, "account_suspended");
    assert.equal(failed.name === "failed" ? troubleWords(failed.error).title : "", "This account is suspended");
    const account = { id: "u1", email: "ada@example.org", name: "Ada", role: "customer", createdAt: "2026-11-26T10:00:00Z" } as const;
    const html = show(
      <AccountList
        accounts={[{ ...account, state: "suspended", suspendedAt: "2026-11-27T10:00:00Z" }, { ...account, id: "u2", state: "verified", suspendedAt: null }]}
        action={({ id, state }) => (state === "suspended" ? <button>Lift {id}</button> : null)}
      />);
    assert.match(html, /data-state="suspended"[\s\S]*Suspended since[\s\S]*Lift u1/);
    assert.equal(html.match(/<button/g)?.length, 1);
  });
});

describe("an event of Stripe's that was given up", () => {
  const event = {
    id: "evt_1", type: "charge.dispute.created", objectKind: "dispute", objectId: "du_1", createdAt: "2026-11-26T10:00:00Z",
    receivedAt: "2026-11-26T10:00:01Z", state: "parked", attempts: 12, lastError: script,
  } as const;

  test("says what it is about and why, and is tried again by a button that names it", () => {
    const html = show(<ul><StripeEventItem event={event} attempt={idle} onRetry={nothing} /></ul>);
    assert.match(html, /dispute du_1 · evt_1[\s\S]*given up after 12 tries/);
    assert.match(html, /aria-label="Try again: charge\.dispute\.created, du_1"/);
    assert.doesNotMatch(html, /<script/);
    const gone = show(<ul><StripeEventItem event={event} attempt={refused(404, "not_found")} onRetry={nothing} /></ul>);
    assert.match(gone, /role="alert"[^>]*>It is not given up any more/);
  });
});
