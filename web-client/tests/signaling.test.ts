import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SignalingClient } from "../src/signaling/client";
import type { Network, SignalingListener, SignalingOptions } from "../src/signaling/client";
import { SignalingError } from "../src/signaling/errors";
import { TestServer, room, until, welcome } from "./server";
import type { Handler } from "./server";

const backoff = { first: 4, factor: 2, limit: 20, whenFull: 30 };

function greetThen(rest: Handler): Handler {
  return (call, connection) => {
    if (call.method === "hello") connection.reply(call, welcome({ resume: `r${Math.random()}` }));
    else rest(call, connection);
  };
}

async function connect(
  handler: Handler,
  options: Partial<SignalingOptions> = {},
  listener: SignalingListener = {},
): Promise<{ server: TestServer; client: SignalingClient; finish: () => void }> {
  const server = await TestServer.start(handler);
  const client = new SignalingClient({ url: server.url, token: "t.t.t", backoff, ...options }, listener);
  client.start();
  return {
    server,
    client,
    finish: () => {
      client.stop();
      server.stop();
    },
  };
}

class TestNetwork implements Network {
  online = true;
  changed: () => void = () => undefined;

  isOnline(): boolean {
    return this.online;
  }

  subscribe(changed: () => void): () => void {
    this.changed = changed;
    return () => undefined;
  }

  set(online: boolean): void {
    this.online = online;
    this.changed();
  }
}

const isOpen = (client: SignalingClient) => () => client.state.name === "open";

