import "./browser";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderToStaticMarkup } from "react-dom/server";
import { ApiError } from "../src/api/error";
import { Api } from "../src/api/http";
import * as calls from "../src/api/money";
import type { Billing, Dispute, Earnings, Invoice, Payment, PayoutAccount } from "../src/api/moneyShapes";
import { reduceCharge, unknownCharge } from "../src/call/charge";
import { idle } from "../src/ui/useAttempt";
import type { Attempt } from "../src/ui/useAttempt";
import { DisputeView } from "../src/features/admin/disputes/Disputes";
import { RefundForm, RefundReview } from "../src/features/admin/payments/RefundForm";
import { NoWay } from "../src/features/account/cards/AddCard";
import { CardList } from "../src/features/account/cards/CardList";
import { AddOne } from "../src/features/account/cards/NoCard";
import { withCard } from "../src/features/account/cards/setup";
import { TestCards } from "../src/features/account/cards/TestCards";
import { PayoutAccountView } from "../src/features/dashboard/earnings/PayoutAccountCard";
import { PayoutList } from "../src/features/dashboard/earnings/Payouts";
import { Totals } from "../src/features/dashboard/earnings/Totals";
import { Weeks } from "../src/features/dashboard/earnings/WeekChart";
import { chartsOf } from "../src/features/dashboard/earnings/weeks";
import { InvoiceView } from "../src/features/account/papers/InvoicePanel";
import { InvoiceList } from "../src/features/account/papers/InvoicesPage";
import { PaymentList } from "../src/features/account/payments/PaymentList";
import { Timeline } from "../src/features/call/receipt/Timeline";
import { BillingPanel } from "../src/features/call/money/BillingPanel";
import { ChargeStrip } from "../src/features/call/money/ChargeStrip";
import { slicesOf, sumsOf } from "../src/features/call/receipt/receipt";

const doNothing = () => undefined;
const script = "<script>alert(1)</script>";
const usd = (amount: number) => ({ amount, currency: "usd" });
const nothing = usd(0);
const silent = new Api("http://127.0.0.1:1", () => Promise.reject(new Error("nothing is sent without a click")));

function refused(status: number, code: string): Attempt {
  const error = new ApiError({ kind: "refused", status, code, detail: "So it is.", errors: [], retryAfter: null });
  return { name: "failed", error };
}

interface Sent {
  readonly method: string | undefined;
  readonly path: string;
  readonly body: unknown;
  readonly key: string | null;
}

/** An API that answers with this, and keeps what it was asked. */
function answering(content: object | null): { readonly api: Api; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const api = new Api("https://example.org/api/v1", (address, { method, body, headers }) => {
    sent.push({
      method, path: address.replace("https://example.org/api/v1", ""),
      body: typeof body === "string" ? JSON.parse(body) : null, key: new Headers(headers).get("Idempotency-Key"),
    });
    return Promise.resolve(content === null
      ? new Response(null, { status: 204 })
      : new Response(JSON.stringify(content), { headers: { "Content-Type": "application/json" } }));
  });
  return { api, sent };
}

const card = {
  id: "c1", brand: "visa", last4: "4242", expMonth: 12, expYear: 2099, isDefault: true, createdAt: "2026-11-23T10:00:00Z",
};

