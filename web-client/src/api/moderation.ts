/** What people report of each other, and what administrators decide about it. */
import { boolean, choice, integer, list, nullable, object, string, timestamp } from "../signaling/shape";
import type { Infer } from "../signaling/shape";
import type { Api } from "./http";
import { one, query } from "./path";
import { page, sessionState } from "./shapes";
import type { Page } from "./shapes";

export const reportKind = choice(["session", "comment"], "session");
export const reportReason = choice(
  ["abusive", "fraud", "off_platform", "misleading", "privacy", "spam", "other"], "other");
export const reportState = choice(["open", "decided"], "open");
export const decision = choice(["dismiss", "hide_comment", "warn", "suspend"], "dismiss");

export const report = object({
  id: string, kind: reportKind, reason: reportReason, text: nullable(string), state: reportState, createdAt: timestamp,
});

const personRole = choice(["customer", "consultant"], "customer");
const person = object({ id: string, name: string, role: personRole, isErased: boolean, suspendedAt: nullable(timestamp) });

export const queuedReport = object({
  id: string,
  kind: reportKind,
  state: reportState,
  reason: reportReason,
  text: nullable(string),
  createdAt: timestamp,
  session: object({ id: string, title: string, state: sessionState, createdAt: timestamp }),
  reporter: person,
  subject: person,
  rating: nullable(object({ stars: integer, comment: nullable(string), hiddenAt: nullable(timestamp) })),
  ruling: nullable(object({
    decision,
    note: nullable(string),
    message: nullable(string),
    decidedByName: nullable(string),
    decidedAt: timestamp,
    liftedAt: nullable(timestamp),
    liftedByName: nullable(string),
    liftNote: nullable(string),
  })),
  earlier: list(object({
    id: string, kind: reportKind, reason: reportReason, decision, decidedAt: timestamp, liftedAt: nullable(timestamp),
  })),
  othersOpen: integer,
});

export const decided = object({ id: string, state: reportState, decision });

export type Report = Infer<typeof report>;
export type ReportKind = Report["kind"];
export type ReportReason = Report["reason"];
export type QueuedReport = Infer<typeof queuedReport>;
export type ReportedPerson = QueuedReport["subject"];
export type Decided = Infer<typeof decided>;
export type Decision = Decided["decision"];

const pages = { reports: page(queuedReport) };

export interface ReportContent {
  readonly kind: ReportKind;
  readonly reason: ReportReason;
  readonly text?: string;
}

/** Answers the same report however often it is sent. Refused as `no_comment`. */
export function reportSession(api: Api, id: string, content: ReportContent, idempotencyKey: string): Promise<Report> {
  return api.ask("POST", one("/sessions", id, "/report"), report, content, { idempotencyKey });
}

export function listReports(api: Api, state: Report["state"], cursor: string | null): Promise<Page<QueuedReport>> {
  return api.ask("GET", query("/admin/moderation", { state, cursor }), pages.reports);
}

export interface Ruling {
  readonly decision: Decision;
  /** For administrators. */
  readonly note?: string;
  /** For whom it is about. */
  readonly message?: string;
}

/** Refused as `already_decided`. */
export function decideReport(api: Api, id: string, ruling: Ruling, idempotencyKey: string): Promise<Decided> {
  return api.ask("POST", one("/admin/moderation", id), decided, ruling, { idempotencyKey });
}

/** Lifts a suspension. Refused as `not_suspended`. */
export function reinstate(api: Api, id: string, note: string, idempotencyKey: string): Promise<void> {
  return api.tell("POST", one("/admin/users", id, "/reinstate"), note === "" ? {} : { note }, { idempotencyKey });
}
