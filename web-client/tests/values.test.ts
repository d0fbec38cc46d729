import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig, websocketAddress } from "../src/api/config";
import { hasExpired, readToken, tokenInFragment, tokenInText } from "../src/api/roomToken";
import { formatMoney, isDue, outlives, secondsLeft, timeLeft, warn } from "../src/call/billing";
import * as chat from "../src/call/chat";
import { formatClock, spokenDuration } from "../src/call/clock";
import { loudness } from "../src/call/level";
import { answering, withLostSoundAsked } from "../src/call/link/lostSound";
import { problemOf } from "../src/call/mediaProblem";
import { isPolite, judgeOffer, preferCodecs, sessionIdentity } from "../src/call/link/negotiation";
import { pathChanged, timerFired } from "../src/call/link/recovery";
import type { Recovery, RecoveryStep } from "../src/call/link/recovery";
import { SessionRecords, resumeWindow } from "../src/call/sessionRecord";
import { collectStats } from "../src/call/stats";
import type { BillingStatus, ChatMessage } from "../src/signaling/messages";

const free: BillingStatus = {
  state: "free",
  mediaSeconds: 540,
  thresholdSeconds: 600,
  horizonSeconds: 600,
  charged: null,
  running: true,
};

describe("the clock", () => {
  test("shows minutes and seconds, and hours when there are any", () => {
    assert.deepEqual([0, 9, 75, 600, 3599, 3600, 36_061].map(formatClock), [
      "00:00", "00:09", "01:15", "10:00", "59:59", "1:00:00", "10:01:01",
    ]);
  });

  test("shows nothing strange for strange numbers", () => {
    assert.deepEqual([-3, 12.9, Number.NaN, Infinity].map(formatClock), ["00:00", "00:12", "00:00", "00:00"]);
  });

  test("can be spoken", () => {
    assert.equal(spokenDuration(75), "1 minute 15 seconds");
    assert.equal(spokenDuration(3600), "1 hour");
    assert.equal(spokenDuration(0), "0 seconds");
  });
});

describe("time and money", () => {
  test("time is left to the threshold first, then to the horizon, and unmetered there is no limit", () => {
    assert.deepEqual(timeLeft(free), { until: "threshold", seconds: 60 });
    assert.deepEqual(timeLeft({ ...free, state: "paid", mediaSeconds: 700, horizonSeconds: 1200 }), {
      until: "horizon",
      seconds: 500,
    });
    assert.equal(timeLeft({ ...free, state: "unmetered", thresholdSeconds: null, horizonSeconds: null }), null);
  });

  test("a warning counts media seconds, and stands still with the clock", () => {
    const warning = warn("threshold", 60, free, 1_000);
    assert.equal(secondsLeft(warning, free, 99_000), 60);
    assert.equal(secondsLeft(warning, { ...free, mediaSeconds: 555 }, 1_000), 45);
  });

  test("the grace period counts real seconds", () => {
    const warning = warn("unpaid", 30, { ...free, state: "grace" }, 1_000);
    assert.equal(secondsLeft(warning, free, 11_000), 20);
    assert.equal(secondsLeft(warning, free, 99_000), 0);
  });

  test("unpaid time is told of once it is known that nobody pays, the end of free time at once", () => {
    assert.equal(isDue(warn("threshold", 60, free, 1_000), 1_000), true);
    const grace = warn("unpaid", 30, { ...free, state: "grace" }, 1_000);
    assert.deepEqual([1_000, 3_900, 4_000].map((now) => isDue(grace, now)), [false, false, true]);
    // A grace that is hardly longer is told of in its middle.
    assert.deepEqual([1_900, 2_000].map((now) => isDue(warn("unpaid", 2, free, 1_000), now)), [false, true]);
  });

  test("a warning is over when the horizon moves or its time has come, not when a status lags behind", () => {
    const warning = warn("threshold", 60, { ...free, mediaSeconds: 539 }, 0);
    assert.equal(outlives(warning, free), true);
    assert.equal(outlives(warning, { ...free, horizonSeconds: 1200 }), false);
    assert.equal(outlives(warning, { ...free, mediaSeconds: 600 }), false);
    const grace = warn("unpaid", 30, { ...free, state: "grace" }, 0);
    assert.equal(outlives(grace, { ...free, state: "grace", mediaSeconds: 600 }), true);
    assert.equal(outlives(grace, { ...free, state: "paid", horizonSeconds: 1200 }), false);
  });

  test("money has the digits of its currency", () => {
    assert.equal(formatMoney({ amount: 1250, currency: "usd" }, "en-US"), "$12.50");
    assert.equal(formatMoney({ amount: 1250, currency: "jpy" }, "en-US"), "¥1,250");
    assert.equal(formatMoney({ amount: 5, currency: "not a currency" }), "5 NOT A CURRENCY (minor units)");
  });
});