describe("the signaling client", () => {
  test("says hello with its token, and answers typed results to requests", async (context) => {
    const { server, client, finish } = await connect(greetThen((call, connection) => {
      if (call.method === "room.join") connection.reply(call, room());
    }));
    context.after(finish);
    await until("open", isOpen(client));
    assert.deepEqual(server.last.calls[0]?.params, { token: "t.t.t", chatSequence: 0 });
    const joined = await client.request("room.join", { token: "t.t.t" });
    assert.equal(joined.mode, "relay");
    assert.equal(joined.billing.thresholdSeconds, 600);
    assert.equal(joined.you.name, "Alice");
  });

  test("maps the server's errors to kind, reason and data", async (context) => {
    const { client, finish } = await connect(greetThen((call, connection) => {
      connection.refuse(call, -32004, "room_ended", { reason: "unpaid" });
    }));
    context.after(finish);
    await until("open", isOpen(client));
    await assert.rejects(client.request("room.join", { token: "t" }), (error) => {
      assert.ok(error instanceof SignalingError);
      assert.equal(error.kind, "conflict");
      assert.equal(error.reason, "room_ended");
      assert.equal(error.data["reason"], "unpaid");
      assert.equal(error.isPassing, false);
      return true;
    });
  });

  test("gives a request up when nobody answers in time", async (context) => {
    const { client, finish } = await connect(greetThen(() => undefined));
    context.after(finish);
    await until("open", isOpen(client));
    await assert.rejects(client.request("room.leave", {}, 10), (error) => {
      return error instanceof SignalingError && error.kind === "timeout" && error.isPassing;
    });
  });

  test("does not believe a result that has not the promised shape", async (context) => {
    const { client, finish } = await connect(greetThen((call, connection) => connection.reply(call, { room: 7 })));
    context.after(finish);
    await until("open", isOpen(client));
    await assert.rejects(client.request("room.join", { token: "t" }), (error) => {
      return error instanceof SignalingError && error.kind === "invalid_result";
    });
  });

  test("hands notifications to whoever listens, and drops what it cannot read", async (context) => {
    const dropped: string[] = [];
    const seen: string[] = [];
    const { server, client, finish } = await connect(greetThen(() => undefined), {}, {
      misunderstood: (what) => dropped.push(what),
    });
    context.after(finish);
    client.on("room.ended", ({ reason }) => seen.push(reason));
    await until("open", isOpen(client));
    server.last.notify("room.ended", { reason: 5 });
    server.last.notify("from.the.future", { anything: true });
    server.last.notify("room.ended", { reason: "a reason of the future" });
    server.last.notify("room.ended", { reason: "unpaid", more: 1 });
    await until("both", () => seen.length === 2);
    assert.deepEqual(seen, ["closed", "unpaid"]);
    assert.equal(dropped.length, 1);
  });

  test("reconnects by itself with the newest resume string and the last chat sequence", async (context) => {
    let greetings = 0;
    const welcomes: boolean[] = [];
    const { server, client, finish } = await connect(
      (call, connection) => {
        greetings += 1;
        connection.reply(call, greetings === 1
          ? welcome({ resume: "first" })
          : welcome({ resume: "second", resumed: true, room: room() }));
      },
      { chatSequence: () => greetings * 7 },
      { welcomed: ({ resumed, room: now }) => welcomes.push(resumed && now?.mode === "relay") },
    );
    context.after(finish);
    await until("open", isOpen(client));
    server.last.close(1011, "oops");
    await until("again", () => welcomes.length === 2);
    assert.deepEqual(server.last.calls[0]?.params, { token: "t.t.t", resume: "first", chatSequence: 7 });
    assert.equal(client.resume, "second");
    assert.deepEqual(welcomes, [false, true]);
  });

  test("fails what was under way when the connection breaks, and what is asked before it is back", async (context) => {
    const { server, client, finish } = await connect(greetThen(() => undefined));
    context.after(finish);
    await until("open", isOpen(client));
    const underWay = client.request("room.leave", {});
    server.last.cut();
    await assert.rejects(underWay, (error) => error instanceof SignalingError && error.kind === "disconnected");
    await assert.rejects(client.request("ping", {}), (error) => error instanceof SignalingError);
    assert.equal(client.notify("media.state", { mic: true, camera: true, screen: false }), false);
  });

  test("keeps trying while the server drops it, with growing attempts", async (context) => {
    const attempts: number[] = [];
    const { finish } = await connect((_call, connection) => connection.cut(), {}, {
      stateChanged: (state) => {
        if (state.name === "waiting") attempts.push(state.attempt);
      },
    });
    context.after(finish);
    await until("several attempts", () => attempts.length >= 4);
    assert.deepEqual(attempts.slice(0, 4), [1, 2, 3, 4]);
  });

  test("ends when another connection replaced it, and does not come back", async (context) => {
    const { server, client, finish } = await connect(greetThen(() => undefined));
    context.after(finish);
    await until("open", isOpen(client));
    server.last.close(4001, "replaced");
    await until("ended", () => client.state.name === "ended");
    assert.deepEqual(client.state, { name: "ended", reason: "replaced", detail: "replaced" });
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.equal(server.connections.length, 1);
  });

  test("ends when the server says that it breaks the protocol", async (context) => {
    const { server, client, finish } = await connect(greetThen(() => undefined));
    context.after(finish);
    await until("open", isOpen(client));
    server.last.close(1008, "too many protocol errors");
    await until("ended", () => client.state.name === "ended");
    assert.equal(client.state.name === "ended" && client.state.reason, "rejected");
  });

  test("leaves a full server alone for longer, then comes back", async (context) => {
    let full = true;
    const causes: string[] = [];
    const { client, finish } = await connect(
      (call, connection) => {
        if (full) connection.close(1013, "server full");
        else connection.reply(call, welcome());
      },
      {},
      {
        stateChanged: (state) => {
          if (state.name !== "waiting") return;
          causes.push(state.cause);
          assert.ok((state.delay ?? 0) >= backoff.whenFull);
          full = false;
        },
      },
    );
    context.after(finish);
    await until("open", isOpen(client));
    assert.deepEqual(causes, ["full"]);
  });

  test("does not try again with a token that the server refuses", async (context) => {
    const { server, client, finish } = await connect((call, connection) => {
      connection.refuse(call, -32001, "token_expired");
    });
    context.after(finish);
    await until("ended", () => client.state.name === "ended");
    assert.deepEqual(client.state, { name: "ended", reason: "unauthenticated", detail: "token_expired" });
    assert.equal(server.connections.length, 1);
  });

  test("tries again when hello is refused for a reason that passes", async (context) => {
    let count = 0;
    const { client, finish } = await connect((call, connection) => {
      count += 1;
      if (count === 1) connection.refuse(call, -32006, "draining");
      else connection.reply(call, welcome());
    });
    context.after(finish);
    await until("open", isOpen(client));
    assert.equal(count, 2);
  });

  test("notices by its heartbeat that nobody is there any more", async (context) => {
    let silent = false;
    const { server, client, finish } = await connect(
      (call, connection) => {
        if (call.method === "hello") connection.reply(call, welcome({ heartbeatSeconds: 0 }));
        else if (!silent) connection.reply(call, {});
      },
      { requestTimeout: 20 },
    );
    context.after(finish);
    await until("open", isOpen(client));
    silent = true;
    await until("reconnected", () => server.connections.length === 2);
    assert.ok(server.connections[0]?.calls.some(({ method }) => method === "ping"));
  });

  test("waits without a timer while the machine is offline, and connects the moment it is online", async (context) => {
    const network = new TestNetwork();
    const { server, client, finish } = await connect(greetThen(() => undefined), { network });
    context.after(finish);
    await until("open", isOpen(client));
    network.online = false;
    server.last.cut();
    await until("waiting", () => client.state.name === "waiting");
    assert.deepEqual(client.state, { name: "waiting", attempt: 1, cause: "offline", delay: null });
    network.set(true);
    await until("open again", isOpen(client));
  });

  test("is silent after stop", async (context) => {
    const { server, client, finish } = await connect(greetThen(() => undefined));
    context.after(finish);
    await until("open", isOpen(client));
    client.stop();
    await until("closed", () => !server.last.isOpen);
    assert.equal(client.state.name, "ended");
    assert.equal(server.connections.length, 1);
  });
});
