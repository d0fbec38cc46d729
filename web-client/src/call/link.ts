import { asSignalingError } from "../signaling/errors";
import type { SignalingError } from "../signaling/errors";
import { slots } from "../signaling/messages";
import type { ClientNotificationParams, IceServer, MediaStats, Slot } from "../signaling/messages";
import { judgeOffer, preferCodecs } from "./negotiation";
import { beginning, pathChanged, timerFired } from "./recovery";
import type { PathState, Recovery, RecoveryStep } from "./recovery";
import { collectStats } from "./stats";
import type { SlotKeys, StatsEntry } from "./stats";

export type Candidate = ClientNotificationParams<"media.candidate">;
export type RemoteTracks = { readonly [S in Slot]: MediaStreamTrack | null };
export type LinkPath = "connecting" | "connected" | "interrupted";

/** The way to the other end of the negotiation: the relay, or the other browser. */
export interface LinkSignals {
  /** The relay's answer; null where the answer will come by itself. */
  offer(sdp: string): Promise<string | null>;
  answer(sdp: string): Promise<void>;
  candidate(candidate: Candidate): void;
}

export interface LinkEvents {
  readonly tracksChanged: (tracks: RemoteTracks) => void;
  readonly pathChanged: (path: LinkPath) => void;
  /** An error that no further attempt of the link itself will mend. */
  readonly failed: (error: SignalingError) => void;
}

export interface LinkOptions {
  readonly iceServers: readonly IceServer[];
  /** Which side gives way when both offer at once (peer to peer). */
  readonly polite: boolean;
  readonly signals: LinkSignals;
  readonly events: LinkEvents;
  readonly createConnection?: (configuration: RTCConfiguration) => RTCPeerConnection;
}

export const noTracks: RemoteTracks = { mic: null, camera: null, screen: null };

const maximumBitrate: { readonly [S in Slot]: number } = { mic: 64_000, camera: 1_700_000, screen: 2_500_000 };
const answerTimeout = 8_000;
const earlyCandidatesLimit = 256;

/**
 * One media path with its three slots. All slots are in the first offer and stay: a source that starts or stops is a
 * track that is replaced, never a new negotiation. What renegotiates is ICE alone, and a whole new connection when
 * that does not help.
 *
 * Every step of the negotiation goes through one queue, in the order in which things happened.
 */
