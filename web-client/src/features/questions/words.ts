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

/** How long a consultant has left to answer, by the server's clock. */
export function secondsToAnswer({ expiresAt }: Pick<Match, "expiresAt">, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(expiresAt) - now) / 1000));
}

/** What comes after those who are asked; null where there is nothing to add. */
export function nextWords(question: Pick<Question, "state" | "waiting">): string | null {
  switch (question.state) {
    case "open":
      return question.waiting
        ? "You keep your place in line: as soon as somebody who fits is free, they are asked. You can wait here, or come back later."
        : null;
    case "matching":
      return "Whoever accepts first talks to you. When somebody declines or does not answer in time, the next best is asked at once.";
    case "accepted":
    case "expired":
    case "cancelled":
      return null;
  }
}
