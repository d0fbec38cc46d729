import { asSignalingError } from "../../signaling/errors";
import type { MediaStats, Slot } from "../../signaling/messages";
import { collectStats } from "../stats";
import type { StatsEntry } from "../stats";
import { RemoteCandidates } from "./candidates";
import { noTracks } from "./interface";
import type { Candidate, LinkOptions } from "./interface";
import { answering, withLostSoundAsked } from "./lostSound";
import { Mending } from "./mending";
import { judgeOffer } from "./negotiation";
import type { PathState } from "./recovery";
import { LinkSlots } from "./slots";

const answerTimeout = 8_000;

/**
 * One media path with its three slots. All slots are in the first offer and stay: a source that starts or stops is a
 * track that is replaced, never a new negotiation. What renegotiates is ICE alone, and a whole new connection when
 * that does not help.
 *
 * Every step of the negotiation goes through one queue, in the order in which things happened.
 */
export class MediaLink {
  readonly #options: LinkOptions;
  readonly #slots = new LinkSlots();
  readonly #candidates = new RemoteCandidates();
  readonly #mending = new Mending(
    (action) => this.#enqueue(() => this.#makeOffer(action === "restart" ? "restart" : "anew")),
    () => this.#mendingDue(),
  );
  #connection: RTCPeerConnection | null = null;
  #queue: Promise<void> = Promise.resolve();
  #outstanding = false;
  #offered = false;
  #offerLost = false;
  #suspended = false;
  #overdue = false;
  #moved = false;
  #closed = false;
  #everConnected = false;
  #answerTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get connection(): RTCPeerConnection | null {
    return this.#connection;
  }

  get isConnected(): boolean {
    return this.#connection?.connectionState === "connected";
  }

  /** Offers; without this the link waits for the other side's offer. */
  offer(): void {
    this.#enqueue(() => this.#makeOffer("anew"));
  }

  setSource(slot: Slot, track: MediaStreamTrack | null): void {
    this.#slots.setSource(slot, track);
  }

  takeOffer(sdp: string): void {
    this.#enqueue(() => this.#answerOffer(sdp));
  }

  takeAnswer(sdp: string): void {
    this.#enqueue(async () => {
      if (this.#connection?.signalingState !== "have-local-offer") return;
      await this.#applyAnswer(this.#connection, sdp);
    });
  }

  takeCandidate(candidate: Candidate): void {
    this.#enqueue(() => this.#candidates.take(candidate, this.#connection));
  }

  /** Moves the named codecs to the front of what this side sends, and negotiates that. */
  preferCodecs(names: readonly string[]): void {
    this.#enqueue(async () => {
      this.#slots.prefer(names);
      await this.#makeOffer("again");
    });
  }

  /** The other side is about to make a new offer; ours is void. */
  expectOffer(): void {
    this.#outstanding = false;
    clearTimeout(this.#answerTimer);
  }

  /** The way for descriptions is down. Media may well go on. */
  suspend(): void {
    this.#suspended = true;
  }

  /** The way for descriptions is back and the other end still knows this link. */
  restore(): void {
    this.#suspended = false;
    const unfinished = this.#offerLost || (this.#connection !== null && this.#connection.signalingState !== "stable");
    if (unfinished || this.#moved || (this.#overdue && !this.isConnected)) {
      this.#overdue = false;
      this.#moved = false;
      this.#enqueue(() => this.#makeOffer("restart"));
    } else if (this.#connection !== null && !this.isConnected) {
      this.#pathIs("failed", this.#offered);
    }
  }

  /**
   * The machine is in another network, or back in one: the way in use may be dead without anybody having noticed. New
   * candidates are gathered at once; where the way still holds, it stays in use until a new one is found.
   */
  networkChanged(): void {
    if (this.#connection === null || this.#mending.isRebuilding) return;
    if (this.#suspended) this.#moved = true;
    else this.restart();
  }

  /** Gathers new candidates and looks for a way again. */
  restart(): void {
    this.#enqueue(() => this.#makeOffer("restart"));
  }

  async stats(): Promise<MediaStats | null> {
    const connection = this.#connection;
    if (connection === null || connection.connectionState !== "connected") return null;
    const report = await connection.getStats();
    const entries: StatsEntry[] = [];
    report.forEach((entry: StatsEntry) => {
      entries.push(entry);
    });
    return collectStats(entries, this.#slots.keys);
  }

  close(): void {
    this.#closed = true;
    this.#discard();
    this.#options.events.tracksChanged(noTracks);
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#closed) return;
      try {
        await work();
      } catch (error) {
        this.#negotiationFailed(error);
      }
    });
  }

  #negotiationFailed(error: unknown): void {
    if (this.#closed) return;
    this.#outstanding = false;
    if (error instanceof DOMException || error instanceof TypeError) {
      // The browser refused a description or a state; a new connection is a clean slate. The timer sees to it.
      console.warn("consult: negotiation:", error.message);
      if (this.#mending.isSteady) this.#mending.begin();
      return;
    }
    const reported = asSignalingError(error);
    switch (reported.kind) {
      case "disconnected":
        this.#offerLost = true;
        return;
      case "timeout":
      case "rate_limited":
      case "unavailable":
        // Its timer offers again.
        if (this.#mending.isSteady) this.#mending.begin();
        return;
      case "not_found":
        if (reported.reason === "peer_absent") {
          if (this.#mending.isSteady) this.#mending.begin();
        } else {
          this.#pathIs("broken", true);
        }
        return;
      default:
        this.#options.events.failed(reported);
    }
  }

  async #makeOffer(kind: "anew" | "again" | "restart"): Promise<void> {
    let connection = this.#connection;
    if (connection === null || kind === "anew" || connection.remoteDescription === null) {
      connection = this.#connect();
      this.#slots.addTo(connection);
      this.#announceTracks();
    } else {
      if (connection.signalingState === "have-local-offer") {
        await connection.setLocalDescription({ type: "rollback" });
      }
      if (kind === "restart") connection.restartIce();
    }
    this.#offered = true;
    this.#offerLost = false;
    await connection.setLocalDescription();
    const sdp = connection.localDescription?.sdp;
    if (sdp === undefined || connection !== this.#connection) return;
    this.#outstanding = true;
    const answer = await this.#options.signals.offer(withLostSoundAsked(sdp));
    if (connection !== this.#connection || this.#closed) return;
    if (answer !== null) {
      await this.#applyAnswer(connection, answer);
    } else if (connection.signalingState === "have-local-offer") {
      this.#awaitAnswer();
    }
  }

  #awaitAnswer(): void {
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => {
      if (!this.#outstanding || this.#closed) return;
      this.#outstanding = false;
      if (this.#suspended) this.#offerLost = true;
      else this.restart();
    }, answerTimeout);
  }

  async #applyAnswer(connection: RTCPeerConnection, sdp: string): Promise<void> {
    this.#outstanding = false;
    clearTimeout(this.#answerTimer);
    await connection.setRemoteDescription({ type: "answer", sdp });
    await this.#settled(connection);
  }

  async #answerOffer(sdp: string): Promise<void> {
    const verdict = judgeOffer(
      {
        remote: this.#connection?.remoteDescription?.sdp ?? null,
        outstanding: this.#outstanding,
        polite: this.#options.polite,
      },
      sdp,
    );
    if (verdict === "ignore") return;
    this.#outstanding = false;
    clearTimeout(this.#answerTimer);
    const connection = verdict === "anew" || this.#connection === null ? this.#connect() : this.#connection;
    this.#offered = false;
    this.#offerLost = false;
    // Where our own unanswered offer stands, this rolls it back (RFC 8829, 4.1.10.2).
    await connection.setRemoteDescription({ type: "offer", sdp });
    this.#slots.adopt(connection);
    await connection.setLocalDescription();
    const answer = connection.localDescription?.sdp;
    if (answer === undefined || connection !== this.#connection) return;
    this.#announceTracks();
    await this.#options.signals.answer(answering(sdp, answer));
    await this.#settled(connection);
  }

  async #settled(connection: RTCPeerConnection): Promise<void> {
    await this.#candidates.release(connection);
    await this.#slots.limitBitrates();
  }

  #connect(): RTCPeerConnection {
    this.#discard();
    const configuration: RTCConfiguration = {
      iceServers: this.#options.iceServers.map((server) => ({ ...server, urls: [...server.urls] })),
      bundlePolicy: "max-bundle",
    };
    const create = this.#options.createConnection ?? ((options: RTCConfiguration) => new RTCPeerConnection(options));
    const connection = create(configuration);
    this.#connection = connection;
    connection.onicecandidate = (event) => {
      if (connection === this.#connection) this.#announceCandidate(event.candidate);
    };
    connection.onconnectionstatechange = () => {
      if (connection === this.#connection) this.#watchPath(connection);
    };
    if (!this.#mending.isRebuilding) this.#mending.begin();
    this.#options.events.pathChanged(this.#everConnected ? "interrupted" : "connecting");
    return connection;
  }

  #announceTracks(): void {
    this.#options.events.tracksChanged(this.#slots.tracks);
  }

  #announceCandidate(candidate: RTCIceCandidate | null): void {
    if (candidate !== null && candidate.candidate === "") return;
    this.#options.signals.candidate({
      candidate: candidate?.candidate ?? "",
      sdpMid: candidate?.sdpMid ?? this.#slots.firstMid,
      sdpMLineIndex: candidate?.sdpMLineIndex ?? 0,
      usernameFragment: candidate?.usernameFragment ?? null,
    });
  }

  #watchPath(connection: RTCPeerConnection): void {
    const path = pathOf(connection);
    if (path === "connected") {
      this.#everConnected = true;
      this.#options.events.pathChanged("connected");
    } else if (path === "disconnected" || path === "failed" || path === "broken") {
      this.#options.events.pathChanged(this.#everConnected ? "interrupted" : "connecting");
    }
    this.#pathIs(path, this.#offered);
  }

  #pathIs(path: PathState, eager: boolean): void {
    if (!this.#closed) this.#mending.pathChanged(path, eager);
  }

  #mendingDue(): void {
    if (this.#closed) return;
    if (this.#suspended) this.#overdue = true;
    else this.#mending.proceed();
  }

  #discard(): void {
    this.#mending.rest();
    clearTimeout(this.#answerTimer);
    const connection = this.#connection;
    this.#connection = null;
    this.#slots.clear();
    this.#candidates.clear();
    this.#outstanding = false;
    if (connection === null) return;
    connection.onicecandidate = null;
    connection.onconnectionstatechange = null;
    connection.close();
  }
}

function pathOf(connection: RTCPeerConnection): PathState {
  const state = connection.connectionState;
  if (state !== "failed") return state;
  return connection.iceConnectionState === "failed" ? "failed" : "broken";
}