export class MediaLink {
  readonly #options: LinkOptions;
  readonly #sources = new Map<Slot, MediaStreamTrack>();
  readonly #transceivers = new Map<Slot, RTCRtpTransceiver>();
  readonly #localStream = new MediaStream();
  #connection: RTCPeerConnection | null = null;
  #queue: Promise<void> = Promise.resolve();
  #early: Candidate[] = [];
  #preferred: readonly string[] = [];
  #outstanding = false;
  #offered = false;
  #offerLost = false;
  #suspended = false;
  #overdue = false;
  #moved = false;
  #closed = false;
  #everConnected = false;
  #recovery: Recovery = beginning.state;
  #recoveryTimer: ReturnType<typeof setTimeout> | undefined;
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
    if (track === null) this.#sources.delete(slot);
    else this.#sources.set(slot, track);
    const sender = this.#transceivers.get(slot)?.sender;
    if (sender !== undefined && sender.track !== track) {
      // A sender that was stopped in the meantime is replaced with its connection.
      sender.replaceTrack(track).catch(() => undefined);
    }
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
    this.#enqueue(async () => {
      const connection = this.#connection;
      if (connection === null || connection.remoteDescription === null) {
        if (this.#early.length < earlyCandidatesLimit) this.#early.push(candidate);
      } else {
        await this.#addCandidate(connection, candidate);
      }
    });
  }

  /** Moves the named codecs to the front of what this side sends, and negotiates that. */
  preferCodecs(names: readonly string[]): void {
    this.#preferred = names;
    this.#enqueue(async () => {
      this.#applyCodecPreference();
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
      this.#step(pathChanged(this.#recovery, "failed", this.#offered));
    }
  }

  /**
   * The machine is in another network, or back in one: the way in use may be dead without anybody having noticed. New
   * candidates are gathered at once; where the way still holds, it stays in use until a new one is found.
   */
  networkChanged(): void {
    if (this.#connection === null || this.#recovery.name === "rebuilding") return;
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
    const keys = new Map<Slot, SlotKeys>();
    for (const [slot, transceiver] of this.#transceivers) {
      keys.set(slot, { mid: transceiver.mid, trackId: transceiver.receiver.track.id });
    }
    return collectStats(entries, keys);
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
      if (this.#recovery.name === "steady") this.#step({ ...beginning });
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
        // The recovery timer offers again.
        if (this.#recovery.name === "steady") this.#step({ ...beginning });
        return;
      case "not_found":
        if (reported.reason === "peer_absent") {
          if (this.#recovery.name === "steady") this.#step({ ...beginning });
        } else {
          this.#step(pathChanged(this.#recovery, "broken", true));
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
      for (const slot of slots) this.#addSlot(connection, slot);
      this.#applyCodecPreference();
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
    const answer = await this.#options.signals.offer(sdp);
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
    this.#adoptSlots(connection);
    await connection.setLocalDescription();
    const answer = connection.localDescription?.sdp;
    if (answer === undefined || connection !== this.#connection) return;
    this.#announceTracks();
    await this.#options.signals.answer(answer);
    await this.#settled(connection);
  }

  async #settled(connection: RTCPeerConnection): Promise<void> {
    const early = this.#early;
    this.#early = [];
    for (const candidate of early) await this.#addCandidate(connection, candidate);
    for (const [slot, transceiver] of this.#transceivers) await limitBitrate(transceiver.sender, maximumBitrate[slot]);
  }

  async #addCandidate(connection: RTCPeerConnection, candidate: Candidate): Promise<void> {
    try {
      await connection.addIceCandidate(candidate);
    } catch {
      // A candidate of an earlier generation, or of a kind this browser does not know; others will do.
    }
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
    if (this.#recovery.name !== "rebuilding") this.#step({ ...beginning });
    this.#options.events.pathChanged(this.#everConnected ? "interrupted" : "connecting");
    return connection;
  }

  #addSlot(connection: RTCPeerConnection, slot: Slot): void {
    const transceiver = connection.addTransceiver(slot === "mic" ? "audio" : "video", {
      direction: "sendrecv",
      streams: [this.#localStream],
    });
    this.#fillSlot(slot, transceiver);
  }

  /** The slots of an offer by their order: the first audio, the first and the second video. */
  #adoptSlots(connection: RTCPeerConnection): void {
    const free: Slot[] = [...slots];
    this.#transceivers.clear();
    for (const transceiver of connection.getTransceivers()) {
      const kind = transceiver.receiver.track.kind;
      const index = free.findIndex((slot) => (slot === "mic") === (kind === "audio"));
      const slot = free[index];
      if (slot === undefined) continue;
      free.splice(index, 1);
      if (transceiver.currentDirection !== "stopped") transceiver.direction = "sendrecv";
      transceiver.sender.setStreams?.(this.#localStream);
      this.#fillSlot(slot, transceiver);
    }
    this.#applyCodecPreference();
  }

  #fillSlot(slot: Slot, transceiver: RTCRtpTransceiver): void {
    this.#transceivers.set(slot, transceiver);
    const source = this.#sources.get(slot) ?? null;
    if (transceiver.sender.track !== source) transceiver.sender.replaceTrack(source).catch(() => undefined);
  }

  #applyCodecPreference(): void {
    if (this.#preferred.length === 0 || typeof RTCRtpReceiver === "undefined") return;
    const codecs = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
    for (const slot of ["camera", "screen"] as const) {
      this.#transceivers.get(slot)?.setCodecPreferences?.(preferCodecs(codecs, this.#preferred));
    }
  }

  #announceTracks(): void {
    const track = (slot: Slot) => this.#transceivers.get(slot)?.receiver.track ?? null;
    this.#options.events.tracksChanged({ mic: track("mic"), camera: track("camera"), screen: track("screen") });
  }

  #announceCandidate(candidate: RTCIceCandidate | null): void {
    if (candidate !== null && candidate.candidate === "") return;
    this.#options.signals.candidate({
      candidate: candidate?.candidate ?? "",
      sdpMid: candidate?.sdpMid ?? this.#transceivers.get("mic")?.mid ?? null,
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
    this.#step(pathChanged(this.#recovery, path, this.#offered));
  }

  #step(step: RecoveryStep | null): void {
    if (step === null || this.#closed) return;
    this.#recovery = step.state;
    clearTimeout(this.#recoveryTimer);
    if (step.timer !== null) {
      this.#recoveryTimer = setTimeout(() => this.#recoveryDue(), step.timer);
    }
    if (step.action === "restart") this.#enqueue(() => this.#makeOffer("restart"));
    if (step.action === "rebuild") this.#enqueue(() => this.#makeOffer("anew"));
  }

  #recoveryDue(): void {
    if (this.#suspended) this.#overdue = true;
    else this.#step(timerFired(this.#recovery));
  }

  #discard(): void {
    clearTimeout(this.#recoveryTimer);
    clearTimeout(this.#answerTimer);
    const connection = this.#connection;
    this.#connection = null;
    this.#transceivers.clear();
    this.#early = [];
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

async function limitBitrate(sender: RTCRtpSender, maximum: number): Promise<void> {
  const parameters = sender.getParameters();
  const encoding = parameters.encodings?.[0];
  if (encoding === undefined || encoding.maxBitrate === maximum) return;
  encoding.maxBitrate = maximum;
  try {
    await sender.setParameters(parameters);
  } catch {
    // A wish, not a need: without it the browser's own limit holds.
  }
}
