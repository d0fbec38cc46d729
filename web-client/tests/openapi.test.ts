/** What the client sends to the API and reads from it is what docs/openapi.yaml publishes. */
import { describe, test } from "node:test";
import * as account from "../src/api/account";
import * as calls from "../src/api/callShapes";
import { linkedInImport } from "../src/api/linkedin";
import { consultant, opinion } from "../src/api/consultants";
import * as moderation from "../src/api/moderation";
import * as money from "../src/api/moneyShapes";
import * as ops from "../src/api/opsShapes";
import * as shapes from "../src/api/shapes";
import { money as amount } from "../src/signaling/messages";
import { boolean, choice, integer, list, object, string } from "../src/signaling/shape";
import { check } from "./contract";
import type { Exchange } from "./contract";

const role = choice(["customer", "consultant"], "customer");

const exchanges: readonly Exchange[] = [
  {
    call: "post /auth/register", sends: object({ email: string, password: string, name: string, role }),
    status: "201", reads: shapes.registration,
  },
  { call: "post /auth/login", sends: object({ email: string, password: string }), status: "200", reads: shapes.tokens },
  { call: "post /auth/refresh", status: "200", reads: shapes.tokens },
  { call: "post /auth/logout", status: "204" },
  { call: "post /auth/verify-email", sends: object({ token: string }), status: "204" },
  { call: "post /auth/password-reset", sends: object({ email: string }), status: "202" },
  { call: "post /auth/password-reset/confirm", sends: object({ token: string, password: string }), status: "204" },
  { call: "get /me/profile", status: "200", reads: shapes.profile },
  {
    call: "put /me/profile", sends: object({ headline: string, bio: string, tags: list(string), hourlyRate: amount }),
    status: "200", reads: shapes.profile,
  },
  {
    call: "post /questions/keywords", sends: object({ title: string, body: string }),
    status: "200", reads: shapes.suggestion,
  },
  {
    call: "post /questions", sends: object({ title: string, body: string }, { tags: list(string), budget: amount }),
    status: "201", reads: shapes.question,
  },
  { call: "get /questions", status: "200", reads: shapes.page(shapes.question) },
  { call: "get /questions/{id}", status: "200", reads: shapes.question },
  { call: "delete /questions/{id}", status: "204" },
  { call: "get /questions/{id}/matches", status: "200", reads: shapes.page(shapes.match) },
  { call: "get /me/requests", status: "200", reads: shapes.page(shapes.request) },
  { call: "post /requests/{id}/accept", status: "200", reads: shapes.acceptance },
  { call: "post /requests/{id}/decline", sends: object({}), status: "204" },
  { call: "get /sessions", status: "200", reads: shapes.page(shapes.session) },
  { call: "get /sessions/{id}", status: "200", reads: shapes.session },
  { call: "post /sessions/{id}/join", status: "200", reads: shapes.admission },
  { call: "post /me/network-check", status: "200", reads: shapes.networkCheck },
  { call: "post /sessions/{id}/end", status: "200", reads: shapes.session },
  { call: "post /sessions/{id}/rating", sends: object({ stars: integer }, { comment: string }), status: "201" },
  {
    call: "post /sessions/{id}/report", sends: object({ kind: moderation.reportKind, reason: moderation.reportReason }, { text: string }),
    status: "201", reads: moderation.report,
  },
  { call: "post /sessions/{id}/report", status: "200", reads: moderation.report },
  { call: "get /me/performance", status: "200", reads: shapes.performance },
  { call: "get /consultants", status: "200", reads: shapes.page(consultant) },
  { call: "get /consultants/{id}", status: "200", reads: consultant },
  { call: "get /consultants/{id}/ratings", status: "200", reads: shapes.page(opinion) },
];

const card = object({}, { paymentMethodId: string, setupIntentId: string, isDefault: boolean });

