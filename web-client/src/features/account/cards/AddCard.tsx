import { useCallback, useState } from "react";
import { ApiError } from "../../../api/error";
import { addCard, beginCard } from "../../../api/money";
import type { StoredCard } from "../../../api/money";
import type { PaymentMethod } from "../../../api/moneyShapes";
import { newKey } from "../../../key";
import { Once } from "../../../api/once";
import { Banner } from "../../../ui/Banner";
import { Trouble } from "../../../ui/Trouble";
import { Stalled } from "../../../ui/Stalled";
import { usePersistence } from "../../../ui/usePersistence";
import { useMarket } from "../../../app/market";
import { useLoaded } from "../../../ui/useLoaded";
import { Waiting } from "../../../ui/Waiting";
import { wayOf } from "./setup";
import { StripeCard } from "./StripeCard";
import { TestCards } from "./TestCards";

export interface AddCardProps {
  /** Whether calls are charged to it from now on. */
  readonly isDefault: boolean;
  readonly onAdded: (card: PaymentMethod) => void;
}

/** Adds a card, in the way that this server has: on the customer's page, and in the middle of a call. */
export function AddCard({ isDefault, onAdded }: AddCardProps) {
  const { api } = useMarket();
  const [setupKey, setSetupKey] = useState(newKey);
  const [once] = useState(() => Once.inBrowser("card"));
  const { value: setup, error, reload } = useLoaded(useCallback(() => beginCard(api, setupKey), [api, setupKey]));
  const { attempt, begin, ...stalled } = usePersistence();

  const store = (card: StoredCard) => begin(async () => {
    try {
      onAdded(await once.send(JSON.stringify(card), (key) => addCard(api, card, key)));
    } catch (failure) {
      // A setup whose card was refused is used up; another card takes another one.
      if ("setupIntentId" in card && failure instanceof ApiError && !failure.isUnknown) setSetupKey(newKey());
      throw failure;
    }
  });
  if (setup === null) return <Waiting error={error} onRetry={reload} />;
  const way = wayOf(setup);
  return (
    <div className="add-card" data-testid="add-card" data-way={way.name}>
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
      <Stalled {...stalled} />
      {way.name === "none" ? <NoWay /> : null}
      {way.name === "simulated"
        ? <TestCards isSending={attempt.name === "sending"} onChoose={(paymentMethodId) => store({ paymentMethodId, isDefault })} />
        : null}
      {way.name === "stripe" ? (
        <StripeCard
          key={way.secret}
          publishableKey={way.publishableKey}
          secret={way.secret}
          isSending={attempt.name === "sending"}
          onConfirmed={(setupIntentId) => store({ setupIntentId, isDefault })}
        />
      ) : null}
    </div>
  );
}

export function NoWay() {
  return (
    <Banner tone="warn" title="Cards cannot be added on this server" testId="no-cards">
      <p>Its operator has not set up card payments for browsers. Calls stay within their free minutes.</p>
    </Banner>
  );
}
