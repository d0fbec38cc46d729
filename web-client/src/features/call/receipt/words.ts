/** What is said of a media receipt. */
import { formatClock, spokenDuration } from "../../../call/clock";
import type { Grade, Slice, Sums, Unbilled } from "./receipt";

export function gradeWords(grade: Grade): string {
  switch (grade) {
    case "good":
      return "Good";
    case "fair":
      return "Fair";
    case "poor":
      return "Poor";
    case "unknown":
      return "Not known";
  }
}

export function unbilledWords(reason: Unbilled): string {
  switch (reason) {
    case "lost":
      return "Not billed: the figures were lost";
    case "one-way":
      return "Not billed: nothing came from one side";
    case "reconnecting":
      return "Billed in part: a side was reconnecting";
    case "poor":
      return "Not billed: the quality was poor for half a minute";
  }
}

export function sliceWords({ from, grade, score, unbilled }: Slice): string {
  const quality = score === null ? gradeWords(grade) : `${gradeWords(grade)} (${score.toFixed(1)} of 5)`;
  return `${formatClock(from)}: ${quality}${unbilled === null ? "" : `. ${unbilledWords(unbilled)}`}`;
}

export function sumWords({ mediaSeconds, billedSeconds, average }: Sums): string {
  const quality = average === null ? "" : ` Quality on average: ${average.toFixed(1)} of 5.`;
  if (billedSeconds === mediaSeconds) return `All of ${spokenDuration(mediaSeconds)} counts.${quality}`;
  return `${spokenDuration(billedSeconds)} of ${spokenDuration(mediaSeconds)} count; the rest is not billed.${quality}`;
}
