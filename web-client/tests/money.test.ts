import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ApiError } from "../src/api/error";
import type { Failure } from "../src/api/error";
import type { Billing, Receipt } from "../src/api/moneyShapes";
import { awaitsHold, needsCard, openHold, reduceCharge, unknownCharge } from "../src/call/charge";
import type { BillingPush, Charge, ChargeEvent } from "../src/call/charge";
import { troubleWords } from "../src/ui/troubleWords";
import { sessionIn } from "../src/features/admin/payments/SessionSearch";
import { chargeLine } from "../src/features/call/money/callWords";
import { wayOf } from "../src/features/account/cards/setup";
import { isWebAddress } from "../src/features/dashboard/earnings/PayoutAccountCard";
import { chartsOf } from "../src/features/dashboard/earnings/weeks";
import { fileName } from "../src/features/account/papers/save";
import { billingStateWords, hasInvoice, hasReceipt, isSettling, problemWords, summaryWords } from "../src/features/call/money/summary";
import {
  accountStateWords, cardName, dayWords, disputeStateWords, expiryWords, monthWords, paymentStateWords, payoutStateWords,
  recoveryWords, requirementWords, takesEvidence,
} from "../src/ui/moneyWords";
import { Once } from "../src/api/once";
import { slicesOf, sumsOf } from "../src/features/call/receipt/receipt";
import { RefundDrafts, readOrder, refundable } from "../src/features/admin/payments/refund";
import type { BillingStatus } from "../src/signaling/messages";

const usd = (amount: number) => ({ amount, currency: "usd" });

/** A storage of one tab. */
function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

function refusal(status: number, code: string, change: Partial<Extract<Failure, { kind: "refused" }>> = {}): ApiError {
  return new ApiError({ kind: "refused", status, code, detail: "", errors: [], retryAfter: null, ...change });
}

describe("what must take effect once", () => {
  const failing = (error: ApiError, keys: string[]) => (key: string) => {
    keys.push(key);
    return Promise.reject(error);
  };

  test("is sent under the same key while nobody knows what became of it, also after a reload", async () => {
    const keys: string[] = [];
    const tab = storage();
    for (const error of [new ApiError({ kind: "network" }), refusal(503, "unavailable")]) {
      await new Once("refund", tab).send("a", failing(error, keys)).catch(() => undefined);
    }
    await new Once("refund", tab).send("a", (key) => Promise.resolve(void keys.push(key)));
    assert.equal(new Set(keys).size, 1);
    await new Once("refund", tab).send("a", (key) => Promise.resolve(void keys.push(key)));
    assert.equal(new Set(keys).size, 2);
  });

  test("gets another key when it is another request, or was refused", async () => {
    const keys: string[] = [];
    const once = new Once("card", null);
    await once.send("a", failing(new ApiError({ kind: "network" }), keys)).catch(() => undefined);
    await once.send("b", failing(refusal(402, "card_declined"), keys)).catch(() => undefined);
    await once.send("b", failing(refusal(402, "card_declined"), keys)).catch(() => undefined);
    assert.equal(new Set(keys).size, 3);
  });

  test("is only less safe where nothing can be kept", async () => {
    const refuse = () => {
      throw new Error("forbidden");
    };
    const once = new Once("card", { getItem: refuse, setItem: refuse, removeItem: refuse });
    assert.equal(await once.send("a", () => Promise.resolve(5)), 5);
  });
});

