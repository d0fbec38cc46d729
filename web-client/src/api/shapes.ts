/** What the API answers, as shapes: `docs/openapi.yaml` field by field, as far as the client reads it. */
import { askedQuestion, money } from "../signaling/messages";
import { boolean, choice, integer, list, nullable, number, object, string, timestamp } from "../signaling/shape";
import type { Infer, Shape } from "../signaling/shape";

const role = choice(["customer", "consultant", "admin"], "customer");
const availability = choice(["offline", "available", "busy"], "offline");
const questionState = choice(["open", "matching", "accepted", "expired", "cancelled"], "open");
const requestState = choice(["pending", "accepted", "declined", "expired", "withdrawn"], "withdrawn");
export const sessionState = choice(["pending", "active", "completed", "cancelled", "failed"], "failed");

export const user = object({ id: string, email: string, name: string, role, emailVerified: boolean });
export const registration = object({ user });
/** Browsers get the refresh token as a cookie that no page can read. */
export const tokens = object({ accessToken: string, expiresIn: integer, user });

export const keyword = object({ tag: string, weight: number });
const engine = choice(["meaning", "words"], "words");
export const suggestion = object({ keywords: list(keyword), engine });

export const question = object({
  id: string,
  title: string,
  body: string,
  tags: list(string),
  budget: nullable(money),
  state: questionState,
  createdAt: timestamp,
  expiresAt: timestamp,
  waiting: boolean,
  asked: integer,
  sessionId: nullable(string),
  message: string,
});

export const match = object({
  requestId: string,
  consultantId: string,
  name: string,
  headline: string,
  score: number,
  reasons: list(string),
  rate: money,
  state: requestState,
  expiresAt: timestamp,
});

export const request = object({
  requestId: string,
  question: askedQuestion,
  score: number,
  reasons: list(string),
  rate: money,
  state: requestState,
  expiresAt: timestamp,
});
export const acceptance = object({ sessionId: string });

export const session = object({
  id: string,
  state: sessionState,
  title: string,
  customerName: string,
  consultantName: string,
  rate: money,
  mediaSeconds: integer,
  createdAt: timestamp,
  startedAt: nullable(timestamp),
  endedAt: nullable(timestamp),
  endReason: nullable(string),
  endReasonText: nullable(string),
}, {
  /** What its customer thought of it; null where they have not said yet. */
  rating: nullable(object({ stars: integer, comment: nullable(string) }, { commentHidden: boolean })),
  /** What of it whoever reads this has reported. */
  reported: list(choice(["session", "comment"], "session")),
});
export const admission = object({ token: string, url: string });

/** A room to try the way of a call in, with the tokens of both its seats. */
export const networkCheck = object({ token: string, returnToken: string, url: string });

export const profile = object({
  headline: string,
  bio: string,
  tags: list(string),
  hourlyRate: nullable(money),
  availability,
  isComplete: boolean,
  missing: list(string),
}, { availableAfterCall: boolean });

export const performance = object({
  responseSeconds: nullable(number),
  acceptance: nullable(number),
  completion: nullable(number),
  rating: nullable(number),
  utilisation: nullable(number),
  goal: number,
  asked: integer,
  accepted: integer,
  completed: integer,
  failed: integer,
  ratings: integer,
});

/** A page of a list; `next` leads to what follows. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export function page<T>(item: Shape<T>): Shape<Page<T>> {
  return object({ items: list(item), next: nullable(string) });
}

export type User = Infer<typeof user>;
export type Tokens = Infer<typeof tokens>;
export type Question = Infer<typeof question>;
export type Match = Infer<typeof match>;
export type LiveRequest = Infer<typeof request>;
export type Session = Infer<typeof session>;
export type NetworkCheck = Infer<typeof networkCheck>;
export type Profile = Infer<typeof profile>;
export type Performance = Infer<typeof performance>;
