/** What a session came to, in sentences. */
import type { Billing, PricedSession } from "../../../api/moneyShapes";
import { formatMoney } from "../../../call/billing";
import { troubleOf } from "../../../call/charge";
import { declineWords } from "../../../ui/declines";
import type { Side } from "./callWords";

type Timed = Pick<PricedSession, "mediaSeconds" | "thresholdSeconds">;

/** Whether more is to come by itself. */
export function isSettling({ state }: Pick<Billing, "state">): boolean {
  switch (state) {
    case "holding":
    case "held":
    case "charged":
      return true;
    case "none":
    case "settled":
    case "failed":
      return false;
  }
}

/** Whether there is an invoice: all is decided, and something was charged or waived. */
export function hasInvoice({ state, charged, refunded, waived }: Pick<Billing, "state" | "charged" | "refunded" | "waived">): boolean {
  return state === "settled" && (charged.amount > 0 || refunded.amount > 0 || waived.amount > 0);
}

/** Whether the receipt of a session that is over is signed: all is decided, or nothing was ever to be charged. */
export function hasReceipt({ state }: Pick<Billing, "state">): boolean {
  return state === "settled" || state === "none";
}

export function billingStateWords(state: Billing["state"]): string {
  switch (state) {
    case "none":
      return "Nothing was held";
    case "holding":
      return "Being held";
    case "held":
      return "Held, not charged";
    case "charged":
      return "Charged, being settled";
    case "settled":
      return "Settled";
    case "failed":
      return "Did not work";
  }
}

export function summaryWords(billing: Billing, session: Timed, side: Side | "admin"): readonly string[] {
  return [mainWords(billing, session, side), ...besides(billing)];
}

function mainWords(billing: Billing, { mediaSeconds, thresholdSeconds }: Timed, side: Side | "admin"): string {
  const charged = billing.charged.amount;
  if (isSettling(billing) && charged === 0) return "What the call costs is being worked out. This takes a moment.";
  if (charged > 0) {
    const amount = formatMoney(billing.charged);
    if (side === "customer") return `You paid ${amount}.`;
    const earned = formatMoney({ ...billing.charged, amount: charged - billing.fee.amount });
    return side === "consultant"
      ? `The customer paid ${amount}; ${earned} of it is yours, ${formatMoney(billing.fee)} is the platform's part.`
      : `${amount} was charged; ${formatMoney(billing.fee)} of it is the platform's part.`;
  }
  if (billing.refunded.amount > 0) return "All that was charged was given back.";
  if (thresholdSeconds !== null && mediaSeconds < thresholdSeconds) {
    return "Nothing was charged: the call stayed within its free time.";
  }
  return "Nothing was charged.";
}

function besides({ charged, refunded, waived, forgone }: Billing): readonly string[] {
  const back = refunded.amount > 0 && charged.amount > 0
    ? [`${formatMoney(refunded)} was given back.`] : [];
  const small = waived.amount > 0
    ? [`${formatMoney(waived)} was waived: it is below the smallest amount that a card is charged.`] : [];
  const unpaid = forgone.amount > 0
    ? [`${formatMoney(forgone)} is for time that nothing was held for. Nobody has to pay it.`] : [];
  return [...back, ...small, ...unpaid];
}

/** What went wrong, as each side reads it; null where nothing did. */
export function problemWords({ problem }: Pick<Billing, "problem">, side: Side | "admin"): string | null {
  if (problem === null) return null;
  const trouble = troubleOf(problem.code);
  switch (trouble.kind) {
    case "no-card":
      return side === "customer" ? "There was no card to charge." : "The customer had no card.";
    case "declined":
      return side === "customer" ? `${declineWords(problem.code)} Add another one before your next call.` : "The customer's card was declined.";
    case "authentication":
      return side === "customer"
        ? "Your bank wanted you to confirm the card. Add it again and confirm, or use another one."
        : "The customer's bank wanted a confirmation.";
    case "no-payout":
      return side === "consultant"
        ? "You could not be paid: your payouts are not set up."
        : "The consultant could not be paid.";
    case "unconfirmed":
    case "away":
      return "The processor is not answering. It settles by itself as soon as it does.";
  }
}
