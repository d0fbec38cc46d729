/**
 * What a trial call showed of a network, from what the browser counted at its two ends. Pure.
 *
 *     this page, first seat ──up──► relay ──down──► this page, second seat
 */
import { selectedPair } from "../stats";
import type { StatsEntry } from "../stats";

/** How packets travel, the worst of the two ends: straight, over TCP because UDP does not get through, or by a TURN server. */
export type Way = "udp" | "tcp" | "turn";

/** One direction of the trial. */
export interface Direction {
  /** Bits per second, at the end of the trial. */
  readonly bitrate: number;
  /** The part of the packets that was lost on this way, 0 to 1. */
  readonly loss: number;
  /** In milliseconds. */
  readonly jitter: number;
}

export interface Reading {
  readonly way: Way;
  /** There and back, in milliseconds; null where the browser does not say. */
  readonly roundTrip: number | null;
  readonly up: Direction;
  readonly down: Direction;
}

/** The counters of both ends at one moment. */
export interface Snapshot {
  /** In milliseconds, of any clock. */
  readonly at: number;
  readonly sender: readonly StatsEntry[];
  readonly receiver: readonly StatsEntry[];
}

function number(entry: StatsEntry | undefined, name: string): number | null {
  const value = entry?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function sum(entries: readonly StatsEntry[], type: string, name: string): number {
  return entries.reduce((total, entry) => total + (entry["type"] === type ? number(entry, name) ?? 0 : 0), 0);
}

function largest(entries: readonly StatsEntry[], type: string, name: string): number | null {
  const values = entries.flatMap((entry) => {
    const value = entry["type"] === type ? number(entry, name) : null;
    return value === null ? [] : [value];
  });
  return values.length === 0 ? null : Math.max(...values);
}

/** A part of a whole that may be nothing. */
function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}

function wayOf(entries: readonly StatsEntry[]): Way {
  const local = entries.find((entry) => entry["id"] === selectedPair(entries)?.["localCandidateId"]);
  if (local?.["candidateType"] === "relay") return "turn";
  return local?.["protocol"] === "tcp" ? "tcp" : "udp";
}

const worse: readonly Way[] = ["udp", "tcp", "turn"];

function bitrate(from: number, to: number, milliseconds: number): number {
  return milliseconds <= 0 ? 0 : Math.max(0, Math.round(((to - from) * 8_000) / milliseconds));
}

/**
 * Loss, jitter and round trip are of the whole trial up to `last`. The bitrate is of the time from `middle` to it, when the
 * browser has found out how much the way carries. What is lost on the way up leaves a hole on the way down as well: that is
 * not counted twice (docs/quality.md).
 */
export function readTrial(middle: Snapshot, last: Snapshot): Reading {
  const time = last.at - middle.at;
  const upLoss = share(sum(last.sender, "remote-inbound-rtp", "packetsLost"), sum(last.sender, "outbound-rtp", "packetsSent"));
  const lost = sum(last.receiver, "inbound-rtp", "packetsLost");
  const missing = share(lost, lost + sum(last.receiver, "inbound-rtp", "packetsReceived"));
  const roundTrip = number(selectedPair(last.sender), "currentRoundTripTime")
    ?? largest(last.sender, "remote-inbound-rtp", "roundTripTime");
  const milliseconds = (seconds: number | null) => Math.round((seconds ?? 0) * 1_000);
  return {
    way: worse[Math.max(worse.indexOf(wayOf(last.sender)), worse.indexOf(wayOf(last.receiver)))] ?? "udp",
    roundTrip: roundTrip === null ? null : milliseconds(roundTrip),
    up: {
      bitrate: bitrate(sum(middle.sender, "outbound-rtp", "bytesSent"), sum(last.sender, "outbound-rtp", "bytesSent"), time),
      loss: upLoss,
      jitter: milliseconds(largest(last.sender, "remote-inbound-rtp", "jitter")),
    },
    down: {
      bitrate: bitrate(
        sum(middle.receiver, "inbound-rtp", "bytesReceived"), sum(last.receiver, "inbound-rtp", "bytesReceived"), time),
      loss: upLoss >= 1 ? 0 : share(missing - upLoss, 1 - upLoss),
      jitter: milliseconds(largest(last.receiver, "inbound-rtp", "jitter")),
    },
  };
}
