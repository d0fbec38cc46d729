/** The verdicts of the check before a call. */
import type { Source } from "../../../call/localMedia";
import { adviceFor } from "../words";

export type Grade = "waiting" | "good" | "fair" | "bad";

export interface Verdict {
  readonly grade: Grade;
  readonly text: string;
  /** What was measured, for those who want to know. */
  readonly detail?: string;
}

export function cameraVerdict({ track, starting, problem, on }: Source, size: { readonly width?: number; readonly height?: number } | null): Verdict {
  if (problem !== null) {
    const { title, whatToDo } = adviceFor(problem, "camera");
    return { grade: "bad", text: `${title}. ${whatToDo}` };
  }
  if (starting) return { grade: "waiting", text: "Starting the camera… Allow it if the browser asks." };
  if (track === null || !on) return { grade: "fair", text: "Your camera is off. You can be in a call without it." };
  const { width, height } = size ?? {};
  return { grade: "good", text: `Your camera works${width && height ? ` (${width} × ${height})` : ""}.` };
}

export function microphoneVerdict({ track, starting, problem }: Source, wasHeard: boolean): Verdict {
  if (problem !== null) {
    const { title, whatToDo } = adviceFor(problem, "microphone");
    return { grade: "bad", text: `${title}. ${whatToDo}` };
  }
  if (starting || track === null) return { grade: "waiting", text: "Starting the microphone… Allow it if the browser asks." };
  return wasHeard
    ? { grade: "good", text: "Your microphone works: you are heard." }
    : { grade: "waiting", text: "Say something. The bar moves when you are heard; if it does not, choose another microphone." };
}

export type Hearing = "untried" | "playing" | "asked" | "heard" | "not-heard";

export function speakerVerdict(hearing: Hearing): Verdict {
  switch (hearing) {
    case "untried":
      return { grade: "waiting", text: "Play the test sound: three rising tones." };
    case "playing":
      return { grade: "waiting", text: "Playing…" };
    case "asked":
      return { grade: "waiting", text: "Did you hear three rising tones?" };
    case "heard":
      return { grade: "good", text: "Your speaker works." };
    case "not-heard":
      return { grade: "bad", text: "Turn the volume up, or choose another speaker, and play it again." };
  }
}

/** What all of it comes to. */
export function readiness(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.some(({ grade }) => grade === "bad")) return { grade: "bad", text: "Something needs your attention before the call." };
  if (verdicts.some(({ grade }) => grade === "waiting")) return { grade: "waiting", text: "Go through the points below." };
  return verdicts.some(({ grade }) => grade === "fair")
    ? { grade: "fair", text: "You can be in a call like this." }
    : { grade: "good", text: "You are ready for the call." };
}
