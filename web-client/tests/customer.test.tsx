import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderToStaticMarkup } from "react-dom/server";
import type { Consultant } from "../src/api/consultants";
import { ApiError } from "../src/api/error";
import { judge, measure, rounds } from "../src/call/roundTrips";
import type { Source } from "../src/call/localMedia";
import { warn } from "../src/call/billing";
import { unknownCharge } from "../src/call/charge";
import { cameraVerdict, microphoneVerdict, readiness, speakerVerdict } from "../src/features/call/check/words";
import { chargeLine } from "../src/features/call/money/callWords";
import { qualityWords, warningWords } from "../src/features/call/words";
import { ProfileView } from "../src/features/consultants/ProfileDialog";
import { availabilityWords, byFit, ratingWords } from "../src/features/consultants/words";
import { PriceNote } from "../src/features/questions/PriceNote";
import { nextWords, secondsToAnswer } from "../src/features/questions/words";
import type { BillingStatus } from "../src/signaling/messages";
import { freeTime, plainMoney, priceOf, priceWords, withoutCard } from "../src/ui/price";
import { Stalled } from "../src/ui/Stalled";
import { pauseBefore } from "../src/ui/useTryingAgain";

const rate = { amount: 12_000, currency: "usd" };
const grace: Consultant = {
  id: "c1", name: "Grace", headline: "PostgreSQL", bio: "<b>Plans</b>", tags: ["SQL", "PostgreSQL"], hourlyRate: rate,
  availability: "available", rating: { average: 4.666, count: 3 }, sessions: 5, memberSince: "2026-01-02T03:04:05Z",
};

describe("prices", () => {
  test("are said in one line before anything is asked", () => {
    assert.equal(priceWords(rate, 600, "en-US"), "$120/h, free under 10 minutes, then $20.00, then by the second");
    assert.equal(priceWords({ ...rate, amount: 9_950 }, 90, "en-US"), "$99.50/h, free under 1 minute 30 seconds, then $2.49, then by the second");
    assert.equal(priceWords(rate, 0, "en-US"), "$120/h, by the second");
    assert.equal(priceWords(rate, null, "en-US"), "$120/h");
    assert.equal(plainMoney({ amount: 500, currency: "jpy" }, "en-US"), "¥500");
    assert.equal(freeTime(20), "20 seconds");
    assert.match(withoutCard(600), /free under 10 minutes; without a card a call ends then/);
  });

  test("are rounded half up, as the server rounds", () => {
    assert.equal(priceOf({ amount: 1, currency: "usd" }, 1_800).amount, 1);
    assert.equal(priceOf({ amount: 1, currency: "usd" }, 1_799).amount, 0);
    assert.equal(priceOf(rate, 600).amount, 2_000);
  });

  test("of a budget are those that it allows at most", () => {
    const html = renderToStaticMarkup(<PriceNote freeSeconds={600} budget="120" currency="usd" />);
    assert.match(html, /At most \$120\/h, free under 10 minutes, then \$20\.00/);
    assert.match(renderToStaticMarkup(<PriceNote freeSeconds={600} budget="" currency="usd" />), /A call that ends within 10 minutes costs nothing/);
  });
});

describe("who is free", () => {
  test("comes in the order of what it is about", () => {
    const linus = { ...grace, id: "c2", name: "Linus", tags: ["Linux"] };
    assert.deepEqual(byFit([linus, grace], ["postgresql"]).map(({ name }) => name), ["Grace", "Linus"]);
    assert.deepEqual(byFit([linus, grace], []).map(({ name }) => name), ["Linus", "Grace"]);
  });

  test("is described with rating, price and what others said, as the text it is", () => {
    assert.equal(ratingWords(grace, "en-US"), "4.7 of 5 stars from 3 ratings, 5 calls");
    assert.equal(ratingWords({ rating: { average: null, count: 0 }, sessions: 0 }), "New here, no calls yet");
    const words = (["available", "busy", "offline"] as const).map((availability) => availabilityWords({ availability }));
    assert.equal(new Set(words).size, 3);
    const html = renderToStaticMarkup(
      <ProfileView consultant={grace} freeSeconds={600} opinions={[{ stars: 5, comment: "<i>Good</i>", createdAt: "2026-02-02T00:00:00Z" }]} />);
    assert.match(html, /free under 10 minutes, then \$20\.00/);
    assert.match(html, /&lt;b&gt;Plans/);
    assert.match(html, /&lt;i&gt;Good/);
    assert.match(html, /5 of 5 stars/);
  });
});

describe("a question that is being asked", () => {
  test("says how long whoever is asked has left, by the server's clock, and what comes next", () => {
    const now = Date.parse("2026-03-01T09:30:00Z");
    assert.equal(secondsToAnswer({ expiresAt: "2026-03-01T09:30:19.2Z" }, now), 20);
    assert.equal(secondsToAnswer({ expiresAt: "2026-03-01T09:29:00Z" }, now), 0);
    assert.match(nextWords({ state: "matching", waiting: false }) ?? "", /next best is asked/);
    assert.match(nextWords({ state: "open", waiting: true }) ?? "", /place in line/);
    assert.equal(nextWords({ state: "accepted", waiting: false }), null);
  });
});

