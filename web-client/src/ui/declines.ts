/** Why a bank declined a card, for its owner. */

/**
 * The reasons that help the owner, by Stripe's names. A card that is reported lost or stolen is not called so: whoever holds
 * it is not told (docs.stripe.com/declines/codes).
 */
const reasons: { readonly [code: string]: string } = {
  insufficient_funds: "There is not enough money on your card.",
  expired_card: "Your card has expired.",
  incorrect_cvc: "The card's security code is wrong.",
  incorrect_number: "The card's number is wrong.",
  card_not_supported: "Your card does not take this kind of payment.",
  currency_not_supported: "Your card does not take this currency.",
  card_velocity_exceeded: "Your card has reached its limit.",
  withdrawal_count_limit_exceeded: "Your card has reached its limit.",
  processing_error: "Your bank could not look at the card.",
  issuer_not_available: "Your bank could not be reached.",
  try_again_later: "Your bank could not look at the card.",
};

export function declineWords(code: string | null): string {
  return (code === null ? undefined : reasons[code]) ?? "Your card was declined.";
}
