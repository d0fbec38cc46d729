/** What is said when a request did not work, and what to do. */
import type { ApiError } from "../api/error";
import { moderationTroubleWords } from "./moderationTrouble";
import { moneyTroubleWords } from "./moneyTrouble";
import type { Advice } from "./advice";

export function troubleWords(error: ApiError): Advice {
  const { failure } = error;
  switch (failure.kind) {
    case "network":
      return { title: "The server could not be reached", whatToDo: "Check your connection, then try again." };
    case "unreadable":
      return { title: "The server gave no usable answer", whatToDo: "Wait a moment, then try again." };
    case "refused": {
      if (failure.code === "token_invalid") {
        return { title: "This link does not hold any more", whatToDo: "It has expired, or it was used before." };
      }
      const known = moneyTroubleWords(failure) ?? moderationTroubleWords(failure.code);
      if (known !== null) return known;
      if (failure.status === 429) {
        return { title: "Too many attempts", whatToDo: `Try again ${soon(failure.retryAfter)}.` };
      }
      if (failure.status >= 500) {
        return { title: "The server cannot do this at the moment", whatToDo: "Wait a moment, then try again." };
      }
      return { title: "This did not work", whatToDo: failure.detail === "" ? "Try again." : failure.detail };
    }
  }
}

function soon(seconds: number | null): string {
  if (seconds === null) return "in a moment";
  if (seconds <= 90) return seconds === 1 ? "in a second" : `in ${seconds} seconds`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}
