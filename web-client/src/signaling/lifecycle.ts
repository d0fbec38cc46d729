/**
 * The life of the signaling connection, as a value: an event goes in, the next state and the actions come out.
 *
 *     idle ─start─► connecting ─opened─► greeting ─accepted─► open
 *                      ▲   │ lost           │ lost / refused   │ lost
 *                      │   ▼                ▼                  ▼
 *                      └─ waiting ◄─────────┴──────────────────┘      stop, or a reason that is final ─► ended
 *
 * `waiting` ends by its timer, by the network coming back, or at the user's word. While the browser says that there is
 * no network no timer runs. Which close codes are final is decided here and nowhere else.
 */
import type { ErrorKind } from "./errors";
import type { BackoffPolicy } from "./backoff";
import { backoffDelay } from "./backoff";

export type WaitCause = "lost" | "full" | "refused" | "offline";

export type FinalReason =
  /** The user hung up, or the server closed after the room ended. */
  | "finished"
  /** Another connection of the same user took the participation over (4001). */
  | "replaced"
  /** The server says that this client breaks the protocol (1003, 1008, 1009). */
  | "rejected"
  /** The token is expired, not valid, or not for this server; or its sign-in was ended (4003). */
  | "unauthenticated";

export type Lifecycle =
  | { readonly name: "idle" }
  | { readonly name: "connecting"; readonly attempt: number }
  | { readonly name: "greeting"; readonly attempt: number }
  | { readonly name: "open" }
  | { readonly name: "waiting"; readonly attempt: number; readonly cause: WaitCause; readonly delay: number | null }
  | { readonly name: "ended"; readonly reason: FinalReason; readonly detail: string };

export type LifecycleEvent =
  | { readonly name: "start" }
  | { readonly name: "opened" }
  | { readonly name: "accepted" }
  | { readonly name: "refused"; readonly kind: ErrorKind; readonly detail: string }
  | { readonly name: "lost"; readonly code: number; readonly detail: string }
  | { readonly name: "timer" }
  | { readonly name: "online" }
  | { readonly name: "offline" }
  | { readonly name: "retry" }
  | { readonly name: "stop" };

export type LifecycleAction = "connect" | "greet" | "probe" | "close" | "cancel-timer" | "schedule";

export interface Step {
  readonly state: Lifecycle;
  readonly actions: readonly LifecycleAction[];
}

export interface LifecycleContext {
  readonly policy: BackoffPolicy;
  readonly random: () => number;
  readonly isOnline: () => boolean;
}

type Verdict =
  | { readonly final: FinalReason }
  | { readonly wait: WaitCause };

export function judgeClose(code: number, detail: string): Verdict {
  switch (code) {
    case 1000:
      return { final: "finished" };
    case 4001:
      return { final: "replaced" };
    case 4003:
      return { final: "unauthenticated" };
    case 1008:
      // A slow network can miss the time for `hello` or fall behind; that is nobody's fault and worth another try.
      return detail.includes("timeout") || detail.includes("slow") ? { wait: "lost" } : { final: "rejected" };
    case 1003:
    case 1009:
      return { final: "rejected" };
    case 1013:
      return { wait: "full" };
    default:
      return { wait: "lost" };
  }
}

function wait(attempt: number, cause: WaitCause, context: LifecycleContext): Step {
  if (!context.isOnline()) {
    return { state: { name: "waiting", attempt, cause: "offline", delay: null }, actions: [] };
  }
  const delay = backoffDelay(context.policy, attempt, cause === "full", context.random());
  return { state: { name: "waiting", attempt, cause, delay }, actions: ["schedule"] };
}

function end(reason: FinalReason, detail: string, actions: readonly LifecycleAction[] = []): Step {
  return { state: { name: "ended", reason, detail }, actions };
}

function afterClosing(next: Step): Step {
  return { state: next.state, actions: ["close", ...next.actions] };
}

function attemptOf(state: Lifecycle): number {
  switch (state.name) {
    case "connecting":
    case "greeting":
    case "waiting":
      return state.attempt;
    case "idle":
    case "open":
    case "ended":
      return 0;
  }
}

export function advance(state: Lifecycle, event: LifecycleEvent, context: LifecycleContext): Step {
  const stay: Step = { state, actions: [] };
  switch (event.name) {
    case "start":
      return state.name === "idle" || state.name === "ended"
        ? { state: { name: "connecting", attempt: 0 }, actions: ["connect"] }
        : stay;
    case "opened":
      return state.name === "connecting"
        ? { state: { name: "greeting", attempt: state.attempt }, actions: ["greet"] }
        : stay;
    case "accepted":
      return state.name === "greeting" ? { state: { name: "open" }, actions: [] } : stay;
    case "refused":
      if (state.name !== "greeting") return stay;
      if (event.kind === "unauthenticated" || event.kind === "forbidden") {
        return end("unauthenticated", event.detail, ["close"]);
      }
      return afterClosing(wait(state.attempt + 1, "refused", context));
    case "lost": {
      if (state.name === "idle" || state.name === "ended" || state.name === "waiting") return stay;
      const verdict = judgeClose(event.code, event.detail);
      return "final" in verdict
        ? end(verdict.final, event.detail)
        : wait(attemptOf(state) + 1, verdict.wait, context);
    }
    case "timer":
      return state.name === "waiting"
        ? { state: { name: "connecting", attempt: state.attempt }, actions: ["connect"] }
        : stay;
    case "online":
    case "retry":
      if (state.name === "waiting") {
        // A network that is back starts with a clean slate; a user in a hurry does not reset the backoff.
        const attempt = event.name === "online" ? 0 : state.attempt;
        return { state: { name: "connecting", attempt }, actions: ["cancel-timer", "connect"] };
      }
      return state.name === "open" ? { state, actions: ["probe"] } : stay;
    case "offline":
      if (state.name === "waiting") {
        return { state: { ...state, cause: "offline", delay: null }, actions: ["cancel-timer"] };
      }
      return state.name === "open" ? { state, actions: ["probe"] } : stay;
    case "stop":
      return state.name === "ended" ? stay : end("finished", "", ["cancel-timer", "close"]);
  }
}
