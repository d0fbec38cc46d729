/** Cards, payments, earnings and papers: what the API has about money. */
import type { Api } from "./http";
import * as shapes from "./moneyShapes";
import type {
  CardSetup, Dispute, Earnings, Interval, Invoice, InvoiceEntry, Payment, PaymentMethod, PaymentMethods, Payout,
  PayoutAccount, PricedSession, Receipt, StatementEntry,
} from "./moneyShapes";
import { one, query } from "./path";
import { page } from "./shapes";
import type { Page } from "./shapes";

const methods = "/me/payment-methods";
const account = "/me/payout-account";

const pages = {
  payments: page(shapes.payment),
  payouts: page(shapes.payout),
  invoices: page(shapes.invoiceEntry),
  statements: page(shapes.statementEntry),
  disputes: page(shapes.dispute),
};

export function listCards(api: Api): Promise<PaymentMethods> {
  return api.ask("GET", methods, shapes.paymentMethods);
}

/** Begins to add a card. Refused as `payments_unavailable` where nobody takes cards at the moment. */
export function beginCard(api: Api, idempotencyKey: string): Promise<CardSetup> {
  return api.ask("POST", methods, shapes.cardSetup, {}, { idempotencyKey });
}

export type StoredCard = ({ readonly paymentMethodId: string } | { readonly setupIntentId: string }) & {
  /** Whether calls are charged to it from now on; the first card is charged anyway. */
  readonly isDefault: boolean;
};

/** Takes a card that the processor has. Refused as `card_declined` and `authentication_required`. */
export function addCard(api: Api, card: StoredCard, idempotencyKey: string): Promise<PaymentMethod> {
  return api.ask("POST", methods, shapes.paymentMethod, card, { idempotencyKey });
}

export function makeDefault(api: Api, id: string): Promise<PaymentMethod> {
  return api.ask("PATCH", one(methods, id), shapes.paymentMethod, { isDefault: true });
}

export function removeCard(api: Api, id: string): Promise<void> {
  return api.tell("DELETE", one(methods, id));
}

export function myPayoutAccount(api: Api): Promise<PayoutAccount> {
  return api.ask("GET", account, shapes.payoutAccount);
}

/** Where payouts are set up. */
export async function beginPayouts(api: Api): Promise<string> {
  return (await api.ask("POST", account, shapes.onboarding, {})).url;
}

export function choosePayoutInterval(api: Api, interval: Interval): Promise<PayoutAccount> {
  return api.ask("PATCH", account, shapes.payoutAccount, { interval });
}

export interface Range {
  /** Days, as `2026-11-23`; null: no limit. */
  readonly from: string | null;
  readonly to: string | null;
}

export function myEarnings(api: Api, { from, to }: Range): Promise<Earnings> {
  return api.ask("GET", query("/me/earnings", { from, to }), shapes.earnings);
}

export function listPayouts(api: Api, cursor: string | null): Promise<Page<Payout>> {
  return api.ask("GET", query("/payouts", { cursor }), pages.payouts);
}

/**
 * @param session only those of this session; null: all that one may see.
 * @param state only those in this state.
 */
export function listPayments(
  api: Api, session: string | null, cursor: string | null, state: Payment["state"] | null = null,
): Promise<Page<Payment>> {
  return api.ask("GET", query("/payments", { session, state, cursor }), pages.payments);
}

export interface RefundOrder {
  /** Minor units; left out: all that is left. */
  readonly amount?: number;
  readonly reason?: string;
}

/** Gives money back. With the same key it is given back once. */
export function refundPayment(api: Api, id: string, order: RefundOrder, idempotencyKey: string): Promise<void> {
  return api.ask("POST", one("/payments", id, "/refund"), shapes.refund, order, { idempotencyKey }).then(() => undefined);
}

export function findPricedSession(api: Api, id: string): Promise<PricedSession> {
  return api.ask("GET", one("/sessions", id), shapes.pricedSession);
}

/** Refused as `invoice_not_found` while there is none. */
export function findInvoice(api: Api, session: string): Promise<Invoice> {
  return api.ask("GET", one("/sessions", session, "/invoice"), shapes.invoice);
}

export function listInvoices(api: Api, cursor: string | null): Promise<Page<InvoiceEntry>> {
  return api.ask("GET", query("/invoices", { cursor }), pages.invoices);
}

export function listStatements(api: Api, cursor: string | null): Promise<Page<StatementEntry>> {
  return api.ask("GET", query("/statements", { cursor }), pages.statements);
}

/** Refused as `receipt_not_found` where nothing was measured. */
export function findReceipt(api: Api, session: string): Promise<Receipt> {
  return api.ask("GET", one("/sessions", session, "/receipt"), shapes.receipt);
}

export type Paper = "html" | "pdf";

export function invoicePaper(api: Api, session: string, format: Paper): Promise<Blob> {
  return api.fetch(query(one("/sessions", session, "/invoice"), { format }));
}

export function statementPaper(api: Api, month: string, format: Paper): Promise<Blob> {
  return api.fetch(query(one("/statements", month), { format }));
}

/** The receipt byte for byte, as it was signed. */
export function receiptFile(api: Api, session: string): Promise<Blob> {
  return api.fetch(one("/sessions", session, "/receipt"));
}

export function listDisputes(api: Api, session: string | null, cursor: string | null): Promise<Page<Dispute>> {
  return api.ask("GET", query("/disputes", { session, cursor }), pages.disputes);
}

/** Has the bank told what the server knows of the call. */
export function submitEvidence(api: Api, id: string, idempotencyKey: string): Promise<void> {
  return api.tell("POST", one("/disputes", id, "/evidence"), undefined, { idempotencyKey });
}
