import { FakeConnection } from "./browser";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judgeReading, weakDirection } from "../src/call/probe/judge";
import { readTrial } from "../src/call/probe/reading";
import type { Reading, Snapshot } from "../src/call/probe/reading";
import { Trial } from "../src/call/probe/trial";
import type { TrialOptions, TrialStep } from "../src/call/probe/trial";
import type { SyntheticMedia } from "../src/call/probe/synthetic";
import { judge } from "../src/call/roundTrips";
import { networkVerdict } from "../src/features/call/check/networkWords";
import { TestServer, room, until, welcome } from "./server";
import type { Handler } from "./server";

const fine: Reading = {
  way: "udp", roundTrip: 30, up: { bitrate: 1_400_000, loss: 0, jitter: 3 }, down: { bitrate: 1_300_000, loss: 0, jitter: 4 },
};

describe("a network that was tried", () => {
  test("is judged by the worse direction and the time there and back", () => {
    assert.equal(judgeReading(fine), "video");
    assert.equal(judgeReading({ ...fine, up: { ...fine.up, bitrate: 300_000 } }), "choppy");
    assert.equal(judgeReading({ ...fine, down: { ...fine.down, loss: 0.05 } }), "choppy");
    assert.equal(judgeReading({ ...fine, roundTrip: 500 }), "choppy");
    assert.equal(judgeReading({ ...fine, roundTrip: null }), "video");
    assert.equal(judgeReading({ ...fine, down: { ...fine.down, bitrate: 60_000 } }), "sound");
    assert.equal(judgeReading({ ...fine, up: { ...fine.up, jitter: 200 } }), "sound");
    assert.equal(judgeReading({ ...fine, up: { ...fine.up, loss: 0.3 } }), "weak");
    assert.equal(judgeReading({ ...fine, down: { bitrate: 0, loss: 0, jitter: 0 } }), "weak");
  });

  test("is never better for being worse in one figure", () => {
    const order = ["weak", "sound", "choppy", "video"];
    const rank = (reading: Reading) => order.indexOf(judgeReading(reading));
    for (const bitrate of [30_000, 100_000, 300_000, 2_000_000]) {
      for (const loss of [0, 0.02, 0.08, 0.15, 0.5]) {
        const here = { ...fine, up: { ...fine.up, bitrate, loss } };
        assert.ok(rank({ ...here, up: { ...here.up, loss: loss + 0.05 } }) <= rank(here));
        assert.ok(rank({ ...here, up: { ...here.up, bitrate: bitrate / 2 } }) <= rank(here));
        assert.ok(rank({ ...here, roundTrip: 900 }) <= rank(here));
      }
    }
  });

  test("says which direction is to blame", () => {
    assert.equal(weakDirection(fine), null);
    assert.equal(weakDirection({ ...fine, up: { ...fine.up, loss: 0.2 } }), "up");
    assert.equal(weakDirection({ ...fine, down: { ...fine.down, bitrate: 100_000 } }), "down");
  });
});

describe("the counters of a trial", () => {
  const pair = (way: object) => [
    { type: "transport", selectedCandidatePairId: "P" },
    { type: "candidate-pair", id: "P", localCandidateId: "L", currentRoundTripTime: 0.042 },
    { type: "candidate-pair", id: "Q", localCandidateId: "M", currentRoundTripTime: 9 },
    { type: "local-candidate", id: "L", candidateType: "host", protocol: "udp", ...way },
  ];
  const snapshot = (at: number, scale: number, way: object = {}): Snapshot => ({
    at,
    sender: [
      ...pair(way), { type: "outbound-rtp", bytesSent: 100_000 * scale, packetsSent: 100 * scale },
      { type: "remote-inbound-rtp", packetsLost: 10 * scale, jitter: 0.012, roundTripTime: 0.05 },
    ],
    receiver: [...pair({}), { type: "inbound-rtp", bytesReceived: 80_000 * scale, packetsReceived: 80 * scale, packetsLost: 20 * scale, jitter: 0.02 }],
  });

  test("become figures of both ways, and no loss counts twice", () => {
    const reading = readTrial(snapshot(0, 1), snapshot(2_000, 2));
    assert.equal(reading.way, "udp");
    assert.equal(reading.roundTrip, 42);
    assert.equal(reading.up.bitrate, 400_000);
    assert.equal(reading.down.bitrate, 320_000);
    assert.equal(reading.up.loss, 0.1);
    // 20 of 100 are missing at the end, of which 10 never came to the relay: 10 of the 90 that did.
    assert.ok(Math.abs(reading.down.loss - 1 / 9) < 1e-9);
    assert.deepEqual([reading.up.jitter, reading.down.jitter], [12, 20]);
  });

  test("name the way that packets take", () => {
    const way = (change: object) => readTrial(snapshot(0, 1), snapshot(1, 2, change)).way;
    assert.equal(way({ protocol: "tcp" }), "tcp");
    assert.equal(way({ candidateType: "relay", protocol: "udp" }), "turn");
  });

  test("may be missing or absurd", () => {
    const nothing: Snapshot = { at: 5, sender: [], receiver: [] };
    assert.deepEqual(readTrial(nothing, nothing), {
      way: "udp", roundTrip: null, up: { bitrate: 0, loss: 0, jitter: 0 }, down: { bitrate: 0, loss: 0, jitter: 0 },
    });
    const odd: Snapshot = {
      at: 6, sender: [{ type: "outbound-rtp", bytesSent: "many" }, { type: "remote-inbound-rtp", packetsLost: -4 }],
      receiver: [{ type: "inbound-rtp", packetsLost: -3, packetsReceived: 3 }],
    };
    assert.equal(readTrial(nothing, odd).up.loss, 0);
    assert.equal(readTrial(nothing, odd).down.loss, 0);
  });
});

