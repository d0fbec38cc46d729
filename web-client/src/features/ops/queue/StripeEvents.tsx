import { useCallback, useState } from "react";
import { parkedStripeEvents, retryStripeEvent } from "../../../api/ops";
import type { StripeEvent } from "../../../api/opsShapes";
import { useMarket } from "../../../app/market";
import { Button } from "../../../ui/Button";
import { More } from "../../../ui/More";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";
import type { Attempt } from "../../../ui/useAttempt";
import { usePages } from "../../../ui/usePages";
import { Waiting } from "../../../ui/Waiting";
import { dayAndTime } from "../../call/session/words";

/** What Stripe told and nobody could act on: nothing follows from it until somebody lets it be tried again. */
export function StripeEvents() {
  const { api } = useMarket();
  const [news, setNews] = useState("");
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => parkedStripeEvents(api, cursor), [api]));
  return (
    <section aria-labelledby="stripe-title" data-testid="stripe-events">
      <h2 id="stripe-title" className="board__section">Stripe’s events, given up</h2>
      {value === null || error !== null ? <Waiting error={error} onRetry={reload} /> : null}
      {value === null ? null : items.length === 0 ? <p className="empty">Nothing was given up: all that Stripe told was acted on.</p> : (
        <ul className="list">
          {items.map((event) => (
            <Item
              key={event.id}
              event={event}
              onRetried={() => {
                setNews(`${event.type} is tried again.`);
                reload();
              }}
            />
          ))}
        </ul>
      )}
      <p role="status" data-testid="stripe-news">{news}</p>
      <More onMore={more} attempt={attempt} />
    </section>
  );
}

function Item({ event, onRetried }: { readonly event: StripeEvent; readonly onRetried: () => void }) {
  const { api } = useMarket();
  const [attempt, begin] = useAttempt();
  return (
    <StripeEventItem
      event={event} attempt={attempt} onRetry={() => begin(() => retryStripeEvent(api, event.id).then(onRetried))}
    />
  );
}

export interface StripeEventItemProps {
  readonly event: StripeEvent;
  readonly attempt: Attempt;
  readonly onRetry: () => void;
}

export function StripeEventItem({ event, attempt, onRetry }: StripeEventItemProps) {
  const { id, type, objectKind, objectId, receivedAt, attempts, lastError } = event;
  return (
    <li className="list__item" data-testid="stripe-event" data-event={id}>
      <div className="list__main">
        <p className="list__title">{type}</p>
        <p className="list__note">{objectKind} {objectId} · {id}</p>
        <p className="list__note">Came {dayAndTime(receivedAt)}, given up after {attempts} tries.</p>
        {lastError === null ? null : <p className="plain-text"><strong>Last failure:</strong> {lastError}</p>}
        {attempt.name !== "failed" ? null : attempt.error.is("not_found")
          ? <p role="alert" className="list__note">It is not given up any more: somebody lets it be tried again already.</p>
          : <Trouble error={attempt.error} />}
      </div>
      <Button
        data-testid="stripe-retry-button" aria-label={`Try again: ${type}, ${objectId}`}
        aria-disabled={attempt.name === "sending"} onClick={onRetry}
      >
        {attempt.name === "sending" ? "One moment…" : "Try again"}
      </Button>
    </li>
  );
}
