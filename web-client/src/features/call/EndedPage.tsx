import { formatClock } from "../../call/clock";
import type { CallState, EndedReason } from "../../call/state";
import { Button } from "../../ui/Button";
import { CardPage } from "../../ui/CardPage";
import { canRejoin, chargeWords, clockLabel, endedWords } from "./words";

export interface EndedPageProps {
  readonly state: CallState;
  readonly reason: EndedReason;
  readonly onRejoin: () => void;
}

export function EndedPage({ state, reason, onRejoin }: EndedPageProps) {
  const { title, whatToDo } = endedWords(reason);
  const seconds = state.billing?.mediaSeconds ?? 0;
  const charge = chargeWords(state.billing);

  return (
    <CardPage title={title} heading={{ "data-testid": "ended-reason", "data-reason": reason }}>
      <p>{whatToDo}</p>
      <dl className="facts">
        <div>
          <dt>Call time</dt>
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
    </CardPage>
  );
}
