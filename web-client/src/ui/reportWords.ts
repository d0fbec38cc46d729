/** What is said of reports, to whoever makes them and to whoever decides. */
import type { Decision, ReportReason } from "../api/moderation";

export const reportReasons: readonly (readonly [reason: ReportReason, label: string])[] = [
  ["abusive", "Insults, threats or harassment"],
  ["fraud", "An attempt to cheat"],
  ["off_platform", "Payment was to be made elsewhere"],
  ["misleading", "It is not true"],
  ["privacy", "It tells somebody’s private matters"],
  ["spam", "Advertising"],
  ["other", "Something else"],
];

export function reasonWords(reason: ReportReason): string {
  return reportReasons.find(([one]) => one === reason)?.[1] ?? reason;
}

/** What was decided. */
export function decisionWords(decision: Decision): string {
  switch (decision) {
    case "dismiss":
      return "Dismissed";
    case "hide_comment":
      return "Comment hidden";
    case "warn":
      return "Warned";
    case "suspend":
      return "Suspended";
  }
}