describe("the API about money", () => {
  test("is asked under the paths that it has, with keys where something takes effect", async () => {
    const { api, sent } = answering(card);
    await calls.addCard(api, { paymentMethodId: "pm_card_visa", isDefault: true }, "k1");
    await calls.makeDefault(api, "c/1");
    const empty = answering({ items: [], next: null });
    await calls.listPayments(empty.api, "s1", "after");
    await calls.listInvoices(empty.api, null);
    const refund = answering({ sessionId: "s1", refundTotal: usd(5) });
    await calls.refundPayment(refund.api, "p1", { amount: 5, reason: "r" }, "k2");
    const evidence = answering(null);
    await calls.submitEvidence(evidence.api, "d1", "k3");
    await calls.removeCard(evidence.api, "c1");
    assert.deepEqual([...sent, ...empty.sent, ...refund.sent, ...evidence.sent].map(({ method, path, body, key }) => [method, path, body, key]), [
      ["POST", "/me/payment-methods", { paymentMethodId: "pm_card_visa", isDefault: true }, "k1"],
      ["PATCH", "/me/payment-methods/c%2F1", { isDefault: true }, null],
      ["GET", "/payments?session=s1&cursor=after", null, null],
      ["GET", "/invoices", null, null],
      ["POST", "/payments/p1/refund", { amount: 5, reason: "r" }, "k2"],
      ["POST", "/disputes/d1/evidence", null, "k3"],
      ["DELETE", "/me/payment-methods/c1", null, null],
    ]);
  });

  test("tells why a card was declined", async () => {
    const body = JSON.stringify({ code: "card_declined", detail: "Declined.", declineCode: "insufficient_funds" });
    const api = new Api("https://example.org", () => Promise.resolve(
      new Response(body, { status: 402, headers: { "Content-Type": "application/problem+json" } })));
    const error = await calls.beginCard(api, "k").then(() => null, (failure: unknown) => failure);
    assert.ok(error instanceof ApiError && error.failure.kind === "refused");
    assert.equal(error.failure.declineCode, "insufficient_funds");
    assert.ok(!error.isUnknown);
  });

  test("gives papers as they are, byte for byte", async () => {
    const api = new Api("https://example.org", () => Promise.resolve(new Response("%PDF", { headers: { "Content-Type": "application/pdf" } })));
    assert.equal(await (await calls.invoicePaper(api, "s1", "pdf")).text(), "%PDF");
  });

  test("may leave out what a receipt does not have", async () => {
    const { api } = answering({ records: [{ number: 1, fromCustomer: { packets: 3 }, more: true }], head: "x", signature: "y" });
    assert.deepEqual(await calls.findReceipt(api, "s1"), { records: [{ number: 1, fromCustomer: { packets: 3 } }] });
  });
});

describe("cards", () => {
  test("a customer without one is told what that means, and where to add one", () => {
    assert.match(renderToStaticMarkup(<AddOne freeSeconds={600} />), /href="\/account\/payment-methods"/);
    assert.match(renderToStaticMarkup(<AddOne freeSeconds={600} />), /free under 10 minutes; without a card a call ends then/);
    assert.match(renderToStaticMarkup(<CardList cards={[]} freeSeconds={600} onChanged={doNothing} />), /without a card a call ends then/);
  });

  test("one that was added is in the list once, with what the server said of it last", () => {
    const before = { items: [card], simulated: true };
    const other = { ...card, id: "c2", isDefault: false };
    assert.deepEqual(withCard(before, other), { items: [card, other], simulated: true });
    assert.deepEqual(withCard(before, { ...card, last4: "1111" }).items, [{ ...card, last4: "1111" }]);
  });

  test("the form of the stand-in says that no money moves, and offers every kind of card", () => {
    const html = renderToStaticMarkup(<TestCards isSending={false} onChoose={doNothing} />);
    assert.match(html, /Simulated: no money moves/);
    for (const id of ["pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_visa_chargeDeclined", "pm_card_authenticationRequired"]) {
      assert.ok(html.includes(`data-testid="${id}"`), id);
    }
    assert.match(html, /<legend[^>]*>Test card</);
    assert.match(renderToStaticMarkup(<TestCards isSending onChoose={doNothing} />), /aria-disabled="true"[^>]*>Storing…/);
  });

  test("a server that takes none says so", () => {
    assert.match(renderToStaticMarkup(<NoWay />), /Cards cannot be added on this server/);
  });
});

const billing: Billing = {
  state: "settled", charged: usd(2500), fee: usd(375), refunded: nothing, waived: nothing, forgone: nothing,
  billableSeconds: 900, horizonSeconds: 1200,
  holds: [
    { window: 1, attempt: 1, amount: usd(1667), captured: usd(1667), state: "captured" },
    { window: 2, attempt: 1, amount: usd(1667), captured: nothing, state: "failed" },
  ],
  problem: null, simulated: true,
};

