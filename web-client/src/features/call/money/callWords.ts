/** What is said of money while a call goes on. */
import { formatMoney } from "../../../call/billing";
import { isFree, needsCard, openHold } from "../../../call/charge";
import type { Charge, ChargeTrouble } from "../../../call/charge";
import { formatClock } from "../../../call/clock";
import type { BillingStatus, Money } from "../../../signaling/messages";
import { priceOf } from "../../../ui/price";
import { declineWords } from "../../../ui/declines";

export type Side = "customer" | "consultant";

export interface ChargeLine {
  readonly tone: "plain" | "warn" | "error";
  readonly text: string;
  /** Whether adding a card is offered. */
  readonly offersCard: boolean;
}

/** One line; null where there is nothing to say. */
/** @param rate what an hour costs; null while it is not known. */
export function chargeLine(
  charge: Charge, status: BillingStatus | null, side: Side, rate: Money | null = null,
): ChargeLine | null {
  if (status?.state === "unmetered") return null;
  if (charge.isRetrying) {
    return { tone: "warn", text: "The card was added. Trying again with it…", offersCard: false };
  }
  if (charge.trouble !== null) {
    const offersCard = side === "customer" && needsCard(charge.trouble);
    const text = side === "customer" ? customerTrouble(charge.trouble, status) : consultantTrouble(charge.trouble, status);
    return { tone: endsTheCall(charge.trouble) ? "error" : "warn", text, offersCard };
  }
  const parts = [progress(charge, status, side, rate), held(charge, status, side)].filter((part) => part !== null);
  return parts.length === 0 ? null : { tone: "plain", text: parts.join(" · "), offersCard: false };
}

function endsTheCall({ kind }: ChargeTrouble): boolean {
  return kind !== "unconfirmed";
}

function progress(charge: Charge, status: BillingStatus | null, side: Side, rate: Money | null): string | null {
  if (status !== null && isFree(status)) {
    const until = formatClock(status.thresholdSeconds ?? 0);
    if (side === "consultant") return `Free for the customer until ${until}`;
    return rate === null ? `Free until ${until}` : `Free until ${until}, then ${formatMoney(priceOf(rate, status.thresholdSeconds ?? 0))}`;
  }
  const charged = charge.charged ?? status?.charged ?? null;
  if (charged === null || charged.amount === 0) return null;
  const soFar = `Charged ${formatMoney(charged)} so far`;
  return rate === null || side === "consultant" ? soFar : `${soFar}, ${formatMoney(priceOf(rate, 60))} a minute by the second`;
}

function held(charge: Charge, status: BillingStatus | null, side: Side): string | null {
  const hold = openHold(charge);
  if (hold === null) return null;
  const amount = formatMoney(hold.amount);
  const isStillFree = status !== null && isFree(status);
  if (side === "consultant") return isStillFree ? "the time after it is secured" : "the time that follows is secured";
  return isStillFree ? `${amount} held in case the call goes on` : `${amount} held for the time that follows`;
}

/** Until when the call lasts if nothing changes. */
function end(status: BillingStatus | null): string {
  const horizon = status?.horizonSeconds ?? null;
  return horizon === null ? "soon" : `at ${formatClock(horizon)}`;
}

const unconfirmed = "The processor is not answering; the call goes on and settles later.";

function away(status: BillingStatus | null): string {
  return `The processor is not answering. It is asked again and again; the call ends ${end(status)} if it stays away.`;
}

function customerTrouble({ kind, code }: ChargeTrouble, status: BillingStatus | null): string {
  switch (kind) {
    case "no-card":
      return `You have no card: the call ends ${end(status)}. Add a card to go on.`;
    case "declined":
      return `${declineWords(code)} Add another card to go on; the call ends ${end(status)} otherwise.`;
    case "authentication":
      return `Your bank wants you to confirm this card. Add it again and confirm, or add another one to go on; the call ends ${end(status)} otherwise.`;
    case "no-payout":
      return `The consultant cannot be paid yet: the call is free, and ends ${end(status)}.`;
    case "unconfirmed":
      return unconfirmed;
    case "away":
      return away(status);
  }
}

function consultantTrouble({ kind }: ChargeTrouble, status: BillingStatus | null): string {
  switch (kind) {
    case "no-card":
      return `The customer has no card: the call ends ${end(status)} unless they add one.`;
    case "declined":
      return `The customer's card was declined: the call ends ${end(status)} unless they add another one.`;
    case "authentication":
      return `The customer's bank wants a confirmation: the call ends ${end(status)} unless they give it.`;
    case "no-payout":
      return `You cannot be paid yet: the call is free, and ends ${end(status)}. Set up your payouts under Earnings before the next one.`;
    case "unconfirmed":
      return unconfirmed;
    case "away":
      return away(status);
  }
}
