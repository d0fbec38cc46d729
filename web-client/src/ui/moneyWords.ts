/** What is said of cards, payments, payouts and papers. */
import type { Dispute, Interval, Payment, PaymentMethod, Payout, PayoutAccount } from "../api/moneyShapes";
import { formatMoney } from "../call/billing";

const brands: { readonly [brand: string]: string } = {
  visa: "Visa", mastercard: "Mastercard", amex: "American Express", discover: "Discover", diners: "Diners Club", jcb: "JCB",
  unionpay: "UnionPay",
};

export function cardName({ brand, last4 }: Pick<PaymentMethod, "brand" | "last4">): string {
  const known = brands[brand.toLowerCase()] ?? (brand === "" || brand === "unknown" ? "Card" : brand);
  return `${known} ending in ${last4}`;
}

export function expiryWords({ expMonth, expYear }: Pick<PaymentMethod, "expMonth" | "expYear">, now: Date): string {
  const month = `${String(expMonth).padStart(2, "0")}/${expYear}`;
  // A card is good until the end of its month.
  const isOver = now.getFullYear() > expYear || (now.getFullYear() === expYear && now.getMonth() + 1 > expMonth);
  return isOver ? `Expired ${month}` : `Good until ${month}`;
}

export function paymentStateWords(state: Payment["state"]): string {
  switch (state) {
    case "created":
      return "Being held";
    case "authorized":
      return "Held";
    case "captured":
      return "Paid";
    case "cancelling":
      return "Being released";
    case "cancelled":
      return "Released";
    case "failed":
      return "Failed";
    case "refunding":
      return "Being given back";
    case "refunded":
      return "Given back";
  }
}

/** What happened to the money of one window. */
export function paymentNote({ state, amount, captured, refunded, failureText }: Payment): string {
  const back = refunded.amount > 0 ? ` ${formatMoney(refunded)} of it was given back.` : "";
  switch (state) {
    case "created":
      return `${formatMoney(amount)} is being held on the card.`;
    case "authorized":
      return `${formatMoney(amount)} is held on the card, and not charged.`;
    case "captured":
      return `${formatMoney(captured)} was charged.${back}`;
    case "cancelling":
    case "cancelled":
      return `${formatMoney(amount)} was held and is free again: nothing was charged.`;
    case "failed":
      return failureText === null || failureText === "" ? "The card did not work." : failureText;
    case "refunding":
      return `${formatMoney(captured)} was charged by mistake and is being given back.`;
    case "refunded":
      return `${formatMoney(captured)} was charged and given back.`;
  }
}

export function payoutStateWords(state: Payout["state"]): string {
  switch (state) {
    case "pending":
      return "Planned";
    case "in_transit":
      return "On its way";
    case "paid":
      return "Paid out";
    case "failed":
      return "Failed";
    case "canceled":
      return "Cancelled";
  }
}

export function accountStateWords({ state, payoutsEnabled }: Pick<PayoutAccount, "state" | "payoutsEnabled">): string {
  switch (state) {
    case "none":
      return "Payouts are not set up. What you earn waits until they are.";
    case "pending":
      return "Your details are being looked at.";
    case "restricted":
      return "Something is missing before money can reach you.";
    case "enabled":
      return payoutsEnabled ? "Payouts are set up." : "You can earn, but payouts are not possible yet.";
  }
}

export const intervals: readonly { readonly id: Interval; readonly label: string }[] = [
  { id: "daily", label: "Every day" },
  { id: "weekly", label: "Every week" },
  { id: "monthly", label: "Every month" },
  { id: "manual", label: "Only when I ask for it" },
];

/** Stripe names what it wants with dots: `individual.verification.document`. */
export function requirementWords(requirement: string): string {
  if (!/^[a-z0-9_.]+$/.test(requirement)) return requirement;
  const words = requirement.split(".").map((part) => part.replace(/_/g, " ")).join(": ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const disputeStates: { readonly [state: string]: string } = {
  warning_needs_response: "Asks for an answer", warning_under_review: "Being looked at", warning_closed: "Closed",
  needs_response: "Needs evidence", under_review: "With the bank", won: "Won", lost: "Lost", prevented: "Prevented",
};

export function disputeStateWords(state: string): string {
  return disputeStates[state] ?? state.replace(/_/g, " ");
}

/** Whether the bank still wants evidence, and none is on its way. */
export function takesEvidence({ state, evidenceState }: Pick<Dispute, "state" | "evidenceState">): boolean {
  return (state === "needs_response" || state === "warning_needs_response")
    && (evidenceState === "ready" || evidenceState === "refused");
}

/** What a loss means for the consultant; null where there is none. */
export function recoveryWords({ owed, recovered, recoveryState }: Pick<Dispute, "owed" | "recovered" | "recoveryState">): string | null {
  switch (recoveryState) {
    case "none":
      return null;
    case "waiting":
      return `${formatMoney(owed)} is being taken back from the consultant.`;
    case "short":
      return `The consultant owes ${formatMoney(owed)}: their account has not so much. It is tried again.`;
    case "refused":
      return `${formatMoney(owed)} of the consultant's could not be taken back.`;
    case "done":
      return `${formatMoney(recovered)} was taken back from the consultant.`;
  }
}

/** A day as it is written in the API: `2026-11-23`. */
export function dayWords(day: string, locale?: string): string {
  const date = new Date(`${day.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? day : date.toLocaleDateString(locale, { dateStyle: "medium", timeZone: "UTC" });
}

/** A month as it is written in the API: `2026-11`. */
export function monthWords(month: string, locale?: string): string {
  const date = new Date(`${month}-01T00:00:00Z`);
  return Number.isNaN(date.getTime())
    ? month
    : date.toLocaleDateString(locale, { month: "long", year: "numeric", timeZone: "UTC" });
}
