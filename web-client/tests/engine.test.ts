import { FakeConnection } from "./browser";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CallEngine } from "../src/call/engine";
import { LocalMedia } from "../src/call/localMedia";
import { SessionRecords } from "../src/call/sessionRecord";
import { counterpart, summarize } from "../src/call/state";
import { TestServer, billing, bob, room, until, welcome } from "./server";
import type { Call, Handler, Json, TestConnection } from "./server";

interface Stand {
  readonly server: TestServer;
  readonly engine: CallEngine;
  readonly media: LocalMedia;
  readonly stored: Map<string, string>;
  finish(): void;
}

function handler(change: (call: Call, connection: TestConnection) => boolean, joined: Json = room()): Handler {
  return (call, connection) => {
    if (change(call, connection)) return;
    switch (call.method) {
      case "hello":
        connection.reply(call, welcome());
        break;
      case "room.join":
        connection.reply(call, joined);
        break;
      case "media.offer":
        connection.reply(call, joined["mode"] === "p2p" ? {} : { sdp: "v=0\r\no=- 99 1 IN IP4 0.0.0.0\r\n" });
        break;
      case "chat.send":
        connection.reply(call, { id: call.params["id"], sequence: 1, sentAt: "2026-03-01T09:30:00Z" });
        break;
      default:
        if (call.id !== undefined) connection.reply(call, {});
    }
  };
}

/** A network that comes and goes at the test's word. */
class FakeNetwork {
  isUp = true;
  readonly #watchers = new Set<() => void>();

  readonly isOnline = () => this.isUp;

  readonly subscribe = (changed: () => void) => {
    this.#watchers.add(changed);
    return () => {
      this.#watchers.delete(changed);
    };
  };

  get watchers(): number {
    return this.#watchers.size;
  }

