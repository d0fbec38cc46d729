import type { ReactNode } from "react";
import type { SecurityEvent } from "../../../api/account";
import { dayAndTime } from "../../call/session/words";
import { eventWords, isWorrying } from "./words";

export interface EventListProps {
  readonly events: readonly SecurityEvent[];
  /** Said of each one beside what happened: whose account it was, say. */
  readonly about?: (event: SecurityEvent) => ReactNode;
}

export function EventList({ events, about }: EventListProps) {
  if (events.length === 0) return <p className="empty" data-testid="empty">Nothing has happened.</p>;
  return (
    <ul className="list" data-testid="events">
      {events.map((event) => (
        <li key={event.id} className="list__item list__item--slim" data-testid="event" data-kind={event.kind}>
          <div className="list__main">
            <p className="list__title">{eventWords(event.kind)}</p>
            <p className="list__note">
              <time dateTime={event.occurredAt}>{dayAndTime(event.occurredAt)}</time>
              {event.address === undefined ? "" : ` · from ${event.address}`}
            </p>
            {about?.(event)}
          </div>
          {isWorrying(event.kind) ? <span className="badge badge--failed">look at this</span> : null}
        </li>
      ))}
    </ul>
  );
}
