/** One call's timeline as lines: each measure over media time, for what each side sends and receives. */
import type { CallTimeline, Direction, Moment } from "../../../api/callShapes";
import { formatClock } from "../../../call/clock";
import type { Series } from "../../../ui/LineChart";
import { bitrate, decimal, milliseconds, percent } from "../../../ui/numbers";
import { sideName } from "./words";

export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly series: readonly Series[];
  readonly range: readonly [low: number, high: number];
  readonly format: (value: number) => string;
}

interface Measure extends Omit<Chart, "series"> {
  readonly of: (direction: Direction) => number | null;
}

const measures: readonly Measure[] = [
  { id: "score", title: "Quality, 1 to 5", range: [1, 5], format: (value) => decimal(value, 1), of: ({ score }) => score },
  { id: "bitrate", title: "Bit rate", range: [0, 100_000], format: bitrate, of: (direction) => direction.bitrate },
  { id: "loss", title: "Loss on the way", range: [0, 0.02], format: (value) => percent(value, 1), of: ({ loss }) => loss },
  {
    id: "recovered", title: "Loss after recovery", range: [0, 0.002], format: (value) => percent(value, 2),
    of: ({ lossAfterRecovery }) => lossAfterRecovery,
  },
  { id: "jitter", title: "Jitter", range: [0, 0.02], format: milliseconds, of: ({ jitter }) => jitter },
  { id: "round-trip", title: "Round trip", range: [0, 0.1], format: milliseconds, of: ({ roundTrip }) => roundTrip },
  {
    id: "frames", title: "Pictures a second", range: [0, 30], format: (value) => decimal(value, 0),
    of: ({ framesPerSecond }) => framesPerSecond,
  },
];

const ways = [["customer", "up"], ["consultant", "up"], ["customer", "down"], ["consultant", "down"]] as const;

/** Only what was measured at all. */
export function chartsOf({ timeline, customer, consultant }: CallTimeline): readonly Chart[] {
  const names = { customer: sideName(customer, "Customer"), consultant: sideName(consultant, "Consultant") };
  return measures.map(({ of, ...rest }) => ({
    ...rest,
    series: ways.map(([side, way]) => ({
      id: `${side}-${way}`,
      label: `${names[side]} ${way === "up" ? "sends" : "receives"}`,
      values: timeline.map((moment) => {
        const direction = moment[side][way];
        return direction === null ? null : of(direction);
      }),
    })),
  })).filter(({ series }) => series.some(({ values }) => values.some((value) => value !== null)));
}

export function labelsOf(timeline: readonly Moment[]): readonly string[] {
  return timeline.map(({ mediaSeconds }) => formatClock(mediaSeconds));
}
