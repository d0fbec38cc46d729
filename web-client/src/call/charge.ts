/** What is known of a call's money while it goes on: what the API said last, and what was pushed since. */
import type { Billing, Hold } from "../api/moneyShapes";
import type { BillingStatus, Money, ServerNotificationParams } from "../signaling/messages";

export type BillingPush = ServerNotificationParams<"session.billing">;
export type TroubleKind = "no-card" | "no-payout" | "declined" | "authentication" | "unconfirmed" | "away";

export interface ChargeTrouble {
  readonly kind: TroubleKind;
  /** Why, by the name the bank or Stripe gives it. */
  readonly code: string | null;
}

export interface Charge {
  readonly billing: Billing | null;
  readonly charged: Money | null;
  readonly trouble: ChargeTrouble | null;
  /** A card was added, and what comes of it is not known yet. */
  readonly isRetrying: boolean;
  readonly simulated: boolean;
}

export const unknownCharge: Charge = {
  billing: null, charged: null, trouble: null, isRetrying: false, simulated: false,
};

export type ChargeEvent =
  | { readonly name: "loaded"; readonly billing: Billing | undefined }
  | { readonly name: "pushed"; readonly push: BillingPush }
  | { readonly name: "card-added" }
  /** Nothing was heard of the card for too long. */
  | { readonly name: "retry-over" };

export function reduceCharge(charge: Charge, event: ChargeEvent): Charge {
  switch (event.name) {
    case "loaded": {
      const { billing } = event;
      if (billing === undefined) return charge;
      const trouble = billing.problem === null ? passing(charge.trouble) : troubleOf(billing.problem.code);
      return {
        ...charge, billing, trouble, charged: billing.charged, simulated: billing.simulated,
        isRetrying: charge.isRetrying && trouble !== null,
      };
    }
    case "pushed": {
      const { kind, code, charged, simulated } = event.push;
      return { ...charge, simulated, charged, trouble: pushedTrouble(kind, code ?? null), isRetrying: false };
    }
    case "card-added":
      return { ...charge, isRetrying: charge.trouble !== null };
    case "retry-over":
      return { ...charge, isRetrying: false };
  }
}

function pushedTrouble(kind: BillingPush["kind"], code: string | null): ChargeTrouble | null {
  switch (kind) {
    case "held":
    case "captured":
    case "settled":
      return null;
    case "declined":
      return troubleOf(code ?? "card_declined");
    case "authentication_required":
      return { kind: "authentication", code };
    case "unconfirmed":
      return { kind: "unconfirmed", code };
    case "processor_away":
      return { kind: "away", code };
  }
}

/** A problem that the API names; whatever it does not name otherwise is a card that did not work. */
export function troubleOf(code: string): ChargeTrouble {
  switch (code) {
    case "no_payment_method":
      return { kind: "no-card", code };
    case "no_payout_account":
      return { kind: "no-payout", code };
    case "authentication_required":
      return { kind: "authentication", code };
    case "unconfirmed":
      return { kind: "unconfirmed", code };
    case "processor_away":
    case "payments_unavailable":
      return { kind: "away", code };
    default:
      return { kind: "declined", code };
  }
}

/** The API names a card's trouble as long as it lasts; that the processor is silent is only pushed. */
function passing(trouble: ChargeTrouble | null): ChargeTrouble | null {
  return trouble !== null && (trouble.kind === "unconfirmed" || trouble.kind === "away") ? trouble : null;
}

/** Whether another card is what helps. */
export function needsCard(trouble: ChargeTrouble | null): boolean {
  switch (trouble?.kind) {
    case "no-card":
    case "declined":
    case "authentication":
      return true;
    case "no-payout":
    case "unconfirmed":
    case "away":
    case undefined:
      return false;
  }
}

/** The money that is held for the latest window and not taken yet. */
export function openHold({ billing }: Pick<Charge, "billing">): Hold | null {
  const open = (billing?.holds ?? []).filter(({ state }) => state === "authorized");
  return open.reduce<Hold | null>((last, hold) => (last === null || hold.window >= last.window ? hold : last), null);
}

/** Whether the first hold is still to come. */
export function awaitsHold({ billing, trouble }: Pick<Charge, "billing" | "trouble">): boolean {
  return trouble === null && (billing?.state === "none" || billing?.state === "holding");
}

/** Whether the free time goes on. */
export function isFree({ state, mediaSeconds, thresholdSeconds }: BillingStatus): boolean {
  return state === "free" && thresholdSeconds !== null && mediaSeconds < thresholdSeconds;
}
