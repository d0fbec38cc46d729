/**
 * The little of Stripe.js that storing a card takes (docs.stripe.com/js). The script is Stripe's own, loaded from Stripe alone,
 * and only when a card is to be added: card numbers are typed into Stripe's frame and never come near this page.
 */
export interface StripeError {
  readonly message?: string;
}

export interface CardElement {
  mount(place: HTMLElement): void;
  destroy(): void;
  on(event: "change", handler: (change: { readonly complete: boolean; readonly error?: StripeError }) => void): void;
}

export interface Stripe {
  elements(): { create(kind: "card", options: { readonly style: object; readonly hidePostalCode: boolean }): CardElement };
  confirmCardSetup(secret: string, how: { readonly payment_method: { readonly card: CardElement } }): Promise<{
    readonly setupIntent?: { readonly id: string };
    readonly error?: StripeError;
  }>;
}

type MakeStripe = (publishableKey: string) => Stripe;

const address = "https://js.stripe.com/v3/";
let loading: Promise<MakeStripe> | null = null;

declare global {
  interface Window {
    readonly Stripe?: MakeStripe;
  }
}

/** Fails where the script cannot be had; the next call tries again. */
export async function openStripe(publishableKey: string): Promise<Stripe> {
  loading ??= load();
  try {
    return (await loading)(publishableKey);
  } catch (error) {
    loading = null;
    throw error;
  }
}

function load(): Promise<MakeStripe> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => {
      if (window.Stripe === undefined) reject(new Error("Stripe.js is empty"));
      else resolve(window.Stripe);
    };
    script.onerror = () => {
      script.remove();
      reject(new Error("Stripe.js could not be loaded"));
    };
    document.head.append(script);
  });
}
