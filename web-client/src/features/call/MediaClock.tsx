import { formatClock } from "../../call/clock";
import type { BillingStatus } from "../../signaling/messages";
import { Icon } from "../../ui/Icon";
import { clockLabel, timeLeftWords } from "./words";

/** The server's clock, as it last told it: it alone knows which seconds count. */
export function MediaClock({ billing }: { readonly billing: BillingStatus | null }) {
  const seconds = billing?.mediaSeconds ?? 0;
  const running = billing?.running ?? false;
  const left = billing === null ? null : timeLeftWords(billing);
  return (
    <div className={`clock ${running ? "" : "clock--still"}`}>
      <Icon name="clock" />
      <span
        className="clock__time"
        role="timer"
        aria-label={clockLabel(seconds)}
        aria-live="off"
        data-testid="media-clock"
        data-seconds={seconds}
        data-running={running}
        title={running ? "Call time" : "The clock runs only while both sides send sound or pictures"}
      >
        {formatClock(seconds)}
      </span>
      {left === null ? null : <span className="clock__left" data-testid="time-left">{left}</span>}
    </div>
  );
}