const aboutMoney: readonly Exchange[] = [
  { call: "get /me/payment-methods", status: "200", reads: money.paymentMethods },
  { call: "post /me/payment-methods", sends: card, status: "200", reads: money.cardSetup },
  { call: "post /me/payment-methods", sends: card, status: "201", reads: money.paymentMethod },
  {
    call: "patch /me/payment-methods/{id}", sends: object({ isDefault: boolean }), status: "200",
    reads: money.paymentMethod,
  },
  { call: "delete /me/payment-methods/{id}", status: "204" },
  { call: "get /me/payout-account", status: "200", reads: money.payoutAccount },
  { call: "post /me/payout-account", sends: object({}), status: "200", reads: money.onboarding },
  { call: "patch /me/payout-account", sends: object({ interval: string }), status: "200", reads: money.payoutAccount },
  { call: "get /me/earnings", status: "200", reads: money.earnings },
  { call: "get /payouts", status: "200", reads: shapes.page(money.payout) },
  { call: "get /payments", status: "200", reads: shapes.page(money.payment) },
  {
    call: "post /payments/{id}/refund", sends: object({}, { amount: integer, reason: string }), status: "202",
    reads: money.refund,
  },
  { call: "get /sessions/{id}/invoice", status: "200", reads: money.invoice },
  { call: "get /invoices", status: "200", reads: shapes.page(money.invoiceEntry) },
  { call: "get /statements", status: "200", reads: shapes.page(money.statementEntry) },
  { call: "get /sessions/{id}/receipt", status: "200", reads: money.receipt },
  { call: "get /disputes", status: "200", reads: shapes.page(money.dispute) },
  { call: "post /disputes/{id}/evidence", status: "202", reads: object({ id: string, evidenceState: money.evidenceState }) },
  { call: "get /sessions/{id}", status: "200", reads: money.pricedSession },
];

const consentChoice = object({ document: account.consentDocument, version: string, granted: boolean });

const aboutAccounts: readonly Exchange[] = [
  { call: "patch /me", sends: object({}, { name: string }), status: "200", reads: shapes.user },
  { call: "post /me/password", sends: object({ currentPassword: string, newPassword: string }), status: "204" },
  { call: "post /auth/logout-everywhere", status: "204" },
  { call: "get /me/security-events", status: "200", reads: shapes.page(account.securityEvent) },
  { call: "get /me/consents", status: "200", reads: account.consents },
  { call: "put /me/consents", sends: object({ consents: list(consentChoice) }), status: "200", reads: account.consents },
  { call: "get /me/export", status: "200" },
  { call: "delete /me", sends: object({ password: string }), status: "200", reads: account.erased },
  { call: "post /me/profile/linkedin-import", status: "200", reads: linkedInImport },
];

const aboutOperations: readonly Exchange[] = [
  { call: "get /ops/analytics", status: "200", reads: ops.analytics },
  { call: "get /ops/calls", status: "200", reads: shapes.page(calls.call) },
  { call: "get /ops/calls/{id}", status: "200", reads: calls.callWithTimeline },
  { call: "get /ops/outbox", status: "200", reads: ops.outbox },
  { call: "post /ops/outbox/{id}/retry", status: "204" },
  { call: "get /ops/reconciliation", status: "200", reads: ops.reconciliation },
  { call: "get /admin/users", status: "200", reads: shapes.page(ops.account) },
  { call: "get /ops/stripe-events", status: "200", reads: shapes.page(ops.stripeEvent) },
  { call: "post /ops/stripe-events/{id}/retry", status: "204" },
  { call: "get /admin/moderation", status: "200", reads: shapes.page(moderation.queuedReport) },
  {
    call: "post /admin/moderation/{id}", sends: object({ decision: moderation.decision }, { note: string, message: string }),
    status: "200", reads: moderation.decided,
  },
  { call: "post /admin/users/{id}/reinstate", sends: object({}, { note: string }), status: "204" },
  { call: "get /admin/audit", status: "200", reads: shapes.page(account.securityEvent) },
];

describe("the published API", () => {
  for (const exchange of [...exchanges, ...aboutMoney, ...aboutAccounts, ...aboutOperations]) {
    test(`agrees with the client on ${exchange.call}, ${exchange.status}`, () => check(exchange));
  }
});
