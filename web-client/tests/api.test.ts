import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { confirmPasswordReset, requestPasswordReset, verifyEmail } from "../src/api/accounts";
import { ApiError } from "../src/api/error";
import type { Failure } from "../src/api/error";
import { Api } from "../src/api/http";
import { enter, pathOf, routeOf } from "../src/app/route";
import { object, string } from "../src/signaling/shape";

interface Sent {
  readonly address: string;
  readonly init: RequestInit;
}

/** An API that answers everything with one response, and keeps what it was sent. */
function answering(response: () => Response): { readonly api: Api; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const api = new Api("https://example.org/api/v1/", (address, init) => {
    sent.push({ address, init });
    return Promise.resolve(response());
  });
  return { api, sent };
}

function problem(status: number, body: string, headers: { readonly [name: string]: string } = {}): Response {
  return new Response(body, { status, headers: { "Content-Type": "application/problem+json", ...headers } });
}

async function failureOf(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("the API", () => {
  test("sends JSON with cookies to the address of config.json", async () => {
    const { api, sent } = answering(() => new Response(null, { status: 204 }));
    await verifyEmail(api, "t1");
    await requestPasswordReset(api, "ada@example.org");
    await confirmPasswordReset(api, "t2", "a quiet river");
    assert.deepEqual(sent.map(({ address, init }) => [init.method, address, init.body]), [
      ["POST", "https://example.org/api/v1/auth/verify-email", '{"token":"t1"}'],
      ["POST", "https://example.org/api/v1/auth/password-reset", '{"email":"ada@example.org"}'],
      [
        "POST", "https://example.org/api/v1/auth/password-reset/confirm",
        '{"token":"t2","password":"a quiet river"}',
      ],
    ]);
    for (const { init } of sent) {
      assert.equal(init.credentials, "include");
      assert.deepEqual(init.headers, { "Content-Type": "application/json" });
    }
  });

  test("reads what it is answered by its shape, and sends no body where there is none", async () => {
    const headers = { "Content-Type": "application/json; charset=utf-8" };
    const { api, sent } = answering(() => new Response('{"name":"Ada","more":1}', { headers }));
    assert.deepEqual(await api.ask("GET", "/me", object({ name: string })), { name: "Ada" });
    assert.equal(sent[0]?.init.body, undefined);
    assert.equal(sent[0]?.init.headers, undefined);
    const other = await failureOf(api.ask("GET", "/me", object({ email: string })));
    assert.deepEqual(other.failure, { kind: "unreadable", status: 200 });
  });

  test("an answer that is not JSON is not taken for one", async () => {
    const { api } = answering(() => new Response("<html>", { headers: { "Content-Type": "text/html" } }));
    const error = await failureOf(api.ask("GET", "/me", object({})));
    assert.deepEqual(error.failure, { kind: "unreadable", status: 200 });
  });

  test("tells a refusal's reason, its fields and when to try again", async () => {
    const body = JSON.stringify({
      type: "about:blank", title: "Unprocessable Content", status: 422, code: "invalid_content", detail: "/password: no",
      errors: [{ pointer: "/password", detail: "Use another one." }, { pointer: 1 }, null],
    });
    const { api } = answering(() => problem(422, body, { "Retry-After": "7" }));
    const error = await failureOf(confirmPasswordReset(api, "t", "p"));
    const expected: Failure = {
      kind: "refused", status: 422, code: "invalid_content", detail: "/password: no", retryAfter: 7,
      errors: [{ pointer: "/password", detail: "Use another one." }],
    };
    assert.deepEqual(error.failure, expected);
    assert.ok(error.is("invalid_content"));
    assert.ok(!error.is("token_invalid"));
    assert.deepEqual(error.of("/password"), ["Use another one."]);
    assert.deepEqual(error.of("/email"), []);
  });

  test("takes nothing for a refusal of the API that is none", async () => {
    const strange = [
      () => new Response("Bad Gateway", { status: 502, headers: { "Content-Type": "text/html" } }),
      () => problem(500, "{"),
      () => problem(500, "[]"),
      () => problem(500, '{"code":5}'),
    ];
    for (const response of strange) {
      const { failure } = await failureOf(verifyEmail(answering(response).api, "t"));
      assert.equal(failure.kind, "unreadable");
    }
    const bare = await failureOf(verifyEmail(
      answering(() => problem(429, '{"code":"rate_limited","errors":{}}', { "Retry-After": "soon" })).api, "t"));
    assert.deepEqual(bare.failure, {
      kind: "refused", status: 429, code: "rate_limited", detail: "", errors: [], retryAfter: null,
    });
  });

  test("tells that nobody answered", async () => {
    const api = new Api("http://127.0.0.1:1", () => Promise.reject(new TypeError("Failed to fetch")));
    assert.deepEqual((await failureOf(verifyEmail(api, "t"))).failure, { kind: "network" });
  });
});

const pages = [
  "sign-in", "register", "ask", "questions", "sessions", "desk", "profile", "payment-methods", "payments", "invoices",
  "earnings", "admin-payments",
] as const;

describe("addresses of pages", () => {
  const at = (pathname: string, hash = "") => routeOf({ pathname, hash });

  test("links in mails lead to their pages with their token", () => {
    assert.deepEqual(at("/verify-email", "#token=abc_-1"), { page: "verify-email", token: "abc_-1" });
    assert.deepEqual(at("/reset-password", "#token=abc&x=1"), { page: "reset-password", token: "abc" });
    for (const hash of ["", "#", "#token=", "#abc"]) {
      assert.deepEqual(at("/reset-password", hash), { page: "reset-password", token: null });
    }
  });

  test("a fragment at the front door is for the call page, and so is every path that is nobody's", () => {
    for (const path of ["/", "/index.html", "/verify-email/", "/verify", "/questions/a/b", "/questions/", "/desk/1", ""]) {
      assert.deepEqual(at(path, "#token=a.b.c"), { page: "call" });
    }
    assert.deepEqual(at("/", "#anything"), { page: "call" });
  });

  test("what is nobody's leads nowhere", () => {
    for (const path of ["/verify", "/questions/a/b", "/questions/", "/desk/1"]) assert.deepEqual(at(path), { page: "nowhere" });
  });

  test("the pages of the marketplace have addresses, and the addresses lead back", () => {
    for (const page of [...pages, "home"] as const) {
      assert.deepEqual(at(pathOf({ page })), { page });
    }
    const id = "01980f3e-5a4b-7c6d-8e9f-0a1b2c3d4e5f";
    assert.deepEqual(at(pathOf({ page: "question", id })), { page: "question", id });
    assert.deepEqual(at(pathOf({ page: "session", id })), { page: "session", id });
  });

  test("the servers know every address of the client", () => {
    const swift = readFileSync("../Sources/Web/ClientRoutes.swift", "utf8");
    for (const page of pages) {
      assert.ok(swift.includes(`"${pathOf({ page })}"`), page);
    }
    for (const path of ["/questions/", "/sessions/", "/verify-email", "/reset-password"]) {
      assert.ok(swift.includes(`"${path}"`), path);
    }
  });

  test("a mail's token does not stay in the address bar, a room's does", () => {
    const urls: string[] = [];
    const history = {
      state: null,
      replaceState: (_state: unknown, _unused: string, url?: string | URL | null) => void urls.push(String(url)),
    };
    assert.deepEqual(enter({ pathname: "/verify-email", search: "?a=1", hash: "#token=abc" }, history), {
      page: "verify-email", token: "abc",
    });
    assert.deepEqual(urls, ["/verify-email?a=1"]);
    enter({ pathname: "/verify-email", search: "", hash: "" }, history);
    enter({ pathname: "/", search: "", hash: "#token=a.b.c" }, history);
    assert.equal(urls.length, 1);
  });
});
