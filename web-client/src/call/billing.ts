import type { BillingStatus, Money, ServerNotificationParams } from "../signaling/messages";

export type WarningReason = ServerNotificationParams<"billing.warning">["reason"];

/**
 * A warning counts down in media seconds while the call is paid for or free: the clock may pause, and then so does the
 * countdown. In the grace period it counts down in real time.
 */
export interface Warning {
  readonly reason: WarningReason;
  readonly endsAtMediaSecond: number;
  readonly endsAt: number;
  readonly saidAt: number;
  /** Where the horizon was: when it moves, somebody has paid. */
  readonly horizonSeconds: number | null;
}

export function warn(reason: WarningReason, secondsLeft: number, billing: BillingStatus | null, now: number): Warning {
  return {
    reason,
    endsAtMediaSecond: (billing?.mediaSeconds ?? 0) + secondsLeft,
    endsAt: now + secondsLeft * 1000,
    saidAt: now,
    horizonSeconds: billing?.horizonSeconds ?? null,
  };
}

export function secondsLeft(warning: Warning, billing: BillingStatus | null, now: number): number {
  const left = warning.reason === "unpaid"
    ? Math.ceil((warning.endsAt - now) / 1000)
    : warning.endsAtMediaSecond - (billing?.mediaSeconds ?? 0);
  return Math.max(0, left);
}

/**
 * The end of a window is reached before its capture is answered, which takes a moment; the server itself moves the horizon after
 * two seconds without an answer. Nobody is alarmed before it is known that nobody pays.
 */
const settling = 3_000;

/** Whether people should read of it by now. */
export function isDue(warning: Warning, now: number): boolean {
  return warning.reason !== "unpaid" || now - warning.saidAt >= Math.min(settling, (warning.endsAt - warning.saidAt) / 2);
}

/** A warning is over when money has moved the horizon, or the state it warned of has come. */
export function outlives(warning: Warning, billing: BillingStatus): boolean {
  if (billing.state === "unmetered" || billing.state === "closed") return false;
  if (warning.reason === "unpaid") return billing.state === "grace";
  if ((billing.horizonSeconds ?? 0) > (warning.horizonSeconds ?? Infinity)) return false;
  return billing.mediaSeconds < warning.endsAtMediaSecond;
}

/** Media seconds until the threshold, or after it until the end of what is paid for; null where nothing limits. */
export function timeLeft(billing: BillingStatus): { readonly until: "threshold" | "horizon"; readonly seconds: number } | null {
  if (billing.state === "unmetered") return null;
  const { thresholdSeconds, horizonSeconds, mediaSeconds } = billing;
  if (thresholdSeconds !== null && mediaSeconds < thresholdSeconds) {
    return { until: "threshold", seconds: thresholdSeconds - mediaSeconds };
  }
  return horizonSeconds === null ? null : { until: "horizon", seconds: Math.max(0, horizonSeconds - mediaSeconds) };
}

/** Minor units to text, by the currency's own number of digits. */
export function formatMoney(money: Money, locale?: string): string {
  try {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency: money.currency.toUpperCase() });
    const digits = format.resolvedOptions().maximumFractionDigits;
    return format.format(money.amount / 10 ** digits);
  } catch {
    return `${money.amount} ${money.currency.toUpperCase()} (minor units)`;
  }
}