describe("a receipt", () => {
  const way = (packets: number, score?: number) => ({ packets, ...(score === undefined ? {} : { score }) });
  const row = (number: number, change: Partial<NonNullable<Receipt["records"]>[number]> = {}) => ({
    number, milliseconds: 9_004, mediaSeconds: 10, reconnectingSeconds: 0, fromCustomer: way(500, 432), fromConsultant: way(500, 401),
    ...change,
  });

  test("takes the lower score of both directions, in hundredths or in points", () => {
    const slices = slicesOf({ records: [row(1), row(2, { fromCustomer: way(9, 4.5), fromConsultant: way(9, 2.25) })] });
    assert.deepEqual(slices.map(({ score, grade, from }) => [score, grade, from]), [[4.01, "good", 0], [2.25, "fair", 10]]);
  });

  test("does not bill what nothing came in from one side, or passed while reconnecting", () => {
    const slices = slicesOf({ records: [row(1, { fromConsultant: way(0) }), row(2, { reconnectingSeconds: 4 }), row(3, { source: "lost" }), row(4)] });
    assert.deepEqual(slices.map(({ billedSeconds, unbilled }) => [billedSeconds, unbilled]), [
      [0, "one-way"], [6, "reconnecting"], [0, "lost"], [10, null],
    ]);
    assert.equal(sumsOf(slices, null).billedSeconds, 16);
    assert.equal(sumsOf(slices, 15).billedSeconds, 15);
  });

  test("does not bill half a minute of poor quality, and bills less than that", () => {
    const poor = (number: number) => row(number, { fromCustomer: way(500, 150) });
    const billed = (...records: readonly ReturnType<typeof row>[]) =>
      slicesOf({ records }).map(({ billedSeconds }) => billedSeconds);
    assert.deepEqual(billed(poor(1), poor(2), row(3), poor(4)), [10, 10, 10, 10]);
    assert.deepEqual(billed(row(1), poor(2), poor(3), poor(4), poor(5), row(6)), [10, 0, 0, 0, 0, 10]);
    // One whose score nobody knows ends the stretch.
    const unknown = row(3, { fromCustomer: way(500), fromConsultant: way(500) });
    assert.deepEqual(billed(poor(1), poor(2), unknown, poor(4)), [10, 10, 10, 10]);
  });

  test("may lack whatever it likes", () => {
    assert.deepEqual(slicesOf({}), []);
    assert.deepEqual(slicesOf({ records: [{}, { mediaSeconds: 3 }] }).map(({ number, grade, billedSeconds, unbilled }) =>
      [number, grade, billedSeconds, unbilled]), [[1, "unknown", 0, null], [2, "unknown", 3, null]]);
    assert.equal(sumsOf([], null).average, null);
  });
});

describe("a refund", () => {
  const left = usd(1667);

  test("is of what is left, and of no more", () => {
    assert.deepEqual(refundable({ captured: usd(1667), refunded: usd(667) }), usd(1000));
    assert.equal(refundable({ captured: usd(1667), refunded: usd(1667) }), null);
    assert.equal(refundable({ captured: usd(0), refunded: usd(0) }), null);
    assert.deepEqual(readOrder({ amount: "8.33", reason: " too long " }, left), {
      name: "order", money: usd(833), order: { amount: 833, reason: "too long" },
    });
    assert.equal(readOrder({ amount: "16.68", reason: "" }, left).name, "too-much");
    assert.equal(readOrder({ amount: "0", reason: "" }, left).name, "no-amount");
  });

  test("that is typed survives a reload, and is gone once it is done", () => {
    const tab = storage();
    const draft = { payment: "p1", amount: "5", reason: "r" };
    new RefundDrafts(tab).keep(draft);
    assert.deepEqual(new RefundDrafts(tab).find(), draft);
    new RefundDrafts(tab).keep(null);
    assert.equal(new RefundDrafts(tab).find(), null);
    tab.setItem("consult.refund", "{");
    assert.equal(new RefundDrafts(tab).find(), null);
  });
});

const nothing = usd(0);
const billing: Billing = {
  state: "held", charged: nothing, fee: nothing, refunded: nothing, waived: nothing, forgone: nothing, billableSeconds: 0,
  horizonSeconds: 600, holds: [{ window: 1, attempt: 1, amount: usd(2000), captured: nothing, state: "authorized" }],
  problem: null, simulated: true,
};
const push = (kind: BillingPush["kind"], change: Partial<BillingPush> = {}): ChargeEvent => ({
  name: "pushed", push: { sessionId: "s", kind, text: "", charged: nothing, simulated: true, ...change },
});
const after = (...events: readonly ChargeEvent[]): Charge => events.reduce(reduceCharge, unknownCharge);
const loaded = (change: Partial<Billing> = {}): ChargeEvent => ({ name: "loaded", billing: { ...billing, ...change } });
const free: BillingStatus = {
  state: "free", mediaSeconds: 30, thresholdSeconds: 600, horizonSeconds: 600, charged: null, running: true,
};
const paid: BillingStatus = { ...free, state: "paid", mediaSeconds: 700, horizonSeconds: 1200 };

