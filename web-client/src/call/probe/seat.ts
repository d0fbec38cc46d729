import { SignalingClient } from "../../signaling/client";
import { asSignalingError } from "../../signaling/errors";
import type { Room } from "../../signaling/messages";
import { MediaLink } from "../link/link";
import type { LinkOptions } from "../link/interface";
import type { StatsEntry } from "../stats";
import type { SyntheticMedia } from "./synthetic";

export interface SeatOptions {
  readonly url: string;
  readonly token: string;
  readonly createConnection?: LinkOptions["createConnection"];
}

export type SeatEvent =
  /** In the room. */
  | "entered"
  /** The server will not have it, and says so for good. */
  | "refused"
  /** The media path stands. */
  | "connected";

/** One seat of a room in which a call is tried: a connection of its own to the server, and a media path. */
export class ProbeSeat {
  readonly #client: SignalingClient;
  readonly #options: SeatOptions;
  readonly #told: (event: SeatEvent) => void;
  #room: Room | null = null;
  #link: MediaLink | null = null;
  #isClosed = false;

  constructor(options: SeatOptions, told: (event: SeatEvent) => void) {
    this.#options = options;
    this.#told = told;
    const client = new SignalingClient({ url: options.url, token: options.token }, {
      welcomed: ({ resumed }) => {
        if (!resumed) void this.#enter();
      },
      stateChanged: ({ name }) => {
        if (name === "ended") this.#tell("refused");
      },
    });
    client.on("media.candidate", ({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) => {
      this.#link?.takeCandidate({ candidate, sdpMid, sdpMLineIndex, usernameFragment });
    });
    this.#client = client;
    client.start();
  }

  /** The room, once it is entered. */
  get room(): Room | null {
    return this.#room;
  }

  get isConnected(): boolean {
    return this.#link?.isConnected ?? false;
  }

  /** Opens the media path through the relay, and sends this, where there is something. */
  open(media: SyntheticMedia | null): void {
    if (this.#isClosed || this.#room === null || this.#link !== null) return;
    const link = new MediaLink({
      iceServers: this.#room.iceServers,
      polite: false,
      ...(this.#options.createConnection === undefined ? {} : { createConnection: this.#options.createConnection }),
      signals: {
        offer: async (sdp) => (await this.#client.request("media.offer", { sdp })).sdp ?? null,
        answer: () => Promise.resolve(),
        candidate: (candidate) => {
          this.#client.notify("media.candidate", candidate);
        },
      },
      events: {
        tracksChanged: () => undefined,
        pathChanged: (path) => {
          if (path === "connected") this.#tell("connected");
        },
        failed: () => this.#tell("refused"),
      },
    });
    this.#link = link;
    if (media !== null) {
      link.setSource("mic", media.mic);
      link.setSource("camera", media.camera);
    }
    link.offer();
  }

  /** What the browser has counted on the media path; empty where there is none. */
  async counters(): Promise<readonly StatsEntry[]> {
    const entries: StatsEntry[] = [];
    const report = await this.#link?.connection?.getStats();
    report?.forEach((entry: StatsEntry) => {
      entries.push(entry);
    });
    return entries;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#link?.close();
    const farewell = this.#client.request("room.leave", {}, 1_000);
    farewell.catch(() => undefined).finally(() => this.#client.stop());
  }

  async #enter(): Promise<void> {
    try {
      this.#room = await this.#client.request("room.join", { token: this.#options.token });
      this.#tell("entered");
    } catch (error) {
      // Over a connection that broke it is tried again with the next one.
      if (!asSignalingError(error).isPassing) this.#tell("refused");
    }
  }

  #tell(event: SeatEvent): void {
    if (!this.#isClosed) this.#told(event);
  }
}
