/** The sound of an incoming question: two short tones and a pause. */
import { playTones } from "../../call/tones";
import { Store } from "../../store";

const period = 2_400;
const tones = [
  { frequency: 659, at: 0 }, { frequency: 880, at: 0.2 }, { frequency: 659, at: 0.55 }, { frequency: 880, at: 0.75 },
];
const length = 0.16;
const loudness = 0.18;

export class Ringer {
  /** Whether a sound would be heard: browsers are silent until somebody has clicked or typed. */
  readonly isReady = new Store(false);
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** To be called while a click or a key is handled. */
  unlock(): void {
    if (typeof AudioContext === "undefined") return;
    this.#context ??= new AudioContext();
    const context = this.#context;
    const settle = () => this.isReady.set(context.state === "running");
    context.onstatechange = settle;
    if (context.state === "running") settle();
    else void context.resume().then(settle, settle);
  }

  get isRinging(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    if (this.isRinging) return;
    this.#ring();
    this.#timer = setInterval(() => this.#ring(), period);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    this.stop();
    void this.#context?.close().catch(() => undefined);
    this.#context = null;
    this.isReady.set(false);
  }

  #ring(): void {
    const context = this.#context;
    if (context === null || context.state !== "running") return;
    playTones(context, tones, length, loudness);
  }
}
