import { beginning, pathChanged, timerFired } from "./recovery";
import type { PathState, Recovery, RecoveryStep } from "./recovery";

/** Runs what `recovery.ts` decides: keeps its state and its timer, and says when something is to be done. */
export class Mending {
  readonly #act: (action: "restart" | "rebuild") => void;
  readonly #due: () => void;
  #state: Recovery = beginning.state;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param due the timer has fired; `proceed` goes on from there. */
  constructor(act: (action: "restart" | "rebuild") => void, due: () => void) {
    this.#act = act;
    this.#due = due;
  }

  get isSteady(): boolean {
    return this.#state.name === "steady";
  }

  get isRebuilding(): boolean {
    return this.#state.name === "rebuilding";
  }

  /** A path is being established. */
  begin(): void {
    this.#step(beginning);
  }

  /** @param eager this side made the last offer. */
  pathChanged(path: PathState, eager: boolean): void {
    this.#step(pathChanged(this.#state, path, eager));
  }

  proceed(): void {
    this.#step(timerFired(this.#state));
  }

  /** No timer fires any more until something changes. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  #step(step: RecoveryStep | null): void {
    if (step === null) return;
    this.#state = step.state;
    clearTimeout(this.#timer);
    if (step.timer !== null) this.#timer = setTimeout(this.#due, step.timer);
    if (step.action !== "none") this.#act(step.action);
  }
}
