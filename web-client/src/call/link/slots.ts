import { slots } from "../../signaling/messages";
import type { Slot } from "../../signaling/messages";
import type { SlotKeys } from "../stats";
import type { RemoteTracks } from "./interface";
import { preferCodecs } from "./negotiation";

const maximumBitrate: { readonly [S in Slot]: number } = { mic: 64_000, camera: 1_700_000, screen: 2_500_000 };

/** The three slots of a media path: what each is to send, and its transceiver on the connection that there is. */
export class LinkSlots {
  readonly #sources = new Map<Slot, MediaStreamTrack>();
  readonly #transceivers = new Map<Slot, RTCRtpTransceiver>();
  readonly #localStream = new MediaStream();
  #preferred: readonly string[] = [];

  setSource(slot: Slot, track: MediaStreamTrack | null): void {
    if (track === null) this.#sources.delete(slot);
    else this.#sources.set(slot, track);
    const sender = this.#transceivers.get(slot)?.sender;
    if (sender !== undefined && sender.track !== track) {
      // A sender that was stopped in the meantime is replaced with its connection.
      sender.replaceTrack(track).catch(() => undefined);
    }
  }

  /** All of them on a connection of which this side makes the first offer. */
  addTo(connection: RTCPeerConnection): void {
    for (const slot of slots) {
      this.#fill(slot, connection.addTransceiver(slot === "mic" ? "audio" : "video", {
        direction: "sendrecv",
        streams: [this.#localStream],
      }));
    }
    this.#applyPreference();
  }

  /** The slots of an offer by their order: the first audio, the first and the second video. */
  adopt(connection: RTCPeerConnection): void {
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
      this.#fill(slot, transceiver);
    }
    this.#applyPreference();
  }

  /** Moves the named codecs to the front of what this side sends, from the next offer on. */
  prefer(names: readonly string[]): void {
    this.#preferred = names;
    this.#applyPreference();
  }

  /** What comes from the other side. */
  get tracks(): RemoteTracks {
    const track = (slot: Slot) => this.#transceivers.get(slot)?.receiver.track ?? null;
    return { mic: track("mic"), camera: track("camera"), screen: track("screen") };
  }

  /** How each slot's receiver is found among the statistics. */
  get keys(): ReadonlyMap<Slot, SlotKeys> {
    const keys = new Map<Slot, SlotKeys>();
    for (const [slot, transceiver] of this.#transceivers) {
      keys.set(slot, { mid: transceiver.mid, trackId: transceiver.receiver.track.id });
    }
    return keys;
  }

  /** The m-line that candidates without one belong to. */
  get firstMid(): string | null {
    return this.#transceivers.get("mic")?.mid ?? null;
  }

  async limitBitrates(): Promise<void> {
    // One after the other: a sender takes one change at a time.
    // oxlint-disable-next-line no-await-in-loop
    for (const [slot, { sender }] of this.#transceivers) await limitBitrate(sender, maximumBitrate[slot]);
  }

  /** The connection is gone; the sources stay. */
  clear(): void {
    this.#transceivers.clear();
  }

  #fill(slot: Slot, transceiver: RTCRtpTransceiver): void {
    this.#transceivers.set(slot, transceiver);
    const source = this.#sources.get(slot) ?? null;
    if (transceiver.sender.track !== source) transceiver.sender.replaceTrack(source).catch(() => undefined);
  }

  #applyPreference(): void {
    if (this.#preferred.length === 0 || typeof RTCRtpReceiver === "undefined") return;
    const codecs = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
    for (const slot of ["camera", "screen"] as const) {
      this.#transceivers.get(slot)?.setCodecPreferences?.(preferCodecs(codecs, this.#preferred));
    }
  }
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
