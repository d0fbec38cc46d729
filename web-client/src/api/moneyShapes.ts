/** What the API answers about money, as shapes: `docs/openapi.yaml` field by field, as far as the client reads it. */
import { money } from "../signaling/messages";
import { boolean, choice, integer, list, nullable, number, object, string, timestamp } from "../signaling/shape";
import type { Infer } from "../signaling/shape";
import { session } from "./shapes";

const payoutAccountState = choice(["none", "pending", "restricted", "enabled"], "pending");
const interval = choice(["daily", "weekly", "monthly", "manual"], "manual");
const payoutState = choice(["pending", "in_transit", "paid", "failed", "canceled"], "pending");
const paymentState = choice(
  ["created", "authorized", "captured", "cancelling", "cancelled", "failed", "refunding", "refunded"], "created");
const billingState = choice(["none", "holding", "held", "charged", "settled", "failed"], "none");
const invoiceKind = choice(["invoice", "credit_note"], "invoice");

export const paymentMethod = object({
  id: string,
  brand: string,
  last4: string,
  expMonth: integer,
  expYear: integer,
  isDefault: boolean,
  createdAt: timestamp,
});
export const paymentMethods = object({ items: list(paymentMethod), simulated: boolean });

/** What a browser needs to store a card. */
export const cardSetup = object({
  setupIntentClientSecret: nullable(string),
  setupIntentId: nullable(string),
  publishableKey: nullable(string),
  simulated: boolean,
});

export const payoutAccount = object({
  state: payoutAccountState,
  payoutsEnabled: boolean,
  requirements: list(string),
  interval: nullable(interval),
  simulated: boolean,
});
export const onboarding = object({ url: string });

export const earnings = object({
  totals: list(object({
    currency: string,
    charged: money,
    fee: money,
    refunded: money,
    earned: money,
    paidOut: money,
    pending: money,
  })),
  weeks: list(object({ start: string, sessions: integer, charged: money, fee: money, earned: money })),
  simulated: boolean,
});

export const payout = object({
  id: string,
  amount: money,
  state: payoutState,
  arrivalDate: nullable(string),
  failureCode: nullable(string),
  createdAt: timestamp,
});

export const payment = object({
  id: string,
  sessionId: string,
  window: integer,
  attempt: integer,
  amount: money,
  captured: money,
  fee: money,
  refunded: money,
  state: paymentState,
  failureCode: nullable(string),
  failureText: nullable(string),
  createdAt: timestamp,
  capturedAt: nullable(timestamp),
  simulated: boolean,
});
export const refund = object({ sessionId: string, refundTotal: money });

export const hold = object({
  window: integer,
  attempt: integer,
  amount: money,
  captured: money,
  state: paymentState,
});

export const billing = object({
  state: billingState,
  charged: money,
  fee: money,
  refunded: money,
  waived: money,
  forgone: money,
  billableSeconds: integer,
  horizonSeconds: nullable(integer),
  holds: list(hold),
  problem: nullable(object({ code: string, text: string })),
  simulated: boolean,
});

/** A session with its money; servers that charge nothing say nothing of it. */
export const pricedSession = object(
  { ...session.required, thresholdSeconds: nullable(integer) }, { billing });

export const invoiceEntry = object({
  number: string,
  kind: invoiceKind,
  sessionId: string,
  issuedAt: timestamp,
  total: money,
});

const invoiceLine = object({ text: string, seconds: nullable(integer), amount: money });
const issued = object({ number: string, issuedAt: timestamp, total: money });
const tax = object({ rateBasisPoints: integer, amount: money, text: string });

export const invoice = object({
  number: string,
  issuedAt: timestamp,
  lines: list(invoiceLine),
  subtotal: money,
  tax: nullable(tax),
  total: money,
  waived: nullable(money),
  notes: list(string),
  creditNotes: list(issued),
  /** What was invoiced for the same session later. */
  further: nullable(list(issued)),
  simulated: boolean,
});

export const statementEntry = object({
  month: string,
  currency: string,
  sessions: integer,
  charged: money,
  fee: money,
  earned: money,
});

export const evidenceState = choice(["ready", "ordered", "sent", "refused"], "ordered");
const recoveryState = choice(["none", "waiting", "short", "refused", "done"], "none");

export const dispute = object({
  id: string,
  sessionId: string,
  amount: money,
  fee: money,
  reason: string,
  state: string,
  dueBy: nullable(timestamp),
  evidence: object({
    customerName: nullable(string),
    customerEmail: nullable(string),
    serviceDate: string,
    productDescription: nullable(string),
    accessActivityLog: string,
    refundPolicy: string,
    refundRefusal: string,
    receipt: string,
  }),
  evidenceState,
  evidenceSentAt: nullable(timestamp),
  outcome: nullable(string),
  lost: money,
  owed: money,
  recovered: money,
  recoveryState,
  problem: nullable(string),
});

const source = choice(["relay", "peers", "lost"], "relay");
const direction = object({}, { packets: integer, score: number });

/** What both sides' media came to, ten seconds at a time. Older and newer receipts may have fewer fields. */
export const receipt = object({}, {
  records: list(object({}, {
    number: integer,
    source,
    milliseconds: integer,
    mediaSeconds: integer,
    reconnectingSeconds: integer,
    fromCustomer: direction,
    fromConsultant: direction,
  })),
  totals: object({}, { billableSeconds: integer }),
});

export type PaymentMethod = Infer<typeof paymentMethod>;
export type PaymentMethods = Infer<typeof paymentMethods>;
export type CardSetup = Infer<typeof cardSetup>;
export type PayoutAccount = Infer<typeof payoutAccount>;
export type Interval = Infer<typeof interval>;
export type Earnings = Infer<typeof earnings>;
export type Payout = Infer<typeof payout>;
export type Payment = Infer<typeof payment>;
export type Hold = Infer<typeof hold>;
export type Billing = Infer<typeof billing>;
export type PricedSession = Infer<typeof pricedSession>;
export type InvoiceEntry = Infer<typeof invoiceEntry>;
export type Invoice = Infer<typeof invoice>;
export type StatementEntry = Infer<typeof statementEntry>;
export type Dispute = Infer<typeof dispute>;
export type Receipt = Infer<typeof receipt>;
