/** From what the browser counts to what `media.stats` carries. Names and units are those of W3C webrtc-stats. */
import type { MediaStats, Slot } from "../signaling/messages";

export interface SlotKeys {
  /** The m-line's id, where the transceiver has one. */
  readonly mid: string | null;
  readonly trackId: string;
}

/** One entry of a statistics report, of which nothing is taken for granted. */
export type StatsEntry = { readonly [name: string]: unknown };

function count(entry: StatsEntry, name: string): number {
  const value = entry[name];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function wholeCount(entry: StatsEntry, name: string): number {
  return Math.round(count(entry, name));
}

function slotOf(entry: StatsEntry, slots: ReadonlyMap<Slot, SlotKeys>): Slot | null {
  for (const [slot, keys] of slots) {
    if (keys.mid !== null && entry["mid"] === keys.mid) return slot;
    if (entry["trackIdentifier"] === keys.trackId) return slot;
  }
  return null;
}

function sharedFields(entry: StatsEntry) {
  return {
    bytesReceived: wholeCount(entry, "bytesReceived"),
    packetsReceived: wholeCount(entry, "packetsReceived"),
    packetsLost: wholeCount(entry, "packetsLost"),
    jitter: count(entry, "jitter"),
  };
}

/** What this browser counts of these; what it does not count is left out. */
function known<Name extends string>(entry: StatsEntry, names: readonly Name[], whole: boolean) {
  const found: { [name in Name]?: number } = {};
  for (const name of names) {
    const value = entry[name];
    if (typeof value === "number" && Number.isFinite(value)) found[name] = whole ? Math.round(value) : value;
  }
  return found;
}

const soundCounts = [
  "jitterBufferEmittedCount",
  "totalSamplesReceived",
  "concealedSamples",
  "silentConcealedSamples",
] as const;
const pictureCounts = ["frameWidth", "frameHeight", "freezeCount"] as const;

function soundFields(entry: StatsEntry) {
  return {
    ...sharedFields(entry),
    ...known(entry, soundCounts, true),
    ...known(entry, ["jitterBufferDelay"] as const, false),
  };
}

function videoFields(entry: StatsEntry) {
  return {
    ...sharedFields(entry),
    framesDecoded: wholeCount(entry, "framesDecoded"),
    ...known(entry, pictureCounts, true),
    ...known(entry, ["totalFreezesDuration"] as const, false),
  };
}

/** The pair in use; browsers mark it in different ways. */
function isSelectedPair(entry: StatsEntry, selectedId: unknown): boolean {
  if (entry["type"] !== "candidate-pair") return false;
  if (typeof selectedId === "string") return entry["id"] === selectedId;
  return entry["selected"] === true || (entry["nominated"] === true && entry["state"] === "succeeded");
}

/** The pair of candidates that packets travel by; undefined where there is none. */
export function selectedPair(entries: readonly StatsEntry[]): StatsEntry | undefined {
  const selectedId = entries.find((entry) => entry["type"] === "transport")?.["selectedCandidatePairId"];
  return entries.find((entry) => isSelectedPair(entry, selectedId));
}

export function collectStats(entries: readonly StatsEntry[], slots: ReadonlyMap<Slot, SlotKeys>): MediaStats {
  let mic: MediaStats["mic"];
  let camera: MediaStats["camera"];
  let screen: MediaStats["screen"];
  let bytesSent = 0;
  for (const entry of entries) {
    if (entry["type"] === "outbound-rtp") bytesSent += wholeCount(entry, "bytesSent");
    if (entry["type"] !== "inbound-rtp") continue;
    switch (slotOf(entry, slots)) {
      case "mic":
        mic = soundFields(entry);
        break;
      case "camera":
        camera = videoFields(entry);
        break;
      case "screen":
        screen = videoFields(entry);
        break;
      case null:
        break;
    }
  }
  const roundTripTime = selectedPair(entries)?.["currentRoundTripTime"];
  return {
    ...(mic === undefined ? {} : { mic }),
    ...(camera === undefined ? {} : { camera }),
    ...(screen === undefined ? {} : { screen }),
    bytesSent,
    ...(typeof roundTripTime === "number" ? { roundTripTime } : {}),
  };
}
