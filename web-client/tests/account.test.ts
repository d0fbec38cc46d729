import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ApiError } from "../src/api/error";
import { Api } from "../src/api/http";
import { Workplace } from "../src/features/dashboard/workplace";
import { AccountConnection } from "../src/signaling/account";
import type { AccountOptions } from "../src/signaling/account";
import { TestServer, until, welcome } from "./server";
import type { Handler, Json } from "./server";

const backoff = { first: 4, factor: 2, limit: 20, whenFull: 30 };

interface Setting {
  readonly server: TestServer;
  readonly connection: AccountConnection;
}

async function connected(
  rest: Handler, finish: (work: () => void) => void, options: Partial<AccountOptions> = {},
): Promise<Setting> {
  const server = await TestServer.start((call, peer) => {
    if (call.method === "hello") peer.reply(call, welcome());
    else rest(call, peer);
  });
  const connection = new AccountConnection({
    url: server.url, backoff, token: () => Promise.resolve("access"), renew: () => Promise.resolve(null), ...options,
  });
  finish(() => {
    connection.stop();
    server.stop();
  });
  connection.start();
  await until("open", () => connection.store.get().lifecycle.name === "open");
  return { server, connection };
}

const money = { amount: 12_000, currency: "usd" };
const in30s = () => new Date(Date.now() + 30_000).toISOString();

function request(id: string, change: Json = {}): Json {
  return {
    requestId: id, question: { id: `q-${id}`, title: `Question ${id}`, body: "Why?", tags: ["SQL"], budget: null },
    score: 0.7, reasons: ["knows SQL"], rate: money, expiresAt: in30s(), ...change,
  };
}

describe("the account's connection", () => {
  test("takes a fresh token for each connection, and counts its welcomes", async (context) => {
    let given = 0;
    const { server, connection } = await connected(() => undefined, (work) => context.after(work), {
      token: () => Promise.resolve(`t${++given}`),
    });
    server.last.cut();
    await until("back", () => connection.store.get().welcomes === 2);
    assert.deepEqual(server.connections.map(({ calls }) => calls[0]?.params["token"]), ["t1", "t2"]);
  });

  test("says the wish to be available again after each hello, and no older one", async (context) => {
    const { server, connection } = await connected(
      (call, peer) => peer.reply(call, call.params), (work) => context.after(work));
    assert.equal(await connection.setAvailable(true), true);
    server.last.cut();
    await until("the wish is said again", () => server.connections.length === 2 && server.last.calls.length === 2);
    assert.deepEqual(server.last.calls[1]?.params, { available: true });
    connection.wish(false);
    server.last.cut();
    await until("the other tab's wish is said", () => server.connections.length === 3 && server.last.calls.length === 2);
    assert.deepEqual(server.last.calls[1]?.params, { available: false });
  });

  test("a refused token is renewed and the connection goes on; without another one it ends", async (context) => {
    let token: string | null = "old";
    const server = await TestServer.start((call, peer) => {
      if (call.params["token"] === "new") peer.reply(call, welcome());
      else peer.refuse(call, -32001, "token_expired");
    });
    const refused: string[] = [];
    const connection = new AccountConnection({
      url: server.url, backoff, token: () => Promise.resolve(token),
      renew: (old) => {
        refused.push(old);
        token = token === "old" ? "new" : null;
        return Promise.resolve(token);
      },
    });
    context.after(() => {
      connection.stop();
      server.stop();
    });
    connection.start();
    await until("open", () => connection.store.get().lifecycle.name === "open");
    assert.deepEqual(refused, ["old"]);
    server.last.close(4003, "signed out");
    await until("asked again", () => refused.length === 2);
    const { lifecycle } = connection.store.get();
    assert.ok(lifecycle.name === "ended" && lifecycle.reason === "unauthenticated");
  });

  test("keeps trying while no token can be had at the moment", async (context) => {
    let isThere = false;
    const { connection } = await connected(() => undefined, (work) => context.after(work), {
      token: () => {
        if (isThere) return Promise.resolve("access");
        isThere = true;
        return Promise.reject(new ApiError({ kind: "network" }));
      },
    });
    assert.equal(connection.store.get().welcomes, 1);
  });

  test("passes notifications on to all who listen, and knows how the server's clock differs", async (context) => {
    const { server, connection } = await connected(() => undefined, (work) => context.after(work), {
      now: () => Date.parse("2026-03-01T09:29:00Z"),
    });
    assert.equal(connection.store.get().skew, 60_000);
    const heard: string[] = [];
    const stop = connection.on("question.status", ({ message }) => heard.push(`one: ${message}`));
    connection.on("question.status", ({ message }) => heard.push(`two: ${message}`));
    const status = { questionId: "q", state: "open", asked: 0, waiting: true, message: "In line.", sessionId: null };
    server.last.notify("question.status", status);
    await until("both", () => heard.length === 2);
    stop();
    server.last.notify("question.status", status);
    await until("one more", () => heard.length === 3);
    assert.deepEqual(heard, ["one: In line.", "two: In line.", "two: In line."]);
  });
});

