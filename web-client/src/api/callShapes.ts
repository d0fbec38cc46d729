/** Calls as operators see them: each direction of each side, now and over time. */
import { choice, integer, list, nullable, number, object, string, timestamp } from "../signaling/shape";
import type { Infer } from "../signaling/shape";

/** One direction, as it was in the last few seconds. */
export const direction = object({
  /** 1 to 5. */
  score: number,
  audioScore: nullable(number),
  videoScore: nullable(number),
  /** Bits in a second. */
  bitrate: number,
  /** Share of packets that did not arrive at first, and after those that were sent again. */
  loss: number,
  lossAfterRecovery: nullable(number),
  /** Seconds. */
  jitter: number,
  roundTrip: nullable(number),
  framesPerSecond: nullable(number),
  freezes: nullable(integer),
});

const directions = object({ up: nullable(direction), down: nullable(direction) });

const connection = choice(["connecting", "connected", "disconnected", "failed", "gone"], "gone");
const mode = choice(["relay", "p2p"], "relay");
const state = choice(["live", "ended"], "ended");

const side = object({
  userId: string,
  name: nullable(string),
  connection,
  /** What they send, as the relay receives it. */
  up: nullable(direction),
  /** What they receive. */
  down: nullable(direction),
});

const fields = {
  id: string,
  room: string,
  mode,
  state,
  startedAt: timestamp,
  endedAt: nullable(timestamp),
  mediaSeconds: integer,
  endReason: nullable(string),
  /** The same in words. */
  endReasonText: nullable(string),
  customer: side,
  consultant: side,
};

export const call = object(fields);
export const callWithTimeline = object({
  ...fields,
  timeline: list(object({ at: timestamp, mediaSeconds: integer, customer: directions, consultant: directions })),
});

export type Direction = Infer<typeof direction>;
export type CallSide = Infer<typeof side>;
export type LiveCall = Infer<typeof call>;
export type CallTimeline = Infer<typeof callWithTimeline>;
export type Moment = CallTimeline["timeline"][number];