function message(sequence: number, id = `m${sequence}`, from = "bob"): ChatMessage {
  return { id, sequence, from, name: "Bob", text: `text ${sequence}`, sentAt: "2026-03-01T09:30:00Z" };
}

describe("the chat", () => {
  test("shows each id once and keeps the server's order", () => {
    let log = chat.emptyChat;
    for (const one of [message(2), message(1), message(2), message(3)]) log = chat.received(log, one, "alice");
    assert.deepEqual(log.entries.map(({ sequence }) => sequence), [1, 2, 3]);
  });

  test("follows an own message from pending to sent, and puts it in its place", () => {
    let log = chat.written(chat.emptyChat, "a", "Alice", "hi", "2026-03-01T09:30:00Z");
    assert.deepEqual(chat.pending(log).map(({ id }) => id), ["a"]);
    log = chat.received(log, message(2), "alice");
    log = chat.delivered(log, "a", 1, "2026-03-01T09:30:01Z");
    assert.deepEqual(log.entries.map(({ id, delivery }) => [id, delivery]), [["a", "sent"], ["m2", "sent"]]);
  });

  test("takes its own message back from the server as sent", () => {
    let log = chat.written(chat.emptyChat, "a", "Alice", "hi", "2026-03-01T09:30:00Z");
    log = chat.received(log, message(1, "a", "alice"), "alice");
    assert.deepEqual(log.entries.map(({ own, delivery }) => [own, delivery]), [[true, "sent"]]);
  });

  test("can fail and be sent again", () => {
    let log = chat.failed(chat.written(chat.emptyChat, "a", "Alice", "hi", ""), "a");
    assert.equal(log.entries[0]?.delivery, "failed");
    assert.deepEqual(chat.pending(log), []);
    log = chat.retried(log, "a");
    assert.equal(chat.pending(log).length, 1);
  });

  test("counts what others wrote and nobody read", () => {
    let log = chat.emptyChat;
    for (const one of [message(1), message(2, "own", "alice"), message(3)]) log = chat.received(log, one, "alice");
    assert.equal(chat.unread(log), 2);
    log = chat.read(log);
    assert.equal(chat.unread(log), 0);
    assert.equal(chat.read(log), log);
    assert.equal(chat.unread(chat.received(log, message(4), "alice")), 1);
  });
});

function token(claims: unknown): string {
  const encode = (value: unknown) =>
    btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  return `${encode({ alg: "EdDSA" })}.${encode(claims)}.c2ln`;
}

describe("the room token", () => {
  test("is found in a fragment, a link, or alone", () => {
    const one = token({ room: "r" });
    assert.equal(tokenInFragment(`#token=${one}`), one);
    assert.equal(tokenInFragment(`#${one}`), one);
    assert.equal(tokenInFragment("#settings"), null);
    assert.equal(tokenInText(`  https://example.org/#token=${one} `), one);
    assert.equal(tokenInText(one), one);
  });

  test("tells who, where and until when, in any script", () => {
    const reading = readToken(token({ room: "büro", sub: "u", name: "Zoë 名", role: "consultant", mode: "p2p", exp: 10 }));
    assert.ok(reading.kind === "room");
    assert.deepEqual(reading.claims, {
      room: "büro", userId: "u", name: "Zoë 名", role: "consultant", mode: "p2p", unmetered: false, expiresAt: 10_000,
    });
    assert.equal(hasExpired(reading.claims, 10_000), true);
    assert.equal(hasExpired(reading.claims, 9_999), false);
  });

  test("that is cut off, garbled or for something else is told apart", () => {
    assert.equal(readToken(null).kind, "none");
    assert.equal(readToken("abc").kind, "unreadable");
    assert.equal(readToken("a.%%%.c").kind, "unreadable");
    assert.equal(readToken("aaaa.bbbb.cccc").kind, "unreadable");
    assert.equal(readToken(token([1])).kind, "unreadable");
    assert.equal(readToken(token({ aud: "access", sub: "u" })).kind, "not-a-room");
  });
});

