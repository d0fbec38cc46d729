/** What the API tells operators and administrators, as shapes: `docs/openapi.yaml` field by field, as far as it is read. */
import { boolean, choice, integer, list, nullable, number, object, string, timestamp } from "../signaling/shape";
import type { Infer } from "../signaling/shape";

export const analytics = object({
  days: integer,
  from: timestamp,
  questionToCall: object({
    p50: nullable(number), p90: nullable(number), count: integer, withinGoal: nullable(number), goalSeconds: number,
  }),
  utilisation: object({ ratio: nullable(number), availableSeconds: number, busySeconds: number, goal: number }),
  sessions: object({
    pending: integer, active: integer, completed: integer, failed: integer, cancelled: integer,
    completionRate: nullable(number), goal: number,
  }),
  questions: object({
    posted: integer, open: integer, matching: integer, accepted: integer, expired: integer, cancelled: integer,
  }),
  requests: object({
    asked: integer, pending: integer, accepted: integer, declined: integer, expired: integer, withdrawn: integer,
  }),
});

export const outbox = object({
  queues: list(object({ queue: string, pending: integer, parked: integer, delivered: integer }, { oldestSeconds: number })),
  parked: list(object({
    id: string, queue: string, key: string, kind: string, failures: integer, lastError: string, createdAt: timestamp,
    parkedAt: timestamp,
  })),
});

const trigger = choice(["nightly", "command"], "nightly");
const runState = choice(["done", "failed"], "failed");
const role = choice(["customer", "consultant", "admin"], "customer");

export const reconciliation = object({}, {
  last: object({
    id: string,
    trigger,
    state: runState,
    startedAt: timestamp,
    payments: integer,
    payouts: integer,
    found: integer,
    repaired: integer,
    findings: list(object({ rule: string, subject: string, words: string, isRepaired: boolean })),
  }, { endedAt: timestamp, since: timestamp, error: string }),
});

export const accountState = choice(["verified", "unverified", "suspended", "erased"], "unverified");
export const account = object({
  id: string, email: string, name: string, role, state: accountState,
  createdAt: timestamp,
}, { suspendedAt: nullable(timestamp) });

const stripeState = choice(["waiting", "handled", "ignored", "parked"], "waiting");
export const stripeEvent = object({
  id: string, type: string, objectKind: string, objectId: string, createdAt: timestamp, receivedAt: timestamp, state: stripeState,
  attempts: integer, lastError: nullable(string),
});

export type Analytics = Infer<typeof analytics>;
export type Outbox = Infer<typeof outbox>;
export type ParkedEvent = Outbox["parked"][number];
export type Queue = Outbox["queues"][number];
export type Reconciliation = NonNullable<Infer<typeof reconciliation>["last"]>;
export type StripeEvent = Infer<typeof stripeEvent>;
export type Account = Infer<typeof account>;
export type AccountState = Account["state"];
