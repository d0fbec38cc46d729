import { useState } from "react";
import { retryEvent } from "../../../api/ops";
import type { ParkedEvent } from "../../../api/opsShapes";
import { useMarket } from "../../../app/market";
import { Button } from "../../../ui/Button";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";
import type { Attempt } from "../../../ui/useAttempt";
import { dayAndTime } from "../../call/session/words";

export interface ParkedEventsProps {
  readonly parked: readonly ParkedEvent[];
  readonly onChanged: () => void;
}

/** Events that failed too often; nothing happens to them until somebody says so. */
export function ParkedEvents({ parked, onChanged }: ParkedEventsProps) {
  const [news, setNews] = useState("");
  return (
    <section aria-labelledby="parked-title">
      <h2 id="parked-title" className="board__section">Given up</h2>
      {parked.length === 0 ? <p className="empty" data-testid="nothing-parked">Nothing was given up: every event got where it belongs.</p> : (
        <ul className="list" data-testid="parked">
          {parked.map((event) => (
            <Item
              key={event.id}
              event={event}
              onRetried={() => {
                setNews(`${event.kind} is tried again.`);
                onChanged();
              }}
            />
          ))}
        </ul>
      )}
      <p role="status" data-testid="retry-news">{news}</p>
    </section>
  );
}

function Item({ event, onRetried }: { readonly event: ParkedEvent; readonly onRetried: () => void }) {
  const { api } = useMarket();
  const [attempt, begin] = useAttempt();
  return <ParkedItem event={event} attempt={attempt} onRetry={() => begin(() => retryEvent(api, event.id).then(onRetried))} />;
}

export interface ParkedItemProps {
  readonly event: ParkedEvent;
  readonly attempt: Attempt;
  readonly onRetry: () => void;
}

export function ParkedItem({ event, attempt, onRetry }: ParkedItemProps) {
  const { id, queue, key, kind, failures, lastError, createdAt, parkedAt } = event;
  return (
    <li className="list__item" data-testid="parked-event" data-event={id}>
      <div className="list__main">
        <p className="list__title">{kind}</p>
        <p className="list__note">{key} · for {queue}</p>
        <p className="list__note">Happened {dayAndTime(createdAt)}, given up {dayAndTime(parkedAt)} after {failures} tries.</p>
        <p className="plain-text"><strong>Last failure:</strong> {lastError}</p>
        {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
      </div>
      <Button data-testid="retry-button" aria-label={`Try again: ${kind}, ${key}`} aria-disabled={attempt.name === "sending"} onClick={onRetry}>
        {attempt.name === "sending" ? "One moment…" : "Try again"}
      </Button>
    </li>
  );
}