describe("config.json", () => {
  const answer = (body: string, status = 200) => () => Promise.resolve(new Response(body, { status }));

  test("gives the addresses, resolved against the page", async () => {
    const config = await loadConfig("https://example.org/app/", answer('{"websocket": "/ws", "api": null, "version": "1"}'));
    assert.equal(config.websocket, "wss://example.org/ws");
    assert.equal(websocketAddress("ws://127.0.0.1:8081/ws", "http://127.0.0.1:8081/"), "ws://127.0.0.1:8081/ws");
  });

  test("that is missing or wrong is an error in words", async () => {
    const fails = (load: () => Promise<Response>, words: RegExp) =>
      assert.rejects(loadConfig("https://example.org/", load), (error) => words.test(error.message));
    await fails(answer("", 503), /status 503/);
    await fails(answer("<html>"), /could not be read/);
    await fails(answer('{"version": "1"}'), /could not be read/);
    await fails(() => Promise.reject(new TypeError("network")), /could not be reached/);
  });
});

const first = "v=0\r\no=- 111 2 IN IP4 127.0.0.1\r\ns=-\r\n";
const firstAgain = "v=0\r\no=- 111 3 IN IP4 127.0.0.1\r\ns=-\r\n";
const second = "v=0\r\no=- 222 2 IN IP4 127.0.0.1\r\ns=-\r\n";

describe("offer and answer between two browsers", () => {
  test("a description's origin tells which connection wrote it", () => {
    assert.equal(sessionIdentity(first), sessionIdentity(firstAgain));
    assert.notEqual(sessionIdentity(first), sessionIdentity(second));
    assert.equal(sessionIdentity("v=0"), null);
  });

  test("an offer of the same connection continues, one of another begins anew", () => {
    const situation = { remote: first, outstanding: false, polite: false };
    assert.equal(judgeOffer(situation, firstAgain), "continue");
    assert.equal(judgeOffer(situation, second), "anew");
    assert.equal(judgeOffer({ ...situation, remote: null }, first), "anew");
  });

  test("when both offer, the polite side alone gives way", () => {
    const situation = { remote: first, outstanding: true };
    assert.equal(judgeOffer({ ...situation, polite: false }, firstAgain), "ignore");
    assert.equal(judgeOffer({ ...situation, polite: true }, firstAgain), "continue");
    assert.notEqual(isPolite("alice", "bob"), isPolite("bob", "alice"));
  });

  test("preferred codecs come first, the rest stays in order", () => {
    const codecs = ["video/VP8", "video/rtx", "video/H264", "video/AV1", "video/VP9"].map((mimeType) => ({ mimeType }));
    assert.deepEqual(preferCodecs(codecs, ["vp9", "H264"]).map(({ mimeType }) => mimeType), [
      "video/VP9", "video/H264", "video/VP8", "video/rtx", "video/AV1",
    ]);
  });
});

describe("an offer", () => {
  const offer = [
    "v=0", "o=- 1 2 IN IP4 127.0.0.1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9", "a=mid:0", "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc",
    "a=rtpmap:63 red/48000/2", "a=rtpmap:9 G722/8000",
    "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "",
  ];

  test("asks for lost sound, and is else as it was", () => {
    for (const end of ["\r\n", "\n"]) {
      const asking = withLostSoundAsked(offer.join(end)).split(end);
      assert.deepEqual(asking.filter((line) => !offer.includes(line)), ["a=rtcp-fb:111 nack"]);
      assert.equal(asking[asking.indexOf("a=rtpmap:111 opus/48000/2") + 1], "a=rtcp-fb:111 nack");
      assert.deepEqual(asking.filter((line) => line !== "a=rtcp-fb:111 nack"), offer);
    }
  });

  test("that asks is agreed to, and no other", () => {
    const plain = offer.join("\r\n");
    assert.equal(answering(plain, plain), plain);
    assert.equal(answering(withLostSoundAsked(plain), plain), withLostSoundAsked(plain));
  });

  test("that asks already, or has no such sound, stays as it is", () => {
    const asking = withLostSoundAsked(offer.join("\r\n"));
    assert.equal(withLostSoundAsked(asking), asking);
    const forAll = offer.map((line) => (line === "a=mid:0" ? "a=rtcp-fb:* nack" : line)).join("\r\n");
    assert.equal(withLostSoundAsked(forAll), forAll);
    for (const other of ["", "v=0\r\n", offer.filter((line) => !line.includes("opus")).join("\r\n")]) {
      assert.equal(withLostSoundAsked(other), other);
    }
  });
});

