/** What is said of sessions. */
import type { Session, User } from "../../../api/shapes";
import { formatMoney } from "../../../call/billing";

export function otherName({ customerName, consultantName }: Session, { role }: Pick<User, "role">): string {
  switch (role) {
    case "customer":
      return consultantName;
    case "consultant":
      return customerName;
    case "admin":
      return `${customerName} and ${consultantName}`;
  }
}

export function sessionStateWords({ state }: Pick<Session, "state">): string {
  switch (state) {
    case "pending":
      return "Ready";
    case "active":
      return "Going on";
    case "completed":
      return "Completed";
    case "cancelled":
      return "Cancelled";
    case "failed":
      return "Did not come about";
  }
}

/** How it ended; the server has the words. */
export function endWords({ state, endReasonText }: Pick<Session, "state" | "endReasonText">): string {
  if (endReasonText !== null && endReasonText !== "") return endReasonText;
  switch (state) {
    case "pending":
    case "active":
      return "The call is not over yet.";
    case "completed":
      return "The call took place and is over.";
    case "cancelled":
      return "The call was cancelled before it began.";
    case "failed":
      return "The call did not come about.";
  }
}

export function rateWords(rate: Session["rate"]): string {
  return `${formatMoney(rate)} an hour`;
}

export function dayAndTime(time: string, locale?: string): string {
  return new Date(time).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}