describe("a call's money", () => {
  const text = (charge: Charge, status: BillingStatus | null, side: "customer" | "consultant" = "customer") =>
    chargeLine(charge, status, side)?.text ?? null;

  test("is free until the threshold, and says what is held", () => {
    assert.equal(text(after(loaded()), free), "Free until 10:00 · $20.00 held in case the call goes on");
    assert.equal(text(after(loaded()), free, "consultant"), "Free for the customer until 10:00 · the time after it is secured");
    assert.equal(text(after(), free), "Free until 10:00");
    assert.equal(text(after(), { ...free, state: "unmetered" }), null);
    assert.equal(text(after(), null), null);
  });

  test("after it says what was charged, and what is held for the time that follows", () => {
    const holds = [
      { window: 1, attempt: 1, amount: usd(2000), captured: usd(1667), state: "captured" as const },
      { window: 2, attempt: 1, amount: usd(2000), captured: nothing, state: "authorized" as const },
    ];
    const charge = after(loaded(), push("captured", { charged: usd(1667) }), loaded({ charged: usd(1667), holds }));
    assert.equal(openHold(charge)?.window, 2);
    assert.equal(text(charge, paid), "Charged $16.67 so far · $20.00 held for the time that follows");
    assert.equal(text(after(push("captured", { charged: usd(1667) })), paid), "Charged $16.67 so far");
  });

  test("waits for the first hold, of which nothing is pushed", () => {
    assert.equal(awaitsHold(unknownCharge), false);
    for (const state of ["none", "holding"] as const) assert.equal(awaitsHold(after(loaded({ state }))), true);
    assert.equal(awaitsHold(after(loaded({ state: "holding" }), push("declined"))), false);
    for (const state of ["held", "charged", "settled", "failed"] as const) assert.equal(awaitsHold(after(loaded({ state }))), false);
  });

  test("asks for another card where one helps, and only whoever can add one", () => {
    for (const [kind, code] of [["declined", "insufficient_funds"], ["authentication_required", undefined], ["declined", "no_payment_method"]] as const) {
      const charge = after(loaded(), push(kind, code === undefined ? {} : { code }));
      assert.ok(needsCard(charge.trouble));
      const own = chargeLine(charge, free, "customer");
      assert.equal(own?.tone, "error");
      assert.ok(own?.offersCard === true && own.text.includes("ends at 10:00"), own?.text);
      assert.equal(chargeLine(charge, free, "consultant")?.offersCard, false);
    }
    assert.match(text(after(push("declined", { code: "insufficient_funds" })), free) ?? "", /not enough money/);
    assert.match(text(after(push("declined", { code: "stolen_card" })), free) ?? "", /Your card was declined/);
  });

  test("goes on while the processor is silent, and says when it does not", () => {
    assert.equal(
      text(after(push("unconfirmed")), paid), "The processor is not answering; the call goes on and settles later.");
    assert.equal(chargeLine(after(push("unconfirmed")), paid, "customer")?.tone, "warn");
    assert.match(text(after(push("processor_away")), paid) ?? "", /ends at 20:00 if it stays away/);
    // The API does not name it; only the next good news takes it back.
    assert.equal(after(push("unconfirmed"), loaded()).trouble?.kind, "unconfirmed");
    assert.equal(after(push("unconfirmed"), loaded(), push("captured")).trouble, null);
  });

  test("says of a consultant who cannot be paid what that means for each", () => {
    const charge = after(loaded({ problem: { code: "no_payout_account", text: "" } }));
    assert.match(text(charge, free) ?? "", /The consultant cannot be paid yet: the call is free/);
    assert.match(text(charge, free, "consultant") ?? "", /You cannot be paid yet/);
    assert.equal(chargeLine(charge, free, "customer")?.offersCard, false);
  });

  test("tries again with a card that was added, until it is known what came of it", () => {
    const declined = push("declined", { code: "expired_card" });
    const problem = { code: "expired_card", text: "" };
    const retrying = after(declined, { name: "card-added" }, loaded({ problem }));
    assert.match(text(retrying, free) ?? "", /Trying again/);
    assert.equal(reduceCharge(retrying, declined).isRetrying, false);
    assert.equal(reduceCharge(retrying, loaded()).trouble, null);
    assert.equal(after({ name: "card-added" }).isRetrying, false);
    assert.match(text(reduceCharge(retrying, { name: "retry-over" }), free) ?? "", /Your card has expired/);
    assert.equal(after({ name: "loaded", billing: undefined }), unknownCharge);
  });
});