describe("the check before a call", () => {
  const working: Source = { on: true, starting: false, track: {} as MediaStreamTrack, problem: null };

  test("judges the way to the server by what came back, and how evenly", () => {
    assert.deepEqual(judge([20, 30, 25]), { grade: "good", roundTrip: 25, spread: 10, asked: 3, answered: 3 });
    assert.equal(judge([250, 260, 255]).grade, "fair");
    assert.equal(judge([20, 30, null]).grade, "fair");
    assert.equal(judge([500, 510]).grade, "poor");
    assert.equal(judge([20, null, null]).grade, "poor");
    assert.deepEqual(judge([null, null]), { grade: "none", roundTrip: null, spread: null, asked: 2, answered: 0 });
  });

  test("asks one after the other, and counts an answer that never comes", async () => {
    let clock = 0;
    let asked = 0;
    const ask = () => {
      asked += 1;
      clock += 40;
      return asked === 3 ? Promise.reject(new Error("lost")) : Promise.resolve({});
    };
    const done: number[] = [];
    const report = await measure(ask, (count) => done.push(count), () => clock, () => Promise.resolve());
    assert.equal(asked, rounds);
    assert.equal(done[done.length - 1], rounds);
    assert.ok(report.answered < rounds);
  });

  test("has a verdict in words for each state, with what to do", () => {
    assert.match(cameraVerdict(working, { width: 640, height: 360 }).text, /works \(640 × 360\)/);
    assert.match(cameraVerdict({ ...working, track: null, on: false, problem: "refused" }, null).text, /address bar/);
    assert.equal(microphoneVerdict(working, false).grade, "waiting");
    assert.equal(microphoneVerdict(working, true).grade, "good");
    assert.match(speakerVerdict("not-heard").text, /another speaker/);
  });

  test("comes to one word: the worst that matters", () => {
    const good = { grade: "good", text: "" } as const;
    assert.equal(readiness([good, good]).grade, "good");
    assert.equal(readiness([good, { grade: "fair", text: "" }]).grade, "fair");
    assert.equal(readiness([{ grade: "waiting", text: "" }, good]).grade, "waiting");
    assert.equal(readiness([{ grade: "waiting", text: "" }, { grade: "bad", text: "" }]).grade, "bad");
  });
});

describe("the call's words", () => {
  const free: BillingStatus = {
    state: "free", mediaSeconds: 555, thresholdSeconds: 600, horizonSeconds: 600, charged: null, running: true,
  };

  test("name the price of the next step, and of each minute after it", () => {
    assert.match(chargeLine(unknownCharge, free, "customer", rate)?.text ?? "", /^Free until 10:00, then \$20\.00/);
    const paid = { ...free, state: "paid", mediaSeconds: 700, charged: { amount: 2_000, currency: "usd" } } as const;
    assert.match(chargeLine(unknownCharge, paid, "customer", rate)?.text ?? "", /Charged \$20\.00 so far, \$2\.00 a minute by the second/);
    assert.doesNotMatch(chargeLine(unknownCharge, paid, "consultant", rate)?.text ?? "", /a minute/);
  });

  test("warn whoever pays with what it will cost", () => {
    const warning = warn("threshold", 45, free, 0);
    assert.match(warningWords(warning, free, 0, { amount: 2_000, currency: "usd" }).text, /Then \$20\.00 is charged/);
    assert.match(warningWords(warning, free, 0).text, /After them the call is paid for/);
  });

  test("say whose connection is weak, as the server says it, or as it looks from here", () => {
    const bad = { score: 1.5, bitrate: 1, loss: 0.2, jitter: 0.1, rtt: null };
    assert.equal(qualityWords({ up: null, down: null, weak: "theirs" }), "Their connection is weak");
    assert.equal(qualityWords({ up: bad, down: bad, weak: null }), null);
    assert.equal(qualityWords({ up: bad, down: null, weak: "yours" }), "Your connection is weak");
    assert.equal(qualityWords({ up: bad, down: bad }), "Both connections are weak");
    assert.equal(qualityWords({ up: null, down: bad }), "Their connection is weak");
  });
});

describe("what nobody answers", () => {
  test("is tried again ever more slowly, as long as it may pass by itself", () => {
    assert.deepEqual([0, 1, 2, 3, 4, 50].map(pauseBefore), [1_500, 3_000, 6_000, 12_000, 15_000, 15_000]);
    const refused = (status: number, code: string) =>
      new ApiError({ kind: "refused", status, code, detail: "", errors: [], retryAfter: null });
    assert.equal(new ApiError({ kind: "network" }).isPassing, true);
    assert.equal(new ApiError({ kind: "unreadable", status: 502 }).isPassing, true);
    assert.equal(refused(503, "unavailable").isPassing, true);
    assert.equal(refused(503, "payments_unavailable").isPassing, false);
    assert.equal(refused(422, "invalid_content").isPassing, false);
  });

  test("is said, with a way to stop", () => {
    assert.match(renderToStaticMarkup(<Stalled isStalled giveUp={() => undefined} />), /nothing is done twice[\s\S]*Stop trying/);
    assert.equal(renderToStaticMarkup(<Stalled isStalled={false} giveUp={() => undefined} />), "");
  });
});
