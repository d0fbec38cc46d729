import type { RefObject } from "react";
import type { CallState, ConnectionSummary } from "../../call/state";
import { counterpart, counterpartNames, shownOf } from "../../call/state";
import { Icon } from "../../ui/Icon";
import { connectionWords, qualityWords } from "./words";
import { MediaClock } from "./MediaClock";

export interface TopBarProps {
  readonly state: CallState;
  readonly summary: ConnectionSummary;
  /** Takes the focus when the page appears. */
  readonly heading: RefObject<HTMLHeadingElement>;
}

export function TopBar({ state, summary, heading }: TopBarProps) {
  const other = counterpart(state);
  const watching = state.you.role === "observer";
  const shown = other === null || watching ? null : shownOf(state, other);
  const names = counterpartNames(state);
  const quality = summary === "connected" ? qualityWords(state.quality) : null;
  const observers = state.participants.filter(({ role }) => role === "observer").length;
  return (
    <header className="top">
      <h1 className="visually-hidden" ref={heading} tabIndex={-1}>
        {names === null ? "Your call" : watching ? `The call of ${names}` : `Your call with ${names}`}
      </h1>
      <div className="top__who">
        <p className="top__name">
          <span className="top__name-text">{names ?? "Nobody else here yet"}</span>
          {shown !== null && !shown.mic ? <Flag icon="mic-off" label="muted" testId="remote-muted" /> : null}
          {shown !== null && !shown.camera
            ? <Flag icon="camera-off" label="camera off" testId="remote-camera-off" />
            : null}
        </p>
        {observers > 0
          ? <p className="top__note">{observers === 1 ? "1 observer present" : `${observers} observers present`}</p>
          : null}
      </div>
      <MediaClock billing={state.billing} />
      <div className="top__state">
        {quality === null ? null : (
          <span className="chip chip--warn" data-testid="quality">
            <Icon name="signal" />
            {quality}
          </span>
        )}
        <span className={`chip chip--${summary}`} data-testid="connection-state" data-state={summary}>
          <span className="chip__dot" />
          {connectionWords(summary)}
        </span>
      </div>
    </header>
  );
}

interface FlagProps {
  readonly icon: "mic-off" | "camera-off";
  readonly label: string;
  readonly testId: string;
}

function Flag({ icon, label, testId }: FlagProps) {
  return (
    <span className="flag" data-testid={testId} title={label}>
      <Icon name={icon} />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
