/** How a card is added here: what the server says it takes, and the cards of its stand-in. */
import type { CardSetup } from "../../../api/moneyShapes";

export type Way =
  | { readonly name: "simulated" }
  | { readonly name: "stripe"; readonly publishableKey: string; readonly secret: string }
  | { readonly name: "none" };

export function wayOf({ simulated, publishableKey, setupIntentClientSecret }: CardSetup): Way {
  if (simulated) return { name: "simulated" };
  if (publishableKey === null || setupIntentClientSecret === null) return { name: "none" };
  return { name: "stripe", publishableKey, secret: setupIntentClientSecret };
}

/** Stripe's test cards, each with what comes of it. */
export const testCards = [
  { id: "pm_card_visa", label: "A Visa card that works", text: "It is stored, and every charge goes through." },
  {
    id: "pm_card_chargeCustomerFail", label: "A card that is declined when it is charged",
    text: "It is stored; holding money on it fails.",
  },
  { id: "pm_card_visa_chargeDeclined", label: "A card that is refused", text: "The bank declines it when it is stored." },
  {
    id: "pm_card_authenticationRequired", label: "A card that its bank wants confirmed",
    text: "The bank asks for its owner before money is held.",
  },
] as const;
