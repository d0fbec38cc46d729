import { useCallback, useEffect, useRef, useState } from "react";
import { listCards } from "../../../api/money";
import type { PaymentMethod } from "../../../api/moneyShapes";
import { Button } from "../../../ui/Button";
import { useMarket } from "../../../app/market";
import { Shell } from "../../../app/Shell";
import { useLoaded } from "../../../ui/useLoaded";
import { Waiting } from "../../../ui/Waiting";
import { MoneyPlaces } from "../MoneyPlaces";
import { Simulated } from "../../../ui/Simulated";
import { cardName } from "../../../ui/moneyWords";
import { AddCard } from "./AddCard";
import { CardList } from "./CardList";
import { withCard } from "./setup";

/** What a customer's calls are charged to. */
export function CardsPage() {
  const { api, config } = useMarket();
  const { value, error, reload, put } = useLoaded(useCallback(() => listCards(api), [api]));
  const [isAdding, setIsAdding] = useState(false);
  const [news, setNews] = useState("");
  return (
    <Shell title="Payment methods">
      <MoneyPlaces />
      {value?.simulated === true ? <Simulated /> : null}
      {value === null
        ? <Waiting error={error} onRetry={reload} />
        : <CardList cards={value.items} freeSeconds={config.freeSeconds ?? null} onChanged={reload} />}
      <p role="status" data-testid="card-news">{news}</p>
      {isAdding ? (
        <Adding
          onAdded={(card) => {
            setIsAdding(false);
            setNews(`${cardName(card)} was added.`);
            // It is in the list as soon as it is said to be; which one is charged now is for the server to say.
            if (value !== null) put(withCard(value, card));
            reload();
          }}
          onCancel={() => setIsAdding(false)}
        />
      ) : (
        <div className="panel__actions">
          <Button
            look="primary"
            data-testid="add-card-button"
            onClick={() => {
              setNews("");
              setIsAdding(true);
            }}
          >
            Add a card
          </Button>
        </div>
      )}
    </Shell>
  );
}

interface AddingProps {
  readonly onAdded: (card: PaymentMethod) => void;
  readonly onCancel: () => void;
}

function Adding({ onAdded, onCancel }: AddingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="panel" aria-labelledby="add-card-title">
      <h2 ref={heading} id="add-card-title" tabIndex={-1}>Add a card</h2>
      <AddCard isDefault={false} onAdded={onAdded} />
      <div className="panel__actions"><Button look="plain" onClick={onCancel}>Do not add one</Button></div>
    </section>
  );
}
