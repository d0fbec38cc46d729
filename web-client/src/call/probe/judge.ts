/**
 * What a call would be like on a network that was tried: the verdict, as a function of what was measured. Pure.
 *
 * | verdict | each direction carries at least | loss at most | jitter at most | there and back at most |
 * |---|---|---|---|---|
 * | `video` | 500 kbit/s | 3 % | 60 ms | 400 ms |
 * | `choppy` | 200 kbit/s | 10 % | 150 ms | 800 ms |
 * | `sound` | 40 kbit/s | 20 % | 300 ms | 1500 ms |
 * | `weak` | whatever is below that | | | |
 *
 * A picture of 640 × 480 needs 600 kbit/s to look as it should and scores 4 of 5 with a quarter of it (docs/quality.md); sound
 * takes 32 to 64 kbit/s. Up to 3 % of the packets come again in time; from 10 % on pictures stand still. Beyond 400 ms there and
 * back people talk into each other's words (ITU-T G.114). The worse direction decides.
 */
import type { Direction, Reading } from "./reading";

export type CallGrade = "video" | "choppy" | "sound" | "weak";

interface Terms {
  readonly grade: CallGrade;
  readonly bitrate: number;
  readonly loss: number;
  readonly jitter: number;
  readonly roundTrip: number;
}

const terms: readonly Terms[] = [
  { grade: "video", bitrate: 500_000, loss: 0.03, jitter: 60, roundTrip: 400 },
  { grade: "choppy", bitrate: 200_000, loss: 0.1, jitter: 150, roundTrip: 800 },
  { grade: "sound", bitrate: 40_000, loss: 0.2, jitter: 300, roundTrip: 1_500 },
];

function carries({ bitrate, loss, jitter }: Direction, needed: Terms): boolean {
  return bitrate >= needed.bitrate && loss <= needed.loss && jitter <= needed.jitter;
}

export function judgeReading({ up, down, roundTrip }: Reading): CallGrade {
  const met = terms.find((needed) =>
    carries(up, needed) && carries(down, needed) && (roundTrip ?? 0) <= needed.roundTrip);
  return met?.grade ?? "weak";
}

/** The direction that is to blame; null where both are alike. */
export function weakDirection(reading: Reading): "up" | "down" | null {
  const alone = (direction: Direction) => judgeReading({ ...reading, up: direction, down: direction });
  const order: readonly CallGrade[] = ["weak", "sound", "choppy", "video"];
  const difference = order.indexOf(alone(reading.up)) - order.indexOf(alone(reading.down));
  if (difference === 0) return null;
  return difference < 0 ? "up" : "down";
}
