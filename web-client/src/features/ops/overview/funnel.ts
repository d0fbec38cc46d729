/** From a question to a call, as bars: how many came so far, and where the others went. */
import type { Analytics } from "../../../api/opsShapes";

export interface Bar {
  readonly id: string;
  readonly label: string;
  readonly count: number;
  /** Of the first one, 0 to 1. */
  readonly part: number;
  /** Not a step further, but out of it. */
  readonly isSide: boolean;
}

function barsOf(whole: number, rows: readonly (readonly [id: string, label: string, count: number, isSide?: boolean])[]): readonly Bar[] {
  return rows.map(([id, label, count, isSide = false]) => ({ id, label, count, part: whole === 0 ? 0 : count / whole, isSide }));
}

export function stepsOf({ questions, sessions }: Pick<Analytics, "questions" | "sessions">): readonly Bar[] {
  return barsOf(questions.posted, [
    ["posted", "Questions posted", questions.posted],
    ["accepted", "A consultant accepted", questions.accepted],
    ["completed", "Call completed", sessions.completed],
    ["looking", "Still looking", questions.open + questions.matching, true],
    ["expired", "Nobody found in time", questions.expired, true],
    ["cancelled", "Taken back by the customer", questions.cancelled, true],
    ["failed", "Call broke off", sessions.failed, true],
    ["not-begun", "Call did not begin", sessions.cancelled, true],
  ]);
}

export function outcomesOf({ requests }: Pick<Analytics, "requests">): readonly Bar[] {
  return barsOf(requests.asked, [
    ["asked", "Asked", requests.asked],
    ["accepted", "Accepted", requests.accepted],
    ["pending", "Ringing now", requests.pending, true],
    ["declined", "Declined", requests.declined, true],
    ["expired", "Did not answer", requests.expired, true],
    ["withdrawn", "Another one was faster, or taken back", requests.withdrawn, true],
  ]);
}
