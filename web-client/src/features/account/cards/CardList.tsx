import { useState } from "react";
import { makeDefault, removeCard } from "../../../api/money";
import type { PaymentMethod } from "../../../api/moneyShapes";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";
import { useMarket } from "../../../app/market";
import { withoutCard } from "../../../ui/price";
import { cardName, expiryWords } from "../../../ui/moneyWords";

export interface CardListProps {
  readonly cards: readonly PaymentMethod[];
  readonly freeSeconds: number | null;
  readonly onChanged: () => void;
}

export function CardList({ cards, freeSeconds, onChanged }: CardListProps) {
  if (cards.length === 0) {
    return (
      <p className="empty" data-testid="empty">
        No card yet. {withoutCard(freeSeconds)}
      </p>
    );
  }
  return (
    <ul className="list" data-testid="cards">
      {cards.map((card) => <CardItem key={card.id} card={card} isLast={cards.length === 1} onChanged={onChanged} />)}
    </ul>
  );
}

interface CardItemProps extends Pick<CardListProps, "onChanged"> {
  readonly card: PaymentMethod;
  readonly isLast: boolean;
}

function CardItem({ card, isLast, onChanged }: CardItemProps) {
  const { api } = useMarket();
  const [attempt, begin] = useAttempt();
  const [now] = useState(() => new Date());
  const [isRemoving, setIsRemoving] = useState(false);
  const isBusy = attempt.name === "sending";
  const name = cardName(card);
  return (
    <li className="list__item" data-testid="card" data-default={card.isDefault}>
      <div className="list__main">
        <p className="list__title">{name}</p>
        <p className="list__note">{expiryWords(card, now)}</p>
        {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
      </div>
      {card.isDefault ? <span className="badge badge--accepted">Calls are charged to it</span> : null}
      <div className="list__actions">
        {card.isDefault ? null : (
          <Button
            data-testid="default-button"
            aria-disabled={isBusy}
            aria-label={`Charge calls to ${name}`}
            onClick={() => begin(() => makeDefault(api, card.id).then(onChanged))}
          >
            Charge calls to it
          </Button>
        )}
        <Button
          data-testid="remove-button"
          aria-disabled={isBusy}
          aria-label={`Remove ${name}`}
          onClick={() => setIsRemoving(true)}
        >
          {isBusy ? "One moment…" : "Remove"}
        </Button>
      </div>
      {isRemoving ? (
        <Dialog title="Remove this card?" onClose={() => setIsRemoving(false)}>
          <p>{name}{isLast ? ". Without a card, calls end when their free minutes are over." : "."}</p>
          <div className="panel__actions">
            <Button
              look="danger"
              data-testid="confirm-remove-button"
              onClick={() => {
                setIsRemoving(false);
                begin(() => removeCard(api, card.id).then(onChanged));
              }}
            >
              Remove it
            </Button>
            <Button onClick={() => setIsRemoving(false)}>Keep it</Button>
          </div>
        </Dialog>
      ) : null}
    </li>
  );
}