describe("what a session came to", () => {
  const timed = { mediaSeconds: 900, thresholdSeconds: 600 };
  const words = (change: Partial<Billing>, side: "customer" | "consultant" | "admin" = "customer", time = timed) =>
    summaryWords({ ...billing, state: "settled", ...change }, time, side).join(" ");

  test("is said to each in their own words", () => {
    const charged = { charged: usd(2500), fee: usd(375) };
    assert.equal(words(charged), "You paid $25.00.");
    assert.equal(words(charged, "consultant"), "The customer paid $25.00; $21.25 of it is yours, $3.75 is the platform's part.");
    assert.equal(words(charged, "admin"), "$25.00 was charged; $3.75 of it is the platform's part.");
    assert.equal(words({}, "customer", { ...timed, mediaSeconds: 599 }), "Nothing was charged: the call stayed within its free time.");
    assert.equal(words({ refunded: usd(2500) }), "All that was charged was given back.");
  });

  test("names what was given back, waived and left out", () => {
    const all = words({ charged: usd(1667), refunded: usd(833), waived: usd(30), forgone: usd(12) });
    assert.equal(
      all, "You paid $16.67. $8.33 was given back. $0.30 was waived: it is below the smallest amount that a card is charged. "
        + "$0.12 is for time that nothing was held for. Nobody has to pay it.");
  });

  test("is waited for until it is settled", () => {
    const states = ["none", "holding", "held", "charged", "settled", "failed"] as const;
    assert.deepEqual(states.filter((state) => isSettling({ state })), ["holding", "held", "charged"]);
    assert.deepEqual(states.filter((state) => hasReceipt({ state })), ["none", "settled"]);
    const sums = (charged: number, refunded = 0, waived = 0) => ({ charged: usd(charged), refunded: usd(refunded), waived: usd(waived) });
    assert.deepEqual(
      [sums(5), sums(0, 5), sums(0, 0, 5), sums(0)].map((amounts) => hasInvoice({ state: "settled", ...amounts })), [true, true, true, false]);
    assert.ok(!hasInvoice({ state: "charged", ...sums(5) }));
    assert.equal(new Set(states.map(billingStateWords)).size, states.length);
    assert.match(words({ state: "holding" }), /worked out/);
  });

  test("has words for each problem, one for each side", () => {
    for (const code of ["no_payment_method", "no_payout_account", "card_declined", "authentication_required"]) {
      const problem = { code, text: "" };
      assert.notEqual(problemWords({ problem }, "customer"), problemWords({ problem }, "consultant"));
    }
    assert.equal(problemWords({ problem: null }, "customer"), null);
  });
});

describe("refusals about money", () => {
  test("have words that say what to do", () => {
    const codes = [
      "card_declined", "authentication_required", "payment_method_not_found", "payment_method_taken", "payments_unavailable",
      "invoice_not_found", "receipt_not_found", "statement_not_found", "nothing_to_refund", "payout_account_not_found",
      "pdf_unavailable", "too_many_payment_methods", "setup_unfinished", "payment_method_not_a_card",
    ];
    const said = codes.map((code) => troubleWords(refusal(409, code)));
    assert.equal(new Set(said.map(({ title }) => title)).size, codes.length);
    for (const { title, whatToDo } of said) assert.ok(title !== "This did not work" && whatToDo !== "");
    assert.match(troubleWords(refusal(503, "payments_unavailable", { retryAfter: 7 })).whatToDo, /in 7 seconds/);
    assert.match(troubleWords(refusal(402, "card_declined", { declineCode: "expired_card" })).title, /expired/);
    assert.match(troubleWords(refusal(402, "card_declined", { declineCode: "stolen_card" })).title, /^Your card was declined/);
    assert.equal(troubleWords(refusal(418, "teapot", { detail: "So." })).whatToDo, "So.");
  });
});

