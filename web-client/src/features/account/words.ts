/** What the account pages say when something did not work. */
import type { ApiError } from "../../api/error";
import { minimumPasswordLength } from "../../api/accounts";
import { moneyTroubleWords } from "../money/trouble";
import type { Advice } from "../words";

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
      const ofMoney = moneyTroubleWords(failure);
      if (ofMoney !== null) return ofMoney;
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

export interface PasswordProblems {
  readonly password: string | null;
  readonly repeated: string | null;
}

/** What can be said of two entries without asking the server. */
export function passwordProblems(password: string, repeated: string): PasswordProblems {
  // Counted as the server counts: characters of the composed form, whatever the keyboard made of them.
  const length = Array.from(password.normalize("NFC")).length;
  if (length < minimumPasswordLength) {
    return { password: `Use at least ${minimumPasswordLength} characters.`, repeated: null };
  }
  return { password: null, repeated: password === repeated ? null : "This is not the same password." };
}