describe("what is said of the network", () => {
  const tried = (reading: Reading) => networkVerdict({ kind: "tried", outcome: { kind: "measured", reading } });

  test("is for somebody who wants to call", () => {
    assert.deepEqual(tried(fine), {
      grade: "good", text: "Your connection is good for video.",
      detail: "Calls take the direct way. Sent 1.4 Mbit/s, received 1.3 Mbit/s, 30 ms there and back, nothing lost.",
    });
    const choppy = tried({ ...fine, way: "tcp", up: { ...fine.up, loss: 0.08 } });
    assert.equal(choppy.grade, "fair");
    assert.match(choppy.text, /^Video will be choppy for the other side; sound should be fine\./);
    assert.match(choppy.detail ?? "", /blocks the fast way[\s\S]*8 % lost/);
    assert.match(tried({ ...fine, down: { ...fine.down, bitrate: 90_000 } }).text, /hardly video for you/);
    assert.equal(tried({ ...fine, roundTrip: 4_000 }).grade, "bad");
    assert.match(tried({ ...fine, way: "turn" }).detail ?? "", /detour/);
  });

  test("says what to do where calls do not get through, and what was measured where no call was tried", () => {
    const blocked = networkVerdict({ kind: "tried", outcome: { kind: "blocked" } });
    assert.equal(blocked.grade, "bad");
    assert.match(blocked.text, /^Calls cannot get through your network.*Try another network/);
    assert.match(networkVerdict({ kind: "tried", outcome: { kind: "unreachable" } }).text, /does not answer/);
    assert.equal(networkVerdict({ kind: "tried", outcome: { kind: "away" } }).grade, "waiting");
    const pinged = (isStraight: boolean) => networkVerdict({ kind: "pinged", report: judge([20]), isStraight });
    assert.match(pinged(true).text, /within 20 ms/);
    assert.match(pinged(true).detail ?? "", /Only the way to the server was measured: calls here go straight/);
    assert.match(pinged(false).detail ?? "", /Only the way to the server/);
    assert.match(networkVerdict({ kind: "pinged", report: judge([null]), isStraight: false }).text, /does not answer/);
    assert.match(networkVerdict({ kind: "pinging", done: 3 }).text, /3 of 8/);
    assert.match(networkVerdict({ kind: "too-often", seconds: 20 }).text, /in 20 seconds/);
    assert.match(networkVerdict({ kind: "too-often", seconds: null }).text, /in a few minutes/);
    const step = (step: TrialStep) => networkVerdict({ kind: "trying", step });
    assert.match(step({ name: "measuring", seconds: 2 }).text, /Trying a call.* 2 s/);
    assert.equal(step({ name: "entering" }).grade, "waiting");
  });
});