describe("words and addresses about money", () => {
  test("cards are named by brand and last digits, and say when they end", () => {
    assert.equal(cardName({ brand: "visa", last4: "4242" }), "Visa ending in 4242");
    assert.equal(cardName({ brand: "unknown", last4: "1" }), "Card ending in 1");
    const card = { expMonth: 3, expYear: 2027 };
    assert.equal(expiryWords(card, new Date(2027, 2, 31)), "Good until 03/2027");
    assert.equal(expiryWords(card, new Date(2027, 3, 1)), "Expired 03/2027");
  });

  test("every state has words of its own", () => {
    const payments = ["created", "authorized", "captured", "cancelling", "cancelled", "failed", "refunded"] as const;
    assert.equal(new Set(payments.map(paymentStateWords)).size, payments.length);
    const payouts = ["pending", "in_transit", "paid", "failed", "canceled"] as const;
    assert.equal(new Set(payouts.map(payoutStateWords)).size, payouts.length);
    const accounts = ["none", "pending", "restricted", "enabled"] as const;
    assert.equal(new Set(accounts.map((state) => accountStateWords({ state, payoutsEnabled: true }))).size, accounts.length);
    assert.notEqual(
      accountStateWords({ state: "enabled", payoutsEnabled: true }), accountStateWords({ state: "enabled", payoutsEnabled: false }));
    assert.equal(requirementWords("individual.verification.document"), "Individual: verification: document");
    assert.equal(requirementWords("Your bank account"), "Your bank account");
    assert.equal(disputeStateWords("needs_response"), "Needs evidence");
    assert.equal(disputeStateWords("something_new"), "something new");
    assert.ok(takesEvidence({ state: "warning_needs_response", evidenceState: "refused" }));
    assert.ok(!takesEvidence({ state: "needs_response", evidenceState: "ordered" }));
    assert.ok(!takesEvidence({ state: "under_review", evidenceState: "ready" }));
    const loss = { owed: usd(340), recovered: usd(300) };
    const recoveries = (["none", "waiting", "short", "refused", "done"] as const).map(
      (recoveryState) => recoveryWords({ ...loss, recoveryState }));
    assert.equal(recoveries[0], null);
    assert.equal(new Set(recoveries).size, recoveries.length);
    assert.match(recoveries[4] ?? "", /3\.00/);
    assert.equal(dayWords("2026-11-23", "en-GB"), "23 Nov 2026");
    assert.equal(dayWords("2026-11-23T22:30:00Z", "en-GB"), "23 Nov 2026");
    assert.equal(monthWords("2026-11", "en-GB"), "November 2026");
    assert.equal(monthWords("?"), "?");
  });

  test("weeks without a call are bars, too, and each currency has a chart", () => {
    const week = (start: string, earned: number, currency = "usd") => ({
      start, sessions: 1, charged: { amount: earned, currency }, fee: { amount: 0, currency }, earned: { amount: earned, currency },
    });
    const charts = chartsOf({ weeks: [week("2026-11-23", 200), week("2026-11-02", 100), week("2026-11-23", 5, "eur")] });
    assert.deepEqual(charts.map(({ currency, bars }) => [currency, bars.length]), [["usd", 4], ["eur", 1]]);
    assert.deepEqual(charts[0]?.bars.map(({ start, part }) => [start, part]), [
      ["2026-11-02", 0.5], ["2026-11-09", 0], ["2026-11-16", 0], ["2026-11-23", 1],
    ]);
    assert.deepEqual(chartsOf({ weeks: [] }), []);
    assert.equal(chartsOf({ weeks: [week("2020-01-06", 1), week("2026-11-23", 1)] })[0]?.bars.length, 53);
  });

  test("a card is added in the way that the server has", () => {
    const setup = { setupIntentClientSecret: "s", setupIntentId: "i", publishableKey: "pk", simulated: false };
    assert.deepEqual(wayOf(setup), { name: "stripe", publishableKey: "pk", secret: "s" });
    assert.equal(wayOf({ ...setup, simulated: true }).name, "simulated");
    assert.equal(wayOf({ ...setup, publishableKey: null }).name, "none");
    assert.equal(wayOf({ ...setup, setupIntentClientSecret: null }).name, "none");
  });

  test("a session is found in whatever was pasted, and only the web is gone to", () => {
    const id = "01980f3e-5a4b-7c6d-8e9f-0a1b2c3d4e5f";
    for (const text of [id, ` ${id} `, `https://example.org/sessions/${id}`, `https://example.org/sessions/${id}/?a=b#c`]) {
      assert.equal(sessionIn(text), id);
    }
    for (const text of ["", "a b", "https://example.org/?x"]) assert.notEqual(sessionIn(text), id);
    assert.equal(sessionIn("not one!"), null);
    assert.ok(isWebAddress("https://connect.stripe.com/setup/x"));
    for (const text of ["javascript:alert(1)", "data:text/html,x", "/x", ""]) assert.ok(!isWebAddress(text), text);
    assert.equal(fileName("invoice-2026/000 1", "pdf"), "invoice-2026-000-1.pdf");
    assert.equal(fileName("///", "json"), "document.json");
  });
});