describe("a consultant's workplace", () => {
  interface Rest {
    pending: readonly Json[];
    readonly paths: string[];
    accept: () => Response;
  }

  function json(content: object, status = 200): Response {
    const type = status < 400 ? "application/json" : "application/problem+json";
    return new Response(JSON.stringify(content), { status, headers: { "Content-Type": type } });
  }

  async function open(rest: Rest, handler: Handler, finish: (work: () => void) => void) {
    const { server, connection } = await connected(handler, finish);
    const api = new Api("http://api", (address, init) => {
      const path = address.slice("http://api".length);
      rest.paths.push(`${init.method ?? ""} ${path}`);
      if (path.startsWith("/me/requests")) return Promise.resolve(json({ items: rest.pending, next: null }));
      return Promise.resolve(path.endsWith("/accept") ? rest.accept() : new Response(null, { status: 204 }));
    });
    const workplace = new Workplace(api, connection, "grace");
    finish(() => workplace.stop());
    workplace.start();
    const ids = () => workplace.desk.get().cards.map(({ requestId }) => requestId);
    return { server, connection, workplace, ids };
  }

  const nothing = (): Rest => ({ pending: [], paths: [], accept: () => json({ sessionId: "s1" }) });

  test("finds on loading what was missed, rings what is pushed, and drops what is withdrawn with its reason", async (context) => {
    const rest = { ...nothing(), pending: [request("a", { state: "pending" })] };
    const { server, workplace, ids } = await open(rest, () => undefined, (work) => context.after(work));
    await until("the missed one", () => ids().length === 1);
    assert.ok(rest.paths.includes("GET /me/requests?state=pending"));
    server.last.notify("request.created", request("b"));
    await until("both", () => ids().length === 2);
    server.last.notify("request.created", request("b"));
    server.last.notify("request.withdrawn", { requestId: "b", reason: "accepted_elsewhere" });
    await until("one left", () => ids().length === 1);
    assert.deepEqual(workplace.desk.get().departed, [
      { requestId: "b", title: "Question b", reason: "accepted_elsewhere" },
    ]);
  });

  test("an accept brings the session and its token, once however often it is clicked", async (context) => {
    const { server, workplace, ids } = await open(nothing(), (call, peer) => {
      if (call.method === "request.accept") peer.reply(call, { sessionId: "s1", room: "r", token: "a.b.c" });
    }, (work) => context.after(work));
    server.last.notify("request.created", request("a"));
    await until("a card", () => ids().length === 1);
    const answers = await Promise.all([workplace.accept("a"), workplace.accept("a")]);
    assert.deepEqual(answers, [{ sessionId: "s1", token: "a.b.c" }, null]);
    assert.equal(server.last.calls.filter(({ method }) => method === "request.accept").length, 1);
    assert.deepEqual(ids(), []);
  });

  test("too late is said, and what the server cannot do now can be tried again", async (context) => {
    let code = -32603;
    const { server, workplace, ids } = await open(nothing(), (call, peer) => {
      peer.refuse(call, code, code === -32004 ? "request_closed" : "internal");
    }, (work) => context.after(work));
    server.last.notify("request.created", request("a"));
    await until("a card", () => ids().length === 1);
    assert.equal(await workplace.accept("a"), null);
    const [card] = workplace.desk.get().cards;
    assert.ok(card !== undefined && card.answering === "no");
    assert.match(card.problem ?? "", /Try again/);
    code = -32004;
    assert.equal(await workplace.accept("a"), null);
    assert.deepEqual(workplace.desk.get().departed.map(({ reason }) => reason), ["too_late"]);
  });

  test("an answer that the connection swallowed goes by the API", async (context) => {
    const rest = nothing();
    const { server, workplace, ids } = await open(rest, (call, peer) => {
      if (call.method.startsWith("request.")) peer.cut();
    }, (work) => context.after(work));
    rest.pending = [request("a", { state: "pending" })];
    server.last.notify("request.created", request("a"));
    await until("a card", () => ids().length === 1);
    assert.deepEqual(await workplace.accept("a"), { sessionId: "s1", token: null });
    assert.ok(rest.paths.includes("POST /requests/a/accept"));
  });

  test("after a reconnect the desk is as the server has it", async (context) => {
    const rest = { ...nothing(), pending: [request("a", { state: "pending" })] };
    const { server, connection, workplace, ids } = await open(rest, () => undefined, (work) => context.after(work));
    await until("a card", () => ids().length === 1);
    rest.pending = [request("b", { state: "pending" })];
    server.last.cut();
    await until("back", () => connection.store.get().welcomes === 2);
    await until("the other card", () => ids().join() === "b");
    assert.deepEqual(workplace.desk.get().departed.map(({ requestId }) => requestId), ["a"]);
  });
});
