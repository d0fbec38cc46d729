/**
 * A trial call that a page makes with itself: it takes both seats of a room of its own, sends a made-up picture and sound from
 * the first, and gets them back at the second. So both ways to the relay are measured with what a call really sends.
 *
 *     entering ─both are in─► connecting ─both paths stand─► measuring ─all is counted─► measured
 *        │ no answer              │ no way                       │ the page is hidden
 *        ▼                        ▼                              ▼
 *     unreachable              blocked                         away             straight: this server has no relay
 */
import { judgeReading } from "./judge";
import { readTrial } from "./reading";
import type { Reading, Snapshot } from "./reading";
import { ProbeSeat } from "./seat";
import type { SeatOptions } from "./seat";
import { makeSyntheticMedia } from "./synthetic";
import type { SyntheticMedia } from "./synthetic";

export type TrialOutcome =
  | { readonly kind: "measured"; readonly reading: Reading }
  /** The server answers, and yet no media gets to it. */
  | { readonly kind: "blocked" }
  /** The server that arranges calls does not answer. */
  | { readonly kind: "unreachable" }
  /** Calls go from browser to browser here: there is no relay to try. */
  | { readonly kind: "straight" }
  /** A hidden page is slowed down by its browser, and measures that. */
  | { readonly kind: "away" }
  /** This browser cannot make a picture by itself. */
  | { readonly kind: "unable" };

export type TrialStep =
  | { readonly name: "entering" }
  | { readonly name: "connecting" }
  | { readonly name: "measuring"; readonly seconds: number };

export interface TrialOptions {
  readonly url: string;
  readonly token: string;
  readonly returnToken: string;
  readonly createConnection?: SeatOptions["createConnection"];
  readonly makeMedia?: () => SyntheticMedia | null;
  readonly isVisible?: () => boolean;
  readonly now?: () => number;
  /** How long both seats, and then both media paths, are waited for, and what lies between two looks at the counters. */
  readonly patience?: { readonly entering: number; readonly connecting: number; readonly look: number };
}

/**
 * Looks at the counters, one a second. Browsers begin with little and send more as long as it gets through, some of them slowly:
 * what is good is good after a few seconds, and everything else gets more time. The bitrate is that of the last two seconds.
 */
const fewest = 4;
const most = 12;
const span = 2;
const usual = { entering: 10_000, connecting: 15_000, look: 1_000 };

export class Trial {
  readonly #options: TrialOptions;
  readonly #seats: readonly ProbeSeat[];
  readonly #media: SyntheticMedia | null;
  readonly #finish: (outcome: TrialOutcome | null) => void;
  readonly #told: (step: TrialStep) => void;
  #step: TrialStep["name"] = "entering";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;
  /** How it came out; null where it was stopped. */
  readonly outcome: Promise<TrialOutcome | null>;

  constructor(options: TrialOptions, told: (step: TrialStep) => void = () => undefined) {
    this.#options = options;
    this.#told = told;
    let settle: (outcome: TrialOutcome | null) => void = () => undefined;
    this.outcome = new Promise((resolve) => {
      settle = resolve;
    });
    this.#finish = settle;
    this.#media = (options.makeMedia ?? makeSyntheticMedia)();
    const { url, createConnection } = options;
    const seat = (token: string) => new ProbeSeat(
      { url, token, ...(createConnection === undefined ? {} : { createConnection }) },
      (event) => (event === "refused" ? this.#refused() : this.#goOn()),
    );
    this.#seats = this.#media === null ? [] : [seat(options.token), seat(options.returnToken)];
    if (this.#media === null) this.#end({ kind: "unable" });
    else this.#enter("entering", this.#patience.entering, { kind: "unreachable" });
  }

  /** Ends it early. Whatever it opened is closed. */
  stop(): void {
    this.#end(null);
  }

  get #patience() {
    return this.#options.patience ?? usual;
  }

  /** A step that must be over in time. */
  #enter(step: "entering" | "connecting", patience: number, otherwise: TrialOutcome): void {
    this.#step = step;
    this.#told({ name: step });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(otherwise), patience);
  }

  #refused(): void {
    this.#end({ kind: this.#step === "entering" ? "unreachable" : "blocked" });
  }

  #goOn(): void {
    const [near, far] = this.#seats;
    if (this.#isOver || near === undefined || far === undefined) return;
    if (this.#step === "entering" && near.room !== null && far.room !== null) {
      if (near.room.mode === "p2p") {
        this.#end({ kind: "straight" });
        return;
      }
      this.#enter("connecting", this.#patience.connecting, { kind: "blocked" });
      far.open(null);
      near.open(this.#media);
    } else if (this.#step === "connecting" && near.isConnected && far.isConnected) {
      this.#step = "measuring";
      clearTimeout(this.#timer);
      void this.#measure();
    }
  }

  async #measure(): Promise<void> {
    const isVisible = this.#options.isVisible ?? (() => document.visibilityState !== "hidden");
    const taken: Snapshot[] = [];
    for (let look = 0; look <= most && !this.#isOver; look += 1) {
      this.#told({ name: "measuring", seconds: look });
      // One look after the other is the point: what lies between them is measured.
      // oxlint-disable-next-line no-await-in-loop
      taken.push(await this.#snapshot());
      if (!isVisible()) {
        this.#end({ kind: "away" });
        return;
      }
      const [middle, last] = [taken[look - span], taken[look]];
      if (look >= fewest && middle !== undefined && last !== undefined) {
        const reading = readTrial(middle, last);
        if (look === most || judgeReading(reading) === "video") this.#end({ kind: "measured", reading });
      }
      // oxlint-disable-next-line no-await-in-loop
      if (!this.#isOver) await this.#pause();
    }
  }

  async #snapshot(): Promise<Snapshot> {
    const [sender, receiver] = await Promise.all(this.#seats.map((seat) => seat.counters().catch(() => [])));
    return { at: (this.#options.now ?? (() => performance.now()))(), sender: sender ?? [], receiver: receiver ?? [] };
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#timer = setTimeout(resolve, this.#patience.look);
    });
  }

  #end(outcome: TrialOutcome | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    for (const seat of this.#seats) seat.close();
    this.#media?.close();
    this.#finish(outcome);
  }
}
