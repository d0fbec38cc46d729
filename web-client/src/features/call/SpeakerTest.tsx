import { useState } from "react";
import { playTestSound } from "../../call/testSound";
import { Button } from "../../ui/Button";

type State = "idle" | "playing" | "failed";

/** Three tones, to hear whether the chosen speaker works. */
export function SpeakerTest({ speaker }: { readonly speaker: string | null }) {
  const [state, setState] = useState<State>("idle");
  const play = () => {
    if (state === "playing") return;
    setState("playing");
    playTestSound(speaker).then(() => setState("idle"), () => setState("failed"));
  };
  return (
    <div className="speaker-test">
      <Button icon="sound" data-testid="test-sound-button" aria-disabled={state === "playing"} onClick={play}>
        {state === "playing" ? "Playing…" : "Play a test sound"}
      </Button>
      <p className="field__problem" aria-live="polite">
        {state === "failed" ? "Nothing could be played. Choose another speaker, or connect one." : null}
      </p>
    </div>
  );
}
