import type { CallEngine } from "./call/engine";
import type { LocalMediaState } from "./call/localMedia";
import type { CallState } from "./call/state";

/** What tests and a support person may look at. It changes nothing. */
export interface EngineView {
  readonly peerConnection: RTCPeerConnection | null;
  readonly state: CallState;
  readonly media: LocalMediaState;
}

declare global {
  interface Window {
    readonly __consult?: { readonly engine: EngineView | null };
  }
}

let current: CallEngine | null = null;

const view: EngineView = Object.freeze({
  get peerConnection() {
    return current?.peerConnection ?? null;
  },
  get state(): CallState {
    if (current === null) throw new Error("no visit");
    return current.state;
  },
  get media(): LocalMediaState {
    if (current === null) throw new Error("no visit");
    return current.media.store.get();
  },
});

/** Makes the engine visible as `window.__consult.engine`, until the returned function is called. */
export function expose(engine: CallEngine): () => void {
  current = engine;
  if (window.__consult === undefined) {
    const handle = Object.freeze({
      get engine() {
        return current === null ? null : view;
      },
    });
    Object.defineProperty(window, "__consult", { value: handle });
  }
  return () => {
    if (current === engine) current = null;
  };
}
