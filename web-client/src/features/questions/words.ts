/** What is said of questions and of those who are asked. */
import type { Match, Question } from "../../api/shapes";

export function questionStateWords({ state, waiting }: Pick<Question, "state" | "waiting">): string {
  switch (state) {
    case "open":
      return waiting ? "In line" : "Being read";
    case "matching":
      return "Asking consultants";
    case "accepted":
      return "Accepted";
    case "expired":
      return "Nobody found";
    case "cancelled":
      return "Cancelled";
  }
}

export function isOpen({ state }: Pick<Question, "state">): boolean {
  return state === "open" || state === "matching";
}

/** The score runs from 0 to 1. */
export function scoreWords(score: number): string {
  if (score >= 0.8) return "Excellent fit";
  if (score >= 0.6) return "Very good fit";
  if (score >= 0.4) return "Good fit";
  return score >= 0.2 ? "Fair fit" : "Possible fit";
}

export function requestStateWords({ state }: Pick<Match, "state">): string {
  switch (state) {
    case "pending":
      return "Being asked now";
    case "accepted":
      return "Accepted";
    case "declined":
      return "Declined";
    case "expired":
      return "Did not answer";
    case "withdrawn":
      return "No longer asked";
  }
}