  become(isUp: boolean): void {
    this.isUp = isUp;
    for (const watcher of this.#watchers) watcher();
  }
}

async function stand(
  serve: Handler, mode: "relay" | "p2p" = "relay", network: FakeNetwork = new FakeNetwork(),
): Promise<Stand> {
  FakeConnection.made = [];
  const server = await TestServer.start(serve);
  const stored = new Map<string, string>();
  const media = new LocalMedia();
  await media.open({ mic: "on", camera: true });
  const engine = new CallEngine({
    websocket: server.url,
    token: "t.t.t",
    claims: { room: "demo", userId: "alice", name: "Alice", role: "customer", mode, unmetered: false, expiresAt: null },
    media,
    network,
    records: new SessionRecords({
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    }),
    createConnection: () => new FakeConnection() as unknown as RTCPeerConnection,
  });
  return {
    server,
    engine,
    media,
    stored,
    finish: () => {
      engine.dispose();
      server.stop();
    },
  };
}

const nothing = () => false;
const calls = (server: TestServer) => (server.connections.length === 0 ? [] : server.last.calls);
const methods = (server: TestServer) => calls(server).map(({ method }) => method);
const sent = (server: TestServer, method: string) => calls(server).filter((call) => call.method === method);

describe("the call engine through the relay", () => {
  test("joins, offers three slots in order, and takes the answer", async (context) => {
    const { server, engine, media, finish } = await stand(handler(nothing, room({ participants: [bob] })));
    context.after(finish);
    engine.join();
    await until("answered", () => FakeConnection.made[0]?.remoteDescription !== null && FakeConnection.made.length === 1);
    const { transceivers } = FakeConnection.last;
    assert.deepEqual(transceivers.map(({ receiver }) => receiver.track.kind), ["audio", "video", "video"]);
    assert.deepEqual(transceivers.map(({ direction }) => direction), ["sendrecv", "sendrecv", "sendrecv"]);
    const state = media.store.get();
    assert.deepEqual(transceivers.map(({ sender }) => sender.track), [state.mic.track, state.camera.track, null]);
    assert.deepEqual(methods(server).slice(0, 4), ["hello", "room.join", "media.state", "media.offer"]);
    FakeConnection.last.become("connected");
    assert.equal(engine.state.path, "connected");
    assert.equal(summarize(engine.state), "connected");
    assert.equal(counterpart(engine.state)?.name, "Bob");
  });

  test("starts and stops sources without a new offer, and tells the room", async (context) => {
    const { server, engine, media, finish } = await stand(handler(nothing));
    context.after(finish);
    engine.join();
    await until("offered", () => sent(server, "media.offer").length === 1);
    const camera = FakeConnection.last.transceivers[1];
    await media.setCamera(false);
    assert.equal(camera?.sender.track, null);
    await media.setMic(false);
    await media.setCamera(true);
    assert.equal(camera?.sender.track, media.store.get().camera.track);
    await until("told", () => sent(server, "media.state").length === 4);
    assert.deepEqual(sent(server, "media.state").map(({ params }) => [params["mic"], params["camera"]]), [
      [true, true], [true, false], [false, false], [false, true],
    ]);
    assert.equal(sent(server, "media.offer").length, 1);
  });

  test("keeps candidates that come before the answer until there is one", async (context) => {
    const { server, engine, finish } = await stand(handler((call, connection) => {
      if (call.method !== "media.offer") return false;
      connection.notify("media.candidate", { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 });
      connection.reply(call, { sdp: "v=0\r\no=- 99 1 IN IP4 0.0.0.0\r\n" });
      connection.notify("media.candidate", { candidate: "", sdpMid: "0", sdpMLineIndex: 0 });
      return true;
    }));
    context.after(finish);
    engine.join();
    await until("both candidates", () => FakeConnection.made[0]?.candidates.length === 2);
    FakeConnection.last.onicecandidate?.({ candidate: null });
    await until("the end of ours", () => sent(server, "media.candidate").length === 1);
    assert.equal(sent(server, "media.candidate")[0]?.params["candidate"], "");
  });

  test("looks for another way as soon as the machine is back in a network, and no longer after the call", async (context) => {
    const network = new FakeNetwork();
    const { server, engine, finish } = await stand(handler(nothing, room({ participants: [bob] })), "relay", network);
    context.after(finish);
    engine.join();
    await until("answered", () => FakeConnection.made.length === 1 && FakeConnection.last.remoteDescription !== null);
    FakeConnection.last.become("connected");
    network.become(false);
    assert.equal(FakeConnection.last.restarts, 0);
    network.become(true);
    await until("offered again", () => sent(server, "media.offer").length === 2);
    assert.equal(FakeConnection.last.restarts, 1);
    assert.equal(FakeConnection.made.length, 1, "the connection stays");
    assert.equal(network.watchers, 1);
    engine.leave();
    assert.equal(network.watchers, 0);
  });

  test("restarts ICE when the path has failed", async (context) => {
    const { server, engine, finish } = await stand(handler(nothing));
    context.after(finish);
    engine.join();
    await until("answered", () => FakeConnection.made[0]?.remoteDescription != null);
    FakeConnection.last.become("connected");
    FakeConnection.last.become("failed");
    assert.equal(summarize({ ...engine.state, participants: [{ ...bob, role: "consultant" }] }), "reconnecting");
    await until("a second offer", () => sent(server, "media.offer").length === 2);
    assert.equal(FakeConnection.made.length, 1);
    assert.equal(FakeConnection.last.restarts, 1);
  });

  test("builds a new connection when the server no longer knows the old one", async (context) => {
    let offers = 0;
    const { engine, finish } = await stand(handler((call, connection) => {
      if (call.method !== "media.offer") return false;
      offers += 1;
      if (offers !== 2) return false;
      connection.refuse(call, -32003, "not_found");
      return true;
    }));
    context.after(finish);
    engine.join();
    await until("answered", () => FakeConnection.made[0]?.remoteDescription != null);
    FakeConnection.last.become("connected");
    FakeConnection.last.become("failed");
    await until("a new one", () => FakeConnection.made.length === 2 && FakeConnection.last.remoteDescription !== null);
    assert.equal(offers, 3);
    assert.equal(FakeConnection.made[0]?.connectionState, "closed");
  });

  test("leaves a media path alone that outlives the signaling connection", async (context) => {
    let greetings = 0;
    const { server, engine, finish } = await stand(handler((call, connection) => {
      if (call.method !== "hello") return false;
      greetings += 1;
      connection.reply(call, greetings === 1 ? welcome() : welcome({ resumed: true, room: room() }));
      return true;
    }));
    context.after(finish);
    engine.join();
    await until("answered", () => FakeConnection.made[0]?.remoteDescription != null);
    FakeConnection.last.become("connected");
    server.last.close(1011);
    await until("back", () => greetings === 2 && engine.state.signaling.name === "open");
    await until("told", () => sent(server, "media.state").length === 1);
    assert.deepEqual(methods(server), ["hello", "media.state"]);
    assert.equal(FakeConnection.made.length, 1);
  });

  test("joins again with a new path when the server did not keep the participation", async (context) => {
    const { server, engine, finish } = await stand(handler(nothing));
    context.after(finish);
    engine.join();
    await until("answered", () => FakeConnection.made[0]?.remoteDescription != null);
    FakeConnection.last.become("connected");
    server.last.close(1011);
    await until("a new path", () => FakeConnection.made.length === 2 && FakeConnection.last.remoteDescription !== null);
    assert.ok(methods(server).includes("room.join"));
  });

  test("sends what was written during an outage once it is over, under the same id", async (context) => {
    const { server, engine, finish } = await stand(handler(nothing));
    context.after(finish);
    engine.join();
    await until("in", () => engine.state.phase.name === "call");
    server.last.close(1011);
    await until("out", () => engine.state.signaling.name !== "open");
    engine.sendChat("  are you there?  ");
    assert.deepEqual(engine.state.chat.entries.map(({ text, delivery }) => [text, delivery]), [
      ["are you there?", "pending"],
    ]);
    const id = engine.state.chat.entries[0]?.id;
    await until("sent", () => engine.state.chat.entries[0]?.delivery === "sent");
    assert.equal(sent(server, "chat.send")[0]?.params["id"], id);
  });

  test("marks a message that the server refuses, and sends it again on request", async (context) => {
    let refused = false;
    const { engine, finish } = await stand(handler((call, connection) => {
      if (call.method !== "chat.send" || refused) return false;
      refused = true;
      connection.refuse(call, -32005, "rate_limited");
      return true;
    }));
    context.after(finish);
    engine.join();
    await until("in", () => engine.state.phase.name === "call");
    engine.sendChat("hi");
    await until("failed", () => engine.state.chat.entries[0]?.delivery === "failed");
    engine.resendChat(engine.state.chat.entries[0]?.id ?? "");
    await until("sent", () => engine.state.chat.entries[0]?.delivery === "sent");
  });

  test("ends with the server's reason, and lets go of everything", async (context) => {
    const { server, engine, media, stored, finish } = await stand(handler(nothing));
    context.after(finish);
    engine.join();
    await until("answered", () => FakeConnection.made[0]?.remoteDescription != null);
    const { mic, camera } = media.store.get();
    assert.equal(stored.size, 1);
    server.last.notify("billing.status", { ...billing, state: "closed", mediaSeconds: 640 });
    server.last.notify("room.ended", { reason: "unpaid" });
    server.last.close(1000);
    await until("ended", () => engine.state.phase.name === "ended");
    assert.deepEqual(engine.state.phase, { name: "ended", reason: "unpaid" });
    assert.equal(engine.state.billing?.mediaSeconds, 640);
    assert.equal(FakeConnection.last.connectionState, "closed");
    assert.equal(engine.peerConnection, null);
    assert.deepEqual([mic.track?.readyState, camera.track?.readyState], ["ended", "ended"]);
    assert.equal(stored.size, 0);
    assert.equal(server.connections.length, 1);
  });

  test("says goodbye when hanging up, but not when the page goes away", async (context) => {
    const one = await stand(handler(nothing));
    context.after(one.finish);
    one.engine.join();
    await until("in", () => one.engine.state.phase.name === "call");
    one.engine.leave();
    assert.deepEqual(one.engine.state.phase, { name: "ended", reason: "hangup" });
    await until("goodbye", () => methods(one.server).includes("room.leave"));

    const other = await stand(handler(nothing));
    context.after(other.finish);
    other.engine.join();
    await until("in", () => other.engine.state.phase.name === "call");
    other.engine.dispose();
    await until("closed", () => !other.server.last.isOpen);
    assert.ok(!methods(other.server).includes("room.leave"));
    assert.equal(other.stored.size, 1);
  });

  test("goes back to the join page with the reason when the room is full", async (context) => {
    const { engine, media, finish } = await stand(handler((call, connection) => {
      if (call.method !== "room.join") return false;
      connection.refuse(call, -32004, "room_full");
      return true;
    }));
    context.after(finish);
    engine.join();
    await until("refused", () => engine.state.phase.name === "lobby");
    assert.deepEqual(engine.state.phase, { name: "lobby", error: { reason: "room_full", message: "room_full" } });
    assert.equal(media.store.get().camera.on, true);
  });

  test("shows the end of a room that ended before one came", async (context) => {
    const { engine, finish } = await stand(handler((call, connection) => {
      if (call.method !== "room.join") return false;
      connection.refuse(call, -32004, "room_ended", { reason: "unpaid" });
      return true;
    }));
    context.after(finish);
    engine.join();
    await until("ended", () => engine.state.phase.name === "ended");
    assert.deepEqual(engine.state.phase, { name: "ended", reason: "unpaid" });
  });

  test("follows who is there and what they send", async (context) => {
    const { server, engine, finish } = await stand(handler(nothing));
    context.after(finish);
    engine.join();
    await until("in", () => engine.state.phase.name === "call");
    assert.equal(summarize(engine.state), "waiting");
    server.last.notify("room.joined", { participant: bob, rejoined: false });
    server.last.notify("media.state", { userId: "bob", mic: false, camera: true, screen: true });
    server.last.notify("media.connection", { userId: "bob", state: "disconnected" });
    await until("seen", () => engine.state.paths["bob"] === "disconnected");
    assert.deepEqual(counterpart(engine.state)?.media, { mic: false, camera: true, screen: true });
    server.last.notify("room.left", { userId: "bob", reason: "timeout" });
    await until("gone", () => counterpart(engine.state) === null);
    assert.deepEqual(engine.state.departed, { name: "Bob", reason: "timeout" });
  });
});

describe("the call engine peer to peer", () => {
  const peerRoom = (change: Json) => room({ mode: "p2p", ...change });
  const offerOf = (identity: number) => `v=0\r\no=- ${identity} 1 IN IP4 0.0.0.0\r\nm=audio 9\r\nm=video 9\r\nm=video 9\r\n`;

  test("offers when it comes second, and takes the answer from the other side", async (context) => {
    const { server, engine, finish } = await stand(
      handler(nothing, peerRoom({ participants: [bob], offerer: true })), "p2p");
    context.after(finish);
    engine.join();
    await until("offered", () => sent(server, "media.offer").length === 1);
    server.last.notify("media.candidate", { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0, from: "bob" });
    server.last.notify("media.answer", { sdp: offerOf(7), from: "bob" });
    await until("answered", () => FakeConnection.last.candidates.length === 1);
    assert.equal(FakeConnection.last.signalingState, "stable");
  });

  test("waits when it comes first, and answers with its own sources in the slots", async (context) => {
    const { server, engine, media, finish } = await stand(handler(nothing, peerRoom({ offerer: false })), "p2p");
    context.after(finish);
    engine.join();
    await until("in", () => engine.state.phase.name === "call");
    assert.equal(FakeConnection.made.length, 0);
    server.last.notify("room.joined", { participant: bob, rejoined: false, offerer: false });
    server.last.notify("media.offer", { sdp: offerOf(7), from: "bob" });
    await until("answered", () => sent(server, "media.answer").length === 1);
    const { transceivers } = FakeConnection.last;
    assert.deepEqual(transceivers.map(({ direction }) => direction), ["sendrecv", "sendrecv", "sendrecv"]);
    assert.equal(transceivers[0]?.sender.track, media.store.get().mic.track);
    assert.equal(transceivers[1]?.sender.track, media.store.get().camera.track);
    assert.equal(transceivers[2]?.sender.track, null);
  });

  test("answers a page that was reloaded with a new connection", async (context) => {
    const { server, engine, finish } = await stand(handler(nothing, peerRoom({ offerer: false })), "p2p");
    context.after(finish);
    engine.join();
    await until("in", () => engine.state.phase.name === "call");
    server.last.notify("room.joined", { participant: bob, rejoined: false, offerer: false });
    server.last.notify("media.offer", { sdp: offerOf(7), from: "bob" });
    await until("answered", () => sent(server, "media.answer").length === 1);
    server.last.notify("media.offer", { sdp: offerOf(7), from: "bob" });
    await until("answered again", () => sent(server, "media.answer").length === 2);
    assert.equal(FakeConnection.made.length, 1);
    server.last.notify("room.joined", { participant: bob, rejoined: true, offerer: false });
    server.last.notify("media.offer", { sdp: offerOf(8), from: "bob" });
    await until("answered anew", () => sent(server, "media.answer").length === 3);
    assert.equal(FakeConnection.made.length, 2);
    assert.equal(FakeConnection.made[0]?.connectionState, "closed");
  });

  test("does not give way when both offer at once and it is the one to be heard", async (context) => {
    const { server, engine, finish } = await stand(
      handler(nothing, peerRoom({ participants: [bob], offerer: true })), "p2p");
    context.after(finish);
    engine.join();
    await until("offered", () => sent(server, "media.offer").length === 1);
    // "alice" comes before "bob", so bob's side is the polite one.
    server.last.notify("media.offer", { sdp: offerOf(7), from: "bob" });
    server.last.notify("media.answer", { sdp: offerOf(7), from: "bob" });
    await until("answered", () => FakeConnection.last.remoteDescription !== null);
    assert.equal(FakeConnection.last.remoteDescription?.type, "answer");
    assert.equal(sent(server, "media.answer").length, 0);
  });

  test("gives way when both offer at once and it is the polite one", async (context) => {
    const aaron = { ...bob, userId: "aaron", name: "Aaron" };
    const { server, engine, finish } = await stand(
      handler(nothing, peerRoom({ participants: [aaron], offerer: true })), "p2p");
    context.after(finish);
    engine.join();
    await until("offered", () => sent(server, "media.offer").length === 1);
    server.last.notify("media.offer", { sdp: offerOf(7), from: "aaron" });
    await until("answered", () => sent(server, "media.answer").length === 1);
    assert.equal(FakeConnection.last.remoteDescription?.type, "offer");
    assert.equal(FakeConnection.last.signalingState, "stable");
  });

  test("offers after a reload, because whoever comes back offers", async (context) => {
    const { server, engine, finish } = await stand(
      handler((call, connection) => {
        if (call.method !== "hello") return false;
        assert.equal(call.params["resume"], "kept");
        connection.reply(call, welcome({ resumed: true, room: peerRoom({ participants: [bob], offerer: true }) }));
        return true;
      }),
      "p2p",
    );
    context.after(finish);
    engine.join({
      room: "demo", userId: "alice", resume: "kept", seenAt: Date.now(), mic: "on", camera: true, readSequence: 0,
    });
    await until("offered", () => sent(server, "media.offer").length === 1);
    assert.ok(!methods(server).includes("room.join"));
  });
});