describe("a trial call", () => {
  interface Opened {
    readonly trial: Trial;
    readonly steps: string[];
    readonly server: TestServer;
    isMediaClosed: boolean;
  }

  const answering = (joined = room()): Handler => (call, connection) => {
    if (call.method === "hello") connection.reply(call, welcome());
    else if (call.method === "room.join") connection.reply(call, joined);
    else if (call.method === "media.offer") connection.reply(call, { sdp: "v=0\r\no=- 99 1 IN IP4 0.0.0.0\r\n" });
    else if (call.id !== undefined) connection.reply(call, {});
  };

  async function open(handler: Handler, change: Partial<TrialOptions> = {}): Promise<Opened> {
    FakeConnection.made = [];
    const server = await TestServer.start(handler);
    const steps: string[] = [];
    const media: SyntheticMedia = {
      camera: { kind: "video", id: "c" } as MediaStreamTrack, mic: null,
      close: () => {
        opened.isMediaClosed = true;
      },
    };
    const trial = new Trial({
      url: server.url, token: "near", returnToken: "far", makeMedia: () => media, isVisible: () => true,
      createConnection: () => new FakeConnection() as unknown as RTCPeerConnection,
      patience: { entering: 2_000, connecting: 2_000, look: 1 }, ...change,
    }, ({ name }) => steps.push(name));
    const opened: Opened = { trial, steps, server, isMediaClosed: false };
    return opened;
  }

  /** Both ends have sent and received so many bytes. */
  function count(bytes: () => number): void {
    for (const one of FakeConnection.made) {
      one.getStats = () => Promise.resolve(new Map([
        ["o", { type: "outbound-rtp", bytesSent: bytes(), packetsSent: bytes() / 1_000 }],
        ["i", { type: "inbound-rtp", bytesReceived: bytes(), packetsReceived: bytes() / 1_000 }],
      ]));
    }
  }

  async function connect(): Promise<void> {
    await until("both seats offer", () => FakeConnection.made.length === 2 && FakeConnection.made.every((one) => one.remoteDescription !== null));
    for (const one of FakeConnection.made) one.become("connected");
  }

  async function leavesNothing({ server, isMediaClosed }: Opened): Promise<void> {
    assert.ok(isMediaClosed);
    assert.ok(FakeConnection.made.every((one) => one.connectionState === "closed"));
    await until("the sockets close", () => server.connections.every((one) => !one.isOpen));
    server.stop();
  }

  test("takes both seats, sends from one, and measures", async () => {
    const opened = await open(answering());
    await connect();
    const outcome = await opened.trial.outcome;
    assert.equal(outcome?.kind, "measured");
    assert.deepEqual([...new Set(opened.steps)], ["entering", "connecting", "measuring"]);
    const tokens = opened.server.connections.map((one) => one.calls.find(({ method }) => method === "room.join")?.params["token"]);
    assert.deepEqual(tokens.sort(), ["far", "near"]);
    const sends = FakeConnection.made.map((one) => one.transceivers.some(({ sender }) => sender.track !== null));
    assert.deepEqual(sends.sort(), [false, true]);
    await leavesNothing(opened);
    assert.ok(opened.server.connections.every((one) => one.calls.some(({ method }) => method === "room.leave")));
  });

  test("takes what is good at once, and gives what begins with little more time", async () => {
    const second = 125_000;
    const carried: readonly ((look: number) => number)[] = [
      (look) => look * second,
      (look) => (look < 8 ? (look * second) / 5 : (8 * second) / 5 + (look - 8) * second),
      (look) => (look * second) / 5,
    ];
    const looks: number[] = [];
    for (const bytes of carried) {
      let look = 0;
      // A second passes with each look.
      // oxlint-disable-next-line no-await-in-loop
      const opened = await open(answering(), { now: () => (look += 1) * 1_000 });
      // oxlint-disable-next-line no-await-in-loop
      await until("both seats offer", () => FakeConnection.made.length === 2);
      count(() => bytes(look));
      // oxlint-disable-next-line no-await-in-loop
      await connect();
      // oxlint-disable-next-line no-await-in-loop
      const outcome = await opened.trial.outcome;
      assert.ok(outcome?.kind === "measured");
      assert.equal(judgeReading(outcome.reading), bytes === carried[2] ? "choppy" : "video");
      looks.push(opened.steps.filter((step) => step === "measuring").length);
      // oxlint-disable-next-line no-await-in-loop
      await leavesNothing(opened);
    }
    assert.deepEqual(looks, [5, 10, 13]);
  });

  test("finds that no media gets through", async () => {
    const opened = await open(answering(), { patience: { entering: 2_000, connecting: 40, look: 1 } });
    assert.equal((await opened.trial.outcome)?.kind, "blocked");
    await leavesNothing(opened);
  });

  test("finds that nobody answers, be it by silence or by a refusal", async () => {
    const silent = await open(() => undefined, { patience: { entering: 60, connecting: 60, look: 1 } });
    assert.equal((await silent.trial.outcome)?.kind, "unreachable");
    await leavesNothing(silent);
    const refused = await open((call, connection) => connection.refuse(call, -32_001, "token_expired"));
    assert.equal((await refused.trial.outcome)?.kind, "unreachable");
    await leavesNothing(refused);
  });

  test("leaves a server without a relay alone", async () => {
    const opened = await open(answering(room({ mode: "p2p", offerer: false })));
    assert.equal((await opened.trial.outcome)?.kind, "straight");
    assert.equal(FakeConnection.made.length, 0);
    await leavesNothing(opened);
  });

  test("says nothing of a page that was hidden, and opens nothing in a browser that cannot", async () => {
    const hidden = await open(answering(), { isVisible: () => false });
    await connect();
    assert.equal((await hidden.trial.outcome)?.kind, "away");
    await leavesNothing(hidden);
    const unable = await open(answering(), { makeMedia: () => null });
    assert.equal((await unable.trial.outcome)?.kind, "unable");
    assert.equal(unable.server.connections.length, 0);
    unable.server.stop();
  });

  test("closes all that it opened when it is stopped, at whatever step", async () => {
    const early = await open(answering());
    early.trial.stop();
    assert.equal(await early.trial.outcome, null);
    await leavesNothing(early);
    const late = await open(answering(), { patience: { entering: 2_000, connecting: 2_000, look: 60_000 } });
    await connect();
    await until("it measures", () => late.steps.includes("measuring"));
    late.trial.stop();
    assert.equal(await late.trial.outcome, null);
    await leavesNothing(late);
    late.trial.stop();
  });
});
