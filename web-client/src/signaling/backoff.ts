/** Exponential backoff with jitter: many clients that lost the same server must not come back at the same moment. */
export interface BackoffPolicy {
  /** The longest first wait, in milliseconds. */
  readonly first: number;
  readonly factor: number;
  /** No wait is longer. */
  readonly limit: number;
  /** A server that says it is full is left alone for at least this long. */
  readonly whenFull: number;
}

export const defaultBackoff: BackoffPolicy = { first: 500, factor: 2, limit: 15_000, whenFull: 5_000 };

/** The wait before `attempt` (1 is the first retry): between half and the whole of the exponential step. */
export function backoffDelay(policy: BackoffPolicy, attempt: number, full: boolean, random: number): number {
  const exponent = Math.min(Math.max(attempt - 1, 0), 32);
  const step = Math.min(policy.first * policy.factor ** exponent, policy.limit);
  const base = full ? Math.max(step, policy.whenFull) : step;
  return Math.round(base / 2 + (base / 2) * Math.min(Math.max(random, 0), 1)) + (full ? policy.whenFull / 2 : 0);
}
