/** How a card is added here: what the server says it takes, and the cards of its stand-in. */
import type { CardSetup, PaymentMethod, PaymentMethods } from "../../../api/moneyShapes";

export type Way =
  | { readonly name: "simulated" }
  | { readonly name: "stripe"; readonly publishableKey: string; readonly secret: string }
  | { readonly name: "none" };

export function wayOf({ simulated, publishableKey, setupIntentClientSecret }: CardSetup): Way {
  if (simulated) return { name: "simulated" };
  if (publishableKey === null || setupIntentClientSecret === null) return { name: "none" };
  return { name: "stripe", publishableKey, secret: setupIntentClientSecret };
}

/** The list after a card was added, or added again, until the server is asked for it. */
export function withCard(cards: PaymentMethods, card: PaymentMethod): PaymentMethods {
  return { ...cards, items: [...cards.items.filter(({ id }) => id !== card.id), card] };
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