describe("recovery of a media path", () => {
  const steady: Recovery = { name: "steady" };
  const must = (step: RecoveryStep | null): RecoveryStep => {
    assert.ok(step !== null);
    return step;
  };

  test("waits a moment before it restarts ICE, three times, and then builds anew", () => {
    let step = must(pathChanged(steady, "disconnected", true));
    const actions: string[] = [step.action];
    for (let count = 0; count < 6; count += 1) {
      step = must(timerFired(step.state));
      actions.push(step.action);
      assert.ok((step.timer ?? 0) > 0);
    }
    assert.deepEqual(actions, ["none", "restart", "restart", "restart", "rebuild", "rebuild", "rebuild"]);
  });

  test("is over as soon as the path is back", () => {
    const step = must(pathChanged({ name: "restarting", attempt: 2 }, "connected", true));
    assert.deepEqual(step, { state: steady, action: "none", timer: null });
  });

  test("restarts at once when ICE has failed, and lets the other side go first if that one offered last", () => {
    assert.equal(must(pathChanged(steady, "failed", true)).action, "restart");
    assert.equal(must(pathChanged(steady, "failed", false)).action, "none");
    assert.equal(pathChanged({ name: "restarting", attempt: 1 }, "failed", true), null);
  });

  test("does not waste restarts on a path whose encryption broke", () => {
    assert.equal(must(pathChanged(steady, "broken", true)).action, "rebuild");
  });
});

describe("media.stats", () => {
  const slots = new Map([
    ["mic", { mid: "0", trackId: "t0" }],
    ["camera", { mid: "1", trackId: "t1" }],
    ["screen", { mid: null, trackId: "t2" }],
  ] as const);

  test("takes each slot by its mid or its track, and sums what was sent", () => {
    const counters = { bytesReceived: 10, packetsReceived: 2, packetsLost: -1, jitter: 0.5 };
    const stats = collectStats(
      [
        { type: "inbound-rtp", kind: "audio", mid: "0", ...counters },
        { type: "inbound-rtp", kind: "video", mid: "1", ...counters, framesDecoded: 7 },
        { type: "inbound-rtp", kind: "video", trackIdentifier: "t2", ...counters },
        { type: "outbound-rtp", bytesSent: 5 },
        { type: "outbound-rtp", bytesSent: 6 },
        { type: "transport", selectedCandidatePairId: "p2" },
        { type: "candidate-pair", id: "p1", nominated: true, state: "succeeded", currentRoundTripTime: 9 },
        { type: "candidate-pair", id: "p2", currentRoundTripTime: 0.04 },
      ],
      slots,
    );
    assert.deepEqual(stats, {
      mic: counters,
      camera: { ...counters, framesDecoded: 7 },
      screen: { ...counters, framesDecoded: 0 },
      bytesSent: 11,
      roundTripTime: 0.04,
    });
  });

  test("says nothing of a slot of which nothing is known", () => {
    assert.deepEqual(collectStats([], slots), { bytesSent: 0 });
  });
});

describe("the record that survives a reload", () => {
  const record = {
    room: "demo", userId: "alice", resume: "r", seenAt: 1_000, mic: "muted", camera: true, readSequence: 3,
  } as const;
  const memory = () => {
    const values = new Map<string, string>();
    return {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
      removeItem: (key: string) => void values.delete(key),
    };
  };

  test("is found by the same person in the same room, within the time that the server waits", () => {
    const records = new SessionRecords(memory());
    records.keep(record);
    assert.deepEqual(records.find("demo", "alice", 2_000), record);
    assert.equal(records.find("other", "alice", 2_000), null);
    assert.equal(records.find("demo", "bob", 2_000), null);
    assert.equal(records.find("demo", "alice", 1_000 + resumeWindow), null);
    records.forget();
    assert.equal(records.find("demo", "alice", 2_000), null);
  });

  test("is not believed when it is garbled, and not missed when there is no storage", () => {
    const storage = memory();
    storage.setItem("consult.call", '{"room": 1}');
    assert.equal(new SessionRecords(storage).find("demo", "alice", 0), null);
    const none = new SessionRecords(null);
    none.keep(record);
    assert.equal(none.find("demo", "alice", 2_000), null);
  });
});

describe("devices", () => {
  test("refused, missing and busy are told apart by the browser's error", () => {
    const named = (name: string) => problemOf({ name });
    assert.deepEqual(
      ["NotAllowedError", "NotFoundError", "OverconstrainedError", "NotReadableError", "Whatever"].map(named),
      ["refused", "absent", "absent", "busy", "unknown"],
    );
    assert.equal(problemOf("text"), "unknown");
  });

  test("loudness is 0 for silence and 1 for a full swing", () => {
    assert.equal(loudness(new Float32Array(64)), 0);
    assert.equal(loudness(new Float32Array(64).fill(1)), 1);
    const quiet = loudness(new Float32Array(64).fill(0.01));
    assert.ok(quiet > 0.2 && quiet < 0.6);
  });
});
