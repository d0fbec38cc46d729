import { useEffect, useRef, useState } from "react";
import { Banner } from "../../../ui/Banner";
import { Button } from "../../../ui/Button";
import { SendButton } from "../../../ui/SendButton";
import { openStripe } from "./stripe";
import type { CardElement, Stripe } from "./stripe";

export interface StripeCardProps {
  readonly publishableKey: string;
  readonly secret: string;
  /** Whether our own server is being told. */
  readonly isSending: boolean;
  readonly onConfirmed: (setupIntentId: string) => void;
}

interface Open {
  readonly stripe: Stripe;
  readonly card: CardElement;
}

/** Stripe's own field for a card, in a frame of Stripe's. */
export function StripeCard({ publishableKey, secret, isSending, onConfirmed }: StripeCardProps) {
  const place = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<Open | "unreachable" | null>(null);
  const [round, setRound] = useState(0);
  const [isConfirming, setIsConfirming] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  /** Stripe has it, and our server may not: then only the second step is made again. */
  const [confirmed, setConfirmed] = useState<string | null>(null);

  useEffect(() => {
    let isCurrent = true;
    let card: CardElement | null = null;
    openStripe(publishableKey).then((stripe) => {
      if (!isCurrent || place.current === null) return;
      card = stripe.elements().create("card", { style: styleOf(place.current), hidePostalCode: true });
      card.on("change", ({ error }) => setProblem(error?.message ?? null));
      card.mount(place.current);
      setOpen({ stripe, card });
    }, () => {
      if (isCurrent) setOpen("unreachable");
    });
    return () => {
      isCurrent = false;
      card?.destroy();
    };
  }, [publishableKey, round]);

  const submit = async ({ stripe, card }: Open) => {
    if (isConfirming || isSending) return;
    if (confirmed !== null) {
      onConfirmed(confirmed);
      return;
    }
    setIsConfirming(true);
    setProblem(null);
    try {
      const { setupIntent, error } = await stripe.confirmCardSetup(secret, { payment_method: { card } });
      if (setupIntent === undefined) {
        setProblem(error?.message ?? "The card could not be stored. Look at what you typed, then try again.");
        return;
      }
      setConfirmed(setupIntent.id);
      onConfirmed(setupIntent.id);
    } catch {
      setProblem("Stripe could not be reached. Check your connection, then try again.");
    } finally {
      setIsConfirming(false);
    }
  };

  if (open === "unreachable") {
    const again = () => {
      setOpen(null);
      setRound((count) => count + 1);
    };
    return (
      <Banner tone="error" title="Stripe could not be reached" testId="error" action={<Button onClick={again}>Try again</Button>}>
        <p>The field for your card comes from Stripe. Check your connection and your browser's blockers.</p>
      </Banner>
    );
  }
  return (
    <form
      className="card__form"
      noValidate
      data-testid="stripe-card"
      onSubmit={(event) => {
        event.preventDefault();
        if (open !== null) void submit(open);
      }}
    >
      <p>Your card goes to Stripe, which stores it; this site never sees its number. Nothing is charged now.</p>
      <div className="field">
        <span className="field__label">Card</span>
        <div ref={place} className="field__control add-card__field" data-testid="card-field" />
        <p className="field__problem" aria-live="polite">{problem}</p>
      </div>
      {open === null ? <p role="status" className="waiting"><span className="spinner" /> Loading Stripe's field…</p> : (
        <SendButton
          isSending={isConfirming || isSending} label="Store this card" labelWhileSending="Storing…" testId="store-card-button"
        />
      )}
    </form>
  );
}

/** Stripe's frame does not see our style sheet. */
function styleOf(place: HTMLElement): object {
  const { color, fontSize, fontFamily } = getComputedStyle(place);
  return { base: { color, fontSize, fontFamily, iconColor: color, "::placeholder": { color } } };
}
