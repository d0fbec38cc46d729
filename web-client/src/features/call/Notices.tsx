import { useState } from "react";
import { adviceFor, connectionNotice, warningWords } from "./words";
import { isDue } from "../../call/billing";
import type { CallEngine } from "../../call/engine";
import type { LocalMediaState } from "../../call/localMedia";
import type { CallState, ConnectionSummary } from "../../call/state";
import type { Money } from "../../signaling/messages";
import { Banner } from "../../ui/Banner";
import { Button, IconButton } from "../../ui/Button";
import { useNow } from "../../ui/useNow";

export interface NoticesProps {
  readonly engine: CallEngine;
  readonly state: CallState;
  readonly media: LocalMediaState;
  readonly summary: ConnectionSummary;
  /** Plays the sound that the browser holds back; null while nothing is held back. */
  readonly soundBlocked: (() => void) | null;
  /** What the end of the free time costs this side; null where it pays nothing. */
  readonly firstPrice: Money | null;
}

/** What stands above the pictures, the most pressing first. */
export function Notices({ engine, state, media, summary, soundBlocked, firstPrice }: NoticesProps) {
  const notice = connectionNotice(state, summary);
  return (
    <div className="notices">
      {soundBlocked === null ? null : (
        <Banner
          tone="warn"
          title="The browser holds the sound back"
          action={<Button look="primary" icon="sound" data-testid="hear-button" onClick={soundBlocked}>Click to hear</Button>}
        />
      )}
      {state.warning === null ? null : <Countdown engine={engine} state={state} firstPrice={firstPrice} />}
      {notice === null ? null : (
        <Banner
          tone={notice.tone}
          title={notice.title}
          testId={notice.tone === "error" ? "error" : "connection-notice"}
          action={notice.canRetry ? <Button onClick={() => engine.retry()}>Try now</Button> : undefined}
        >
          <p>{notice.whatToDo}</p>
        </Banner>
      )}
      {state.draining === null ? null : (
        <Banner tone="warn" title={`The server restarts at ${timeOfDay(state.draining)}`}>
          <p>The call ends by then. You can join again afterwards.</p>
        </Banner>
      )}
      {engine.canSend ? <DeviceTrouble engine={engine} media={media} /> : null}
      {media.screen.on ? (
        <Banner
          title="You are sharing your screen"
          action={<Button onClick={() => engine.media.stopScreen()}>Stop sharing</Button>}
        />
      ) : null}
    </div>
  );
}

function Countdown({ engine, state, firstPrice }: Pick<NoticesProps, "engine" | "state" | "firstPrice">) {
  const now = useNow(500);
  if (state.warning === null || !isDue(state.warning, now)) return null;
  const { text, countdown } = warningWords(state.warning, state.billing, now, firstPrice);
  const grave = state.warning.reason === "unpaid";
  return (
    <div data-testid="billing-warning" data-reason={state.warning.reason}>
      <Banner
        tone={grave ? "error" : "warn"}
        title={text}
        action={(
          <span className="notices__actions">
            <Remaining text={countdown} />
            {state.warning.reason === "threshold" && firstPrice !== null
              ? <Button data-testid="end-now-button" onClick={() => engine.leave()}>End the call now</Button>
              : null}
          </span>
        )}
      />
    </div>
  );
}

function Remaining({ text }: { readonly text: string }) {
  return <span className="countdown" aria-hidden="true">{text}</span>;
}

/** A device that fails in mid-call. It can be put aside: one can stay in a call without it. */
function DeviceTrouble({ engine, media }: { readonly engine: CallEngine; readonly media: LocalMediaState }) {
  const source = media.mic.problem !== null ? "microphone" : "camera";
  const problem = media.mic.problem ?? media.camera.problem;
  const key = problem === null ? "" : `${source} ${problem}`;
  // Who joined without a device has read about it on the way in.
  const [dismissed, setDismissed] = useState(key);
  if (key === "" && dismissed !== "") setDismissed("");
  if (problem === null || dismissed === key) return null;
  const advice = adviceFor(problem, source);
  const again = () => void (source === "microphone" ? engine.media.setMic(true) : engine.media.setCamera(true));
  return (
    <Banner
      tone="warn"
      title={advice.title}
      testId="error"
      action={
        <span className="notices__actions">
          {problem === "insecure" ? null : <Button onClick={again}>Try again</Button>}
          <IconButton icon="close" label="Dismiss" onClick={() => setDismissed(key)} />
        </span>
      }
    >
      <p>{advice.whatToDo}</p>
    </Banner>
  );
}

function timeOfDay(time: string): string {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
