import "./browser";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderToStaticMarkup } from "react-dom/server";
import { CallEngine } from "../src/call/engine";
import { noTracks } from "../src/call/link/interface";
import { LocalMedia } from "../src/call/localMedia";
import { SessionRecords } from "../src/call/sessionRecord";
import { initialState, reduce } from "../src/call/state";
import type { CallEvent, CallState } from "../src/call/state";
import { CallPage } from "../src/features/call/CallPage";
import { ChatPanel } from "../src/features/call/ChatPanel";
import { EndedPage } from "../src/features/call/EndedPage";
import { initials } from "../src/features/call/Stage";
import { JoinPage } from "../src/features/call/join/JoinPage";
import { LinkPage } from "../src/features/call/join/LinkPage";
import { announcement, connectionNotice, endedWords, qualityWords } from "../src/features/call/words";
import * as chat from "../src/call/chat";
import type { Room } from "../src/signaling/messages";
import { endReasons } from "../src/signaling/messages";

const you = { userId: "alice", name: "Alice", role: "customer" } as const;
const bob = {
  userId: "bob",
  name: "Bob Brown",
  role: "consultant",
  media: { mic: false, camera: true, screen: false },
  connected: true,
} as const;
const room: Room = {
  room: "demo",
  mode: "relay",
  participants: [bob],
  iceServers: [],
  billing: {
    state: "free", mediaSeconds: 75, thresholdSeconds: 600, horizonSeconds: 600, charged: null, running: true,
  },
  slots: ["mic", "camera", "screen"],
  you,
};

function after(...events: readonly CallEvent[]): CallState {
  return events.reduce(reduce, initialState(you, "demo", "relay", noTracks));
}

const inCall: readonly CallEvent[] = [
  { name: "entered", room },
  { name: "signaling", state: { name: "open" } },
  { name: "path", path: "connected" },
];

function engineWith(state: CallState, expiresAt: number | null = null): CallEngine {
  const engine = new CallEngine({
    websocket: "ws://127.0.0.1:1/ws",
    token: "t.t.t",
    claims: { ...you, room: "demo", mode: "relay", unmetered: false, expiresAt },
    media: new LocalMedia(),
    records: new SessionRecords(null),
  });
  engine.store.set(state);
  return engine;
}

const claims = { ...you, room: "demo", mode: "relay", unmetered: false, expiresAt: null } as const;

describe("the join page", () => {
  test("says who one is and where one goes, and can be entered without devices", () => {
    const html = renderToStaticMarkup(<JoinPage engine={engineWith(after())} claims={claims} />);
    assert.match(html, /Alice/);
    assert.match(html, /demo/);
    assert.match(html, /Through the server/);
    assert.match(html, /data-testid="join-button"[^>]*>Join to watch and listen/);
    assert.doesNotMatch(html, /data-testid="error"/);
  });

  test("tells why the room could not be entered", () => {
    const refused = after({ name: "refused", error: { reason: "room_full", message: "" } });
    const html = renderToStaticMarkup(<JoinPage engine={engineWith(refused)} claims={claims} />);
    assert.match(html, /role="alert"/);
    assert.match(html, /The room is full/);
  });

  test("warns of a link that has expired", () => {
    const html = renderToStaticMarkup(<JoinPage engine={engineWith(after())} claims={{ ...claims, expiresAt: 1 }} />);
    assert.match(html, /This link has expired/);
  });

  test("without a usable link explains what to do", () => {
    const html = renderToStaticMarkup(<LinkPage trouble="unreadable" onToken={() => undefined} />);
    assert.match(html, /data-testid="error"/);
    assert.match(html, /not complete/);
  });
});