describe("a session's money", () => {
  const show = (change: Partial<Billing>, side: "customer" | "consultant" = "customer") => renderToStaticMarkup(
    <BillingPanel billing={{ ...billing, ...change }} session={{ mediaSeconds: 900, thresholdSeconds: 600 }} side={side} />);

  test("says what was paid, and shows each hold", () => {
    const html = show({});
    assert.match(html, /data-testid="billing-summary"[^>]*>You paid \$25\.00\./);
    assert.match(html, /Simulated: no money moves/);
    assert.equal(html.match(/data-testid="hold"/g)?.length, 2);
    assert.match(html, /data-state="failed">.*?–.*?Failed/s);
    assert.doesNotMatch(show({ simulated: false }), /Simulated/);
  });

  test("offers a card to the customer whose card did not work, and to nobody else", () => {
    const problem = { code: "insufficient_funds", text: "" };
    assert.match(show({ problem }), /not enough money[\s\S]*href="\/account\/payment-methods"/);
    assert.doesNotMatch(show({ problem }, "consultant"), /payment-methods/);
    assert.doesNotMatch(show({ problem: { code: "no_payout_account", text: "" } }), /payment-methods/);
  });

  test("in the call is one line, with a button where a card helps", () => {
    const status = { state: "free", mediaSeconds: 3, thresholdSeconds: 600, horizonSeconds: 600, charged: null, running: true } as const;
    const push = { sessionId: "s", kind: "declined", code: "expired_card", text: "", charged: nothing, simulated: true } as const;
    const strip = (side: "customer" | "consultant", charge = reduceCharge(unknownCharge, { name: "pushed", push })) =>
      renderToStaticMarkup(<ChargeStrip charge={charge} status={status} side={side} onAddCard={doNothing} />);
    assert.match(strip("customer"), /role="alert"[^>]*>Your card has expired\.[\s\S]*charge-add-card/);
    assert.match(strip("customer"), /Simulated: no money moves/);
    assert.doesNotMatch(strip("consultant"), /<button/);
    assert.match(strip("customer", unknownCharge), /role="status"[^>]*>Free until 10:00</);
  });
});

