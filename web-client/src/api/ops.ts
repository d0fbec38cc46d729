/** How the marketplace does, what stands still, who is there: for operators and administrators. */
import { securityEvent } from "./account";
import type { SecurityEvent } from "./account";
import { call, callWithTimeline } from "./callShapes";
import type { CallTimeline, LiveCall } from "./callShapes";
import type { Api } from "./http";
import * as shapes from "./opsShapes";
import type { Account, AccountState, Analytics, Outbox, Reconciliation, StripeEvent } from "./opsShapes";
import { one, query } from "./path";
import { page } from "./shapes";
import type { Page, User } from "./shapes";

const pages = { calls: page(call), accounts: page(shapes.account), events: page(securityEvent), stripe: page(shapes.stripeEvent) };

/** @param days how far back, 1 to 365. */
export function analytics(api: Api, days: number): Promise<Analytics> {
  return api.ask("GET", query("/ops/analytics", { days: String(days) }), shapes.analytics);
}

export function listCalls(api: Api, state: "live" | "ended", cursor: string | null): Promise<Page<LiveCall>> {
  return api.ask("GET", query("/ops/calls", { state, cursor }), pages.calls);
}

export function findCall(api: Api, id: string): Promise<CallTimeline> {
  return api.ask("GET", one("/ops/calls", id), callWithTimeline);
}

/** The queues between our parts, and what failed too often. */
export function outbox(api: Api): Promise<Outbox> {
  return api.ask("GET", "/ops/outbox", shapes.outbox);
}

export function retryEvent(api: Api, id: string): Promise<void> {
  return api.tell("POST", one("/ops/outbox", id, "/retry"));
}

/** What Stripe told and we failed to act on too often. */
export function parkedStripeEvents(api: Api, cursor: string | null): Promise<Page<StripeEvent>> {
  return api.ask("GET", query("/ops/stripe-events", { state: "parked", cursor }), pages.stripe);
}

export function retryStripeEvent(api: Api, id: string): Promise<void> {
  return api.tell("POST", one("/ops/stripe-events", id, "/retry"));
}

/** The newest comparison of our books with the payment processor's; null where there was none. */
export async function reconciliation(api: Api): Promise<Reconciliation | null> {
  return (await api.ask("GET", "/ops/reconciliation", shapes.reconciliation)).last ?? null;
}

export interface AccountSearch {
  /** Part of an e-mail address or a name, or an id. */
  readonly q: string | null;
  readonly role: User["role"] | null;
  readonly state: AccountState | null;
}

export function listAccounts(api: Api, { q, role, state }: AccountSearch, cursor: string | null): Promise<Page<Account>> {
  return api.ask("GET", query("/admin/users", { q, role, state, cursor }), pages.accounts);
}

/** @param user only what happened to this account; null: to all. */
export function auditLog(api: Api, user: string | null, cursor: string | null): Promise<Page<SecurityEvent>> {
  return api.ask("GET", query("/admin/audit", { user, cursor }), pages.events);
}
