/** How good the way to the server is, from a few questions and answers over the connection that calls are arranged on. */

export type NetworkGrade = "good" | "fair" | "poor" | "none";

export interface NetworkReport {
  readonly grade: NetworkGrade;
  /** The median, in milliseconds; null where nothing was answered. */
  readonly roundTrip: number | null;
  /** How much the answers' times differ, in milliseconds. */
  readonly spread: number | null;
  readonly asked: number;
  readonly answered: number;
}

/** How often the server is asked, and for how long each answer is waited for. */
export const rounds = 8;
const pause = 150;
const patience = 3_000;

/** @param times how long each answer took, in milliseconds; null where none came. */
export function judge(times: readonly (number | null)[]): NetworkReport {
  const came = times.flatMap((time) => (time === null ? [] : [time])).sort((a, b) => a - b);
  const asked = times.length;
  if (came.length === 0) return { grade: "none", roundTrip: null, spread: null, asked, answered: 0 };
  const roundTrip = Math.round(came[Math.floor((came.length - 1) / 2)] ?? 0);
  const spread = Math.round((came[came.length - 1] ?? 0) - (came[0] ?? 0));
  return { grade: gradeOf(roundTrip, spread, asked - came.length), roundTrip, spread, asked, answered: came.length };
}

/** People begin to talk into each other's words from about 300 ms there and back (ITU-T G.114: 150 ms one way). */
function gradeOf(roundTrip: number, spread: number, lost: number): NetworkGrade {
  if (lost > 1 || roundTrip > 400 || spread > 800) return "poor";
  return lost > 0 || roundTrip > 200 || spread > 300 ? "fair" : "good";
}

/** Asks one after the other; `told` hears how many are done. */
export async function measure(
  ask: () => Promise<unknown>,
  told: (done: number) => void = () => undefined,
  now: () => number = () => performance.now(),
  wait: (milliseconds: number) => Promise<void> = (time) => new Promise((resolve) => setTimeout(resolve, time)),
): Promise<NetworkReport> {
  const times: (number | null)[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = now();
    // One after the other is the point: what is measured is one answer's way.
    // oxlint-disable-next-line no-await-in-loop
    const came = await Promise.race([ask().then(() => true, () => false), wait(patience).then(() => false)]);
    times.push(came ? now() - began : null);
    told(round + 1);
    // oxlint-disable-next-line no-await-in-loop
    if (round + 1 < rounds) await wait(pause);
  }
  return judge(times);
}
