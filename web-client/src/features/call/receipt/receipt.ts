/** What a media receipt says, ready to be shown. The rules of what is billed are those of docs/money.md. */
import type { Receipt } from "../../../api/moneyShapes";

export type Grade = "good" | "fair" | "poor" | "unknown";
export type Unbilled = "lost" | "one-way" | "reconnecting" | "poor";

export interface Slice {
  readonly number: number;
  /** Where it begins, in media seconds. */
  readonly from: number;
  readonly mediaSeconds: number;
  /** The lower one of both directions' scores, 1 to 5; null where nobody could tell. */
  readonly score: number | null;
  readonly grade: Grade;
  readonly billedSeconds: number;
  /** Why not all of it is billed; null where it is. */
  readonly unbilled: Unbilled | null;
}

type Row = NonNullable<Receipt["records"]>[number];

/** Below this score a direction is poor, and so many poor records in a row are not billed. */
const poorBelow = 2;
const stretch = 3;

export function slicesOf({ records = [] }: Receipt): readonly Slice[] {
  const scores = records.map(lowerScore);
  const isInStretch = stretches(scores);
  let second = 0;
  return records.map((row, index) => {
    const mediaSeconds = Math.max(0, row.mediaSeconds ?? 0);
    const score = scores[index] ?? null;
    const from = second;
    second += mediaSeconds;
    const { billedSeconds, unbilled } = billed(row, mediaSeconds, isInStretch[index] === true);
    return { number: row.number ?? index + 1, from, mediaSeconds, score, grade: gradeOf(score), billedSeconds, unbilled };
  });
}

function billed(row: Row, mediaSeconds: number, isPoor: boolean): Pick<Slice, "billedSeconds" | "unbilled"> {
  if (mediaSeconds === 0) return { billedSeconds: 0, unbilled: null };
  if (row.source === "lost") return { billedSeconds: 0, unbilled: "lost" };
  // A field that a receipt does not have says nothing against it.
  if (row.fromCustomer?.packets === 0 || row.fromConsultant?.packets === 0) {
    return { billedSeconds: 0, unbilled: "one-way" };
  }
  if (isPoor) return { billedSeconds: 0, unbilled: "poor" };
  const seconds = row.milliseconds === undefined ? mediaSeconds : Math.ceil(row.milliseconds / 1000);
  const most = Math.max(0, seconds - Math.max(0, row.reconnectingSeconds ?? 0));
  return most < mediaSeconds
    ? { billedSeconds: most, unbilled: "reconnecting" }
    : { billedSeconds: mediaSeconds, unbilled: null };
}

function lowerScore(row: Row): number | null {
  const known = [row.fromCustomer?.score, row.fromConsultant?.score].flatMap((score) => (score === undefined ? [] : [score]));
  if (known.length === 0) return null;
  const lower = Math.min(...known);
  // Receipts count in hundredths, the call's own display in whole points; no score is above five.
  return lower > 5 ? lower / 100 : lower;
}

function stretches(scores: readonly (number | null)[]): readonly boolean[] {
  const result = scores.map(() => false);
  let run = 0;
  scores.forEach((score, index) => {
    run = score !== null && score < poorBelow ? run + 1 : 0;
    if (run >= stretch) result.fill(true, index - run + 1, index + 1);
  });
  return result;
}

export function gradeOf(score: number | null): Grade {
  if (score === null) return "unknown";
  if (score >= 3.5) return "good";
  return score >= poorBelow ? "fair" : "poor";
}

export interface Sums {
  readonly mediaSeconds: number;
  readonly billedSeconds: number;
  readonly average: number | null;
}

/** @param billable what the receipt itself says of the billable seconds, which has the last word. */
export function sumsOf(slices: readonly Slice[], billable: number | null): Sums {
  const scores = slices.flatMap(({ score }) => (score === null ? [] : [score]));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    mediaSeconds: sum(slices.map(({ mediaSeconds }) => mediaSeconds)),
    billedSeconds: billable ?? sum(slices.map(({ billedSeconds }) => billedSeconds)),
    average: scores.length === 0 ? null : sum(scores) / scores.length,
  };
}