describe("the call page", () => {
  test("has every handle that tests and keyboards hold on to", () => {
    const html = renderToStaticMarkup(<CallPage engine={engineWith(after(...inCall))} />);
    const ids = [
      "remote-camera", "remote-screen", "local-camera", "mute-button", "camera-button", "hangup-button", "media-clock",
      "connection-state",
    ];
    for (const id of ids) assert.ok(html.includes(`data-testid="${id}"`), id);
    assert.match(html, /data-state="connected"/);
    assert.match(html, /data-seconds="75"[^>]*>01:15</);
    assert.match(html, /08:45 free left/);
    assert.match(html, /data-testid="remote-muted"/);
    assert.doesNotMatch(html, /data-testid="remote-camera-off"/);
  });

  test("tells an observer who talks, and offers nothing that observers may not do", () => {
    const observer = { userId: "olga", name: "Olga", role: "observer" } as const;
    const alice = { ...bob, userId: "alice", name: "Alice" } as const;
    const state = after(
      { name: "entered", room: { ...room, you: observer, participants: [bob, alice] } },
      { name: "signaling", state: { name: "open" } },
    );
    const html = renderToStaticMarkup(<CallPage engine={engineWith(state)} />);
    assert.match(html, /The call of Bob Brown and Alice/);
    assert.match(html, /data-state="connected"/);
    assert.doesNotMatch(html, /data-testid="(mute-button|camera-button|screen-button|local-camera)"/);
  });

  test("counts down when the free time ends", () => {
    const state = after(...inCall, { name: "warning", params: { secondsLeft: 60, reason: "threshold" }, now: Date.now() });
    const html = renderToStaticMarkup(<CallPage engine={engineWith(state)} />);
    assert.match(html, /data-reason="threshold"/);
    assert.match(html, /01:00/);
  });

  test("says on which side the connection is weak", () => {
    const quality = (score: number) => ({ score, bitrate: 1, loss: 0, jitter: 0, rtt: null });
    assert.equal(qualityWords({ up: quality(1), down: quality(4) }), "Your connection is weak");
    assert.equal(qualityWords({ up: quality(5), down: quality(2) }), "Their connection is weak");
    assert.equal(qualityWords({ up: quality(1), down: quality(1) }), "Both connections are weak");
    assert.equal(qualityWords({ up: null, down: quality(5) }), null);
  });

  test("has words for each state of the connections", () => {
    const waiting = after(...inCall, { name: "left", params: { userId: "bob", reason: "left" } });
    assert.match(connectionNotice(waiting, "waiting")?.title ?? "", /Bob Brown left/);
    assert.match(connectionNotice(waiting, "offline")?.title ?? "", /offline/);
    const lost = after(...inCall, {
      name: "signaling",
      state: { name: "waiting", attempt: 1, cause: "lost", delay: 500 },
    });
    const html = renderToStaticMarkup(<CallPage engine={engineWith(lost)} />);
    assert.match(html, /data-state="reconnecting"/);
    assert.match(html, /Try now/);
  });

  test("shows markup in a message as the text it is", () => {
    let state = after(...inCall);
    const text = "<img src=x onerror=alert(1)>";
    const log = chat.received(
      chat.emptyChat, { id: "1", sequence: 1, from: "bob", name: "Bob", text, sentAt: "2026-03-01T09:30:00Z" }, "alice");
    state = reduce(state, { name: "chat", change: () => chat.failed(chat.written(log, "2", "Alice", "hi", ""), "2") });
    const html = renderToStaticMarkup(
      <ChatPanel engine={engineWith(state)} state={state} onClose={() => undefined} />);
    assert.doesNotMatch(html, /<img/);
    assert.match(html, /&lt;img/);
    assert.match(html, /Send again/);
    assert.match(html, /role="log"/);
  });

  test("announces what changes, once", () => {
    const alone = after({ name: "entered", room: { ...room, participants: [] } });
    const joined = reduce(alone, { name: "joined", params: { participant: bob } });
    assert.equal(announcement(alone, joined), "Bob Brown is in the call.");
    assert.equal(announcement(joined, joined), null);
    const shares = reduce(joined, {
      name: "media-state", params: { userId: "bob", mic: false, camera: true, screen: true },
    });
    assert.equal(announcement(joined, shares), "Bob Brown shares the screen.");
    const left = reduce(shares, { name: "left", params: { userId: "bob", reason: "left" } });
    assert.equal(announcement(shares, left), "Bob Brown left the call.");
  });

  test("finds initials for every name", () => {
    assert.deepEqual(["Bob Brown", "alice", "  ", "Ana María de la Cruz", "李 雷"].map(initials), ["BB", "A", "?", "AC", "李雷"]);
  });
});

describe("the end page", () => {
  test("gives the reason in words and the media time", () => {
    const state = after(...inCall, { name: "ended", reason: "unpaid" });
    const html = renderToStaticMarkup(<EndedPage state={state} reason="unpaid" onRejoin={() => undefined} />);
    assert.match(html, /data-testid="ended-reason"[^>]*>The call ended: unpaid time/);
    assert.match(html, /01:15/);
    assert.doesNotMatch(html, /Join again/);
  });

  test("has a sentence for every reason there is", () => {
    const reasons = [...endReasons, "hangup", "rejected", "unauthenticated", "refused"] as const;
    const titles = reasons.map((reason) => endedWords(reason).title);
    assert.equal(new Set(titles).size, titles.length);
  });

  test("nothing that comes after the end changes it", () => {
    const state = after(...inCall, { name: "ended", reason: "hangup" });
    assert.equal(reduce(state, { name: "ended", reason: "closed" }), state);
  });
});
