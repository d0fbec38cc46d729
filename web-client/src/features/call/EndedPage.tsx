import { useEffect, useRef } from "react";
import { formatClock } from "../../call/clock";
import type { CallState, EndedReason } from "../../call/state";
import { Brand } from "../../ui/Brand";
import { Button } from "../../ui/Button";
import { canRejoin, chargeWords, clockLabel, endedWords } from "./words";

export interface EndedPageProps {
  readonly state: CallState;
  readonly reason: EndedReason;
  readonly onRejoin: () => void;
}

export function EndedPage({ state, reason, onRejoin }: EndedPageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { title, whatToDo } = endedWords(reason);
  const seconds = state.billing?.mediaSeconds ?? 0;
  const charge = chargeWords(state.billing);

  useEffect(() => {
    heading.current?.focus();
  }, []);

  return (
    <div className="page">
      <header className="page__head">
        <Brand />
      </header>
      <main className="card">
        <h1 ref={heading} tabIndex={-1} data-testid="ended-reason" data-reason={reason}>{title}</h1>
        <p>{whatToDo}</p>
        <dl className="facts">
          <div>
            <dt>Media time</dt>
            <dd>
              <span className="facts__clock" data-testid="media-clock" data-seconds={seconds} title={clockLabel(seconds)}>
                {formatClock(seconds)}
              </span>
            </dd>
          </div>
          {charge === null ? null : (
            <div>
              <dt>Cost</dt>
              <dd>{charge}</dd>
            </div>
          )}
          <div>
            <dt>Room</dt>
            <dd className="facts__room">{state.room}</dd>
          </div>
        </dl>
        {canRejoin(reason) ? <Button look="primary" data-testid="rejoin-button" onClick={onRejoin}>Join again</Button> : null}
      </main>
    </div>
  );
}
