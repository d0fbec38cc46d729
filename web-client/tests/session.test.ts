import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ApiError } from "../src/api/error";
import { Api } from "../src/api/http";
import { Session } from "../src/api/session";
import type { SessionOptions } from "../src/api/session";
import { object, string } from "../src/signaling/shape";
import { until } from "./server";

const ada = { id: "u1", email: "ada@example.org", name: "Ada", role: "customer", emailVerified: true };

interface Sent {
  readonly path: string;
  readonly authorization: string | undefined;
}

/** An API with one account: a cookie that holds or not, and access tokens that are accepted or not. */
class Server {
  readonly sent: Sent[] = [];
  hasCookie = true;
  isThere = true;
  expiresIn = 900;
  user: object = ada;
  issued = 0;
  readonly refused = new Set<string>();

  readonly api = new Api("https://example.org/api/v1", (address, init) => {
    if (!this.isThere) return Promise.reject(new TypeError("Failed to fetch"));
    const headers = (init.headers ?? {}) as { readonly [name: string]: string };
    const path = address.replace("https://example.org/api/v1", "");
    this.sent.push({ path, authorization: headers["Authorization"] });
    return Promise.resolve(this.answer(path, headers["Authorization"]));
  });

  answer(path: string, authorization: string | undefined): Response {
    switch (path) {
      case "/auth/refresh":
        return this.hasCookie ? this.tokens() : problem(401, "refresh_token_invalid");
      case "/auth/login":
        this.hasCookie = true;
        return this.tokens();
      case "/auth/logout":
        this.hasCookie = false;
        return new Response(null, { status: 204 });
      default:
        return authorization === undefined || this.refused.has(authorization)
          ? problem(401, "unauthenticated")
          : json({ name: "Ada" });
    }
  }

  tokens(): Response {
    this.issued += 1;
    return json({ accessToken: `t${this.issued}`, expiresIn: this.expiresIn, user: this.user });
  }

  count(path: string): number {
    return this.sent.filter((one) => one.path === path).length;
  }
}

function json(content: object): Response {
  return new Response(JSON.stringify(content), { headers: { "Content-Type": "application/json" } });
}

function problem(status: number, code: string): Response {
  return new Response(JSON.stringify({ code, detail: "" }), {
    status, headers: { "Content-Type": "application/problem+json" },
  });
}

const shape = object({ name: string });

async function started(server: Server, options: SessionOptions = {}): Promise<Session> {
  const session = new Session(server.api, { exclusively: (work) => work(), ...options });
  await session.start();
  return session;
}

describe("being signed in", () => {
  test("a page that is loaded anew learns from the cookie who it is", async (context) => {
    const session = await started(new Server());
    context.after(() => session.dispose());
    const state = session.store.get();
    assert.ok(state.name === "signed-in");
    assert.equal(state.user.name, "Ada");
    assert.equal(await session.token(), "t1");
  });

  test("without a cookie nobody is signed in, and signing in changes that", async (context) => {
    const server = new Server();
    server.hasCookie = false;
    const session = await started(server);
    context.after(() => session.dispose());
    assert.deepEqual(session.store.get(), { name: "signed-out", ended: false });
    assert.equal(await session.token(), null);
    await session.signIn("ada@example.org", "a quiet river");
    assert.equal(session.store.get().name, "signed-in");
    await session.signOut();
    assert.deepEqual(session.store.get(), { name: "signed-out", ended: false });
    assert.equal(server.hasCookie, false);
  });

  test("requests carry the token, and a refused one is replaced once", async (context) => {
    const server = new Server();
    const session = await started(server);
    context.after(() => session.dispose());
    const api = server.api.as(session);
    assert.deepEqual(await api.ask("GET", "/me", shape), { name: "Ada" });
    server.refused.add("Bearer t1");
    assert.deepEqual(await api.ask("GET", "/me", shape), { name: "Ada" });
    const used = server.sent.filter(({ path }) => path === "/me").map(({ authorization }) => authorization);
    assert.deepEqual(used, ["Bearer t1", "Bearer t1", "Bearer t2"]);
    server.refused.add("Bearer t2").add("Bearer t3");
    await assert.rejects(api.ask("GET", "/me", shape), (error) => error instanceof ApiError && error.is("unauthenticated"));
    assert.equal(server.count("/auth/refresh"), 3);
  });

  test("many requests that meet the end of a token share one new one", async (context) => {
    const server = new Server();
    const session = await started(server);
    context.after(() => session.dispose());
    server.refused.add("Bearer t1");
    const api = server.api.as(session);
    await Promise.all([1, 2, 3, 4].map(() => api.ask("GET", "/me", shape)));
    assert.equal(server.count("/auth/refresh"), 2);
  });

  test("a token that ends soon is replaced before it is used", async (context) => {
    const server = new Server();
    let now = 0;
    const session = await started(server, { now: () => now });
    context.after(() => session.dispose());
    now = 860_000;
    assert.equal(await session.token(), "t1");
    now = 880_000;
    assert.equal(await session.token(), "t2");
    // While nobody answers, one that still holds is better than none.
    now += 880_000;
    server.isThere = false;
    assert.equal(await session.token(), "t2");
    now += 60_000;
    await assert.rejects(session.token(), (error) => error instanceof ApiError);
    assert.equal(session.store.get().name, "signed-in");
  });

  test("the token is replaced ahead of its end without anybody asking", async (context) => {
    const server = new Server();
    server.expiresIn = 1;
    const session = await started(server);
    context.after(() => session.dispose());
    await until("a second token", () => server.issued >= 2);
  });

  test("says so when the sign-in was ended elsewhere, and when nobody answers at all", async (context) => {
    const server = new Server();
    const session = await started(server);
    context.after(() => session.dispose());
    server.hasCookie = false;
    assert.equal(await session.renew("t1"), null);
    assert.deepEqual(session.store.get(), { name: "signed-out", ended: true });
    server.isThere = false;
    const lost = await started(server);
    context.after(() => lost.dispose());
    assert.equal(lost.store.get().name, "unreachable");
    server.isThere = true;
    server.hasCookie = true;
    await lost.start();
    assert.equal(lost.store.get().name, "signed-in");
  });

  test("the cookie's account counts, also where another tab has changed it", async (context) => {
    const server = new Server();
    const session = await started(server);
    context.after(() => session.dispose());
    server.user = { ...ada, id: "u2", name: "Grace", role: "consultant" };
    await session.renew("t1");
    const state = session.store.get();
    assert.ok(state.name === "signed-in" && state.user.id === "u2" && state.user.role === "consultant");
  });

  test("a call that goes on is not cut by the end of the sign-in: it is told when the call is over", async () => {
    const server = new Server();
    const session = await started(server);
    session.hold(true);
    server.hasCookie = false;
    server.refused.add("Bearer t1");
    await assert.rejects(server.api.as(session).ask("GET", "/me", shape), (error: unknown) => error instanceof ApiError && error.is("unauthenticated"));
    assert.equal(session.store.get().name, "signed-in");
    assert.equal(await session.token(), null);
    session.hold(false);
    assert.deepEqual(session.store.get(), { name: "signed-out", ended: true });
    // Whoever signs out themselves does so at once.
    server.hasCookie = true;
    await session.signIn("ada@example.org", "a password");
    session.hold(true);
    await session.signOut();
    assert.deepEqual(session.store.get(), { name: "signed-out", ended: false });
    session.dispose();
  });
});