describe("a receipt's timeline", () => {
  const way = (score: number, packets = 500) => ({ packets, score });
  const records = [
    { number: 1, milliseconds: 10_000, mediaSeconds: 10, fromCustomer: way(450), fromConsultant: way(440) },
    { number: 2, milliseconds: 10_000, mediaSeconds: 10, fromCustomer: way(450, 0), fromConsultant: way(440) },
    { number: 3, milliseconds: 10_000, mediaSeconds: 10, fromCustomer: way(150), fromConsultant: way(440) },
  ];

  test("has a bar for each record, marks what is not billed, and is a table as well", () => {
    const slices = slicesOf({ records });
    const html = renderToStaticMarkup(<Timeline slices={slices} sums={sumsOf(slices, null)} />);
    assert.equal(html.match(/data-testid="slice"/g)?.length, 3);
    assert.equal(html.match(/class="timeline__unbilled"/g)?.length, 1);
    assert.match(html, /data-grade="poor" data-unbilled=""/);
    assert.match(html, /role="img" aria-label="Quality over the call\. 20 seconds of 30 seconds count/);
    assert.match(html, /<td>00:10<\/td><td>Good<\/td><td>4\.40<\/td><td>0 s\. Not billed: nothing came from one side/);
  });
});

const invoice: Invoice = {
  number: "CC-2026-000001", issuedAt: "2026-11-23T10:00:00Z",
  lines: [{ text: `Call ${script}`, seconds: 900, amount: usd(2101) }], subtotal: usd(2101),
  tax: { rateBasisPoints: 1900, amount: usd(399), text: "VAT 19 %" }, total: usd(2500), waived: usd(30), notes: ["A note."],
  creditNotes: [{ number: "CN-2026-000001", issuedAt: "2026-11-24T10:00:00Z", total: usd(-833) }], further: null, simulated: true,
};

describe("papers", () => {
  test("an invoice is a table with its tax, what was waived, and its credit notes", () => {
    const html = renderToStaticMarkup(<InvoiceView invoice={invoice} />);
    assert.match(html, /Invoice CC-2026-000001/);
    assert.match(html, /VAT 19 %[\s\S]*\$3\.99[\s\S]*Total[\s\S]*\$25\.00/);
    assert.match(html, /\$0\.30 was waived/);
    assert.match(html, /CN-2026-000001[\s\S]*-\$8\.33/);
    assert.doesNotMatch(html, /<script|Further invoices/);
  });

  test("are listed with their calls, or say that there are none", () => {
    const entry = { number: "CC-1", kind: "invoice", sessionId: "s1", issuedAt: "2026-11-23T10:00:00Z", total: usd(2500) } as const;
    const html = renderToStaticMarkup(
      <InvoiceList api={silent} invoices={[entry, { ...entry, number: "CN-1", kind: "credit_note" }]} />);
    assert.match(html, /href="\/sessions\/s1"[^>]*>Invoice CC-1/);
    assert.match(html, /Credit note CN-1/);
    assert.equal(html.match(/aria-label="PDF: invoice/g)?.length, 1);
    assert.match(renderToStaticMarkup(<InvoiceList api={silent} invoices={[]} />), /No invoices yet/);
  });
});

const payment: Payment = {
  id: "p1", sessionId: "s1", window: 1, attempt: 2, amount: usd(1667), captured: usd(1667), fee: usd(250), refunded: usd(667),
  state: "captured", failureCode: null, failureText: null, createdAt: "2026-11-23T10:00:00Z", capturedAt: null, simulated: true,
};

describe("payments", () => {
  test("say what happened to the money", () => {
    const show = (change: Partial<Payment>) => renderToStaticMarkup(<PaymentList payments={[{ ...payment, ...change }]} nothing="" />);
    assert.match(show({}), /Part 1 of the call, try 2\. \$16\.67 was charged\. \$6\.67 of it was given back\./);
    assert.match(show({ state: "authorized", captured: nothing }), /\$16\.67 is held on the card, and not charged/);
    assert.match(show({ state: "failed", captured: nothing, failureText: script }), /&lt;script/);
    assert.match(show({ state: "cancelled", captured: nothing }), /nothing was charged/);
  });

  test("are given back in two steps", () => {
    const draft = { payment: "p1", amount: "16.68", reason: "" };
    const form = renderToStaticMarkup(
      <RefundForm draft={draft} left={usd(1667)} problem="At most $16.67 is left." onEdit={doNothing} onReview={doNothing} />);
    assert.match(form, /-problem"[^>]*>At most \$16\.67 is left/);
    assert.match(form, /value="16\.68"/);
    const review = (attempt: Attempt) => renderToStaticMarkup(
      <RefundReview money={usd(833)} reason={script} isSimulated attempt={attempt} onSend={doNothing} onBack={doNothing} />);
    assert.match(review(idle), /data-testid="refund-confirm"[^>]*>Give back \$8\.33</);
    assert.match(review(idle), /cannot be undone/);
    assert.doesNotMatch(review(idle), /<script/);
    assert.match(review({ name: "failed", error: new ApiError({ kind: "network" }) }), /It may have been done all the same/);
    assert.doesNotMatch(review(refused(409, "nothing_to_refund")), /It may have been done/);
    assert.match(review(refused(409, "nothing_to_refund")), /role="alert"[\s\S]*cannot be given back/);
  });

  test("that are disputed show their evidence, and take it as long as the bank does", () => {
    const dispute: Dispute = {
      id: "d1", sessionId: "s1", amount: usd(1667), fee: usd(1500), reason: "product_not_received", state: "needs_response",
      dueBy: "2026-12-01T00:00:00Z",
      evidence: {
        customerName: "Ann", customerEmail: null, serviceDate: "2026-11-23", productDescription: "A call",
        accessActivityLog: "The customer came in: 9:00", refundPolicy: "Policy", refundRefusal: "Charged", receipt: "Signed",
      },
      evidenceState: "ready", evidenceSentAt: null, outcome: null, lost: usd(0), owed: usd(0), recovered: usd(0),
      recoveryState: "none", problem: null,
    };
    const show = (changed: Partial<Dispute>, attempt: Attempt = idle) =>
      renderToStaticMarkup(<DisputeView dispute={{ ...dispute, ...changed }} attempt={attempt} onSubmit={doNothing} />);
    assert.match(show({}), /product not received[\s\S]*15\.00[\s\S]*The customer came in: 9:00[\s\S]*evidence-button/);
    assert.doesNotMatch(show({}), /E-mail address/);
    assert.doesNotMatch(show({ state: "under_review", evidenceState: "sent" }), /evidence-button/);
    assert.match(show({ evidenceState: "ordered" }), /The evidence is on its way/);
    assert.doesNotMatch(show({ evidenceState: "ordered" }), /evidence-button/);
    assert.match(show({}, { name: "done" }), /The evidence is on its way/);
    assert.match(show({}, refused(503, "payments_unavailable")), /role="alert"/);
    assert.match(show({ evidenceState: "refused", problem: "It is past due." }), /It is past due[\s\S]*evidence-button/);
    assert.match(show({ state: "lost", owed: usd(340), recoveryState: "short" }), /owes[\s\S]*3\.40/);
  });
});

describe("earnings", () => {
  const earnings: Earnings = {
    totals: [{
      currency: "usd", charged: usd(5000), fee: usd(750), refunded: usd(100), earned: usd(4150), paidOut: usd(3000), pending: usd(1150),
    }],
    weeks: [{ start: "2026-11-16", sessions: 2, charged: usd(5000), fee: usd(750), earned: usd(4150) }],
    simulated: true,
  };
  const account: PayoutAccount = {
    state: "restricted", payoutsEnabled: false, requirements: ["external_account"], interval: "weekly", simulated: true,
  };

  test("are sums and weeks, which are a table as well", () => {
    const totals = renderToStaticMarkup(<Totals totals={earnings.totals} />);
    assert.match(totals, /\$41\.50[\s\S]*\$50\.00[\s\S]*\$1\.00 was given back/);
    assert.match(renderToStaticMarkup(<Totals totals={[]} />), /Nothing earned/);
    const [chart] = chartsOf(earnings);
    assert.ok(chart !== undefined);
    const weeks = renderToStaticMarkup(<Weeks chart={chart} />);
    assert.match(weeks, /role="img" aria-label="1 week; the best one began on/);
    assert.match(weeks, /<table[\s\S]*\$41\.50/);
  });

  test("the account says what is missing, and how to go on", () => {
    const show = (change: Partial<PayoutAccount>, setup: Attempt = idle) => renderToStaticMarkup(
      <PayoutAccountView account={{ ...account, ...change }} setup={setup} change={idle} onSetUp={doNothing} onInterval={doNothing} />);
    assert.match(show({}), /External account/);
    assert.match(show({}), /Go on with the setup/);
    assert.match(show({ state: "none", requirements: [] }), /Set up payouts/);
    assert.doesNotMatch(show({ state: "none" }), /interval-button/);
    assert.match(show({ state: "enabled", payoutsEnabled: true }), /Payouts are set up\.[\s\S]*Every week/);
    assert.match(show({}, refused(503, "payments_unavailable")), /role="alert"[\s\S]*set-up-payouts/);
  });

  test("payouts say when they arrive, and what to do about one that did not", () => {
    const payout = {
      id: "o1", amount: usd(3000), state: "failed", arrivalDate: "2026-11-25T00:00:00Z", failureCode: "account_closed",
      createdAt: "2026-11-23T10:00:00Z",
    } as const;
    assert.match(renderToStaticMarkup(<PayoutList payouts={[payout]} />), /account closed\)\. Look at your bank details/);
    assert.match(renderToStaticMarkup(<PayoutList payouts={[]} />), /No payouts yet/);
  });
});
