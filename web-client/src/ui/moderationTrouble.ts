/** What is said of refusals about reports and suspended accounts. */
import type { Advice } from "./advice";

/** Null for whatever has no words of its own. */
export function moderationTroubleWords(code: string): Advice | null {
  switch (code) {
    case "account_suspended":
      return { title: "This account is suspended", whatToDo: "The mail that we sent about it says why." };
    case "already_decided":
      return { title: "Somebody has decided about this", whatToDo: "Close this, and look at what was decided." };
    case "not_suspended":
      return { title: "This account is not suspended any more", whatToDo: "Somebody has lifted it. Close this to see how it stands." };
    case "no_comment":
      return { title: "The comment is gone", whatToDo: "Whoever wrote it has left. There is nothing left to report." };
    default:
      return null;
  }
}
