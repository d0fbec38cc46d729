/**
 * When a media path breaks: wait a moment, restart ICE a few times, then build a new connection. A value: the state of
 * the path and timer expiries go in, what to do and when to ask again come out.
 *
 *     steady ─disconnected─► doubtful ─timer─► restarting(1..3) ─timer─► rebuilding ─timer─► restarting …
 *        ▲                      │                   │                        │
 *        └──────────────────────┴─────connected─────┴────────────────────────┘
 */
export type PathState =
  | "new"
  | "connecting"
  | "connected"
  | "disconnected"
  /** ICE found no way any more. */
  | "failed"
  /** ICE still has a way, but the encryption on top of it failed: an ICE restart would not help. */
  | "broken"
  | "closed";

export type Recovery =
  | { readonly name: "steady" }
  | { readonly name: "doubtful" }
  | { readonly name: "restarting"; readonly attempt: number }
  | { readonly name: "rebuilding"; readonly round: number };

export type RecoveryAction = "restart" | "rebuild" | "none";

export interface RecoveryStep {
  readonly state: Recovery;
  readonly action: RecoveryAction;
  /** Ask again after this many milliseconds; null: no timer runs. */
  readonly timer: number | null;
}

const patience = 2_500;
const establishing = 12_000;
const restartWait = 7_000;
const restartsBeforeRebuild = 3;
const longestRebuildWait = 30_000;

export const beginning: RecoveryStep = { state: { name: "doubtful" }, action: "none", timer: establishing };

function restart(attempt: number): RecoveryStep {
  return { state: { name: "restarting", attempt }, action: "restart", timer: restartWait };
}

function rebuild(round: number): RecoveryStep {
  const timer = Math.min(establishing * round, longestRebuildWait);
  return { state: { name: "rebuilding", round }, action: "rebuild", timer };
}

/** `eager`: this side made the last offer and moves first; the other gives it a head start, which avoids glare. */
export function pathChanged(state: Recovery, path: PathState, eager: boolean): RecoveryStep | null {
  switch (path) {
    case "connected":
      return { state: { name: "steady" }, action: "none", timer: null };
    case "disconnected":
      return state.name === "steady"
        ? { state: { name: "doubtful" }, action: "none", timer: eager ? patience : patience * 2 }
        : null;
    case "failed":
      if (state.name === "restarting" || state.name === "rebuilding") return null;
      return eager ? restart(1) : { state: { name: "doubtful" }, action: "none", timer: patience };
    case "broken":
      return state.name === "rebuilding" ? null : rebuild(1);
    case "new":
    case "connecting":
    case "closed":
      return null;
  }
}

export function timerFired(state: Recovery): RecoveryStep | null {
  switch (state.name) {
    case "steady":
      return null;
    case "doubtful":
      return restart(1);
    case "restarting":
      return state.attempt < restartsBeforeRebuild ? restart(state.attempt + 1) : rebuild(1);
    case "rebuilding":
      return rebuild(state.round + 1);
  }
}
