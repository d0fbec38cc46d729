/** What is said of reports to whoever decides about them. */
import type { Decision, QueuedReport } from "../../../api/moderation";

export const roleWords: { readonly [role in QueuedReport["subject"]["role"]]: string } = {
  customer: "customer", consultant: "consultant",
};

export interface Choice {
  readonly id: Decision;
  readonly label: string;
  readonly text: string;
}

/** What can be decided about a report, and what follows. */
export function choicesOf({ kind, subject }: Pick<QueuedReport, "kind" | "subject">): readonly Choice[] {
  const { name } = subject;
  return [
    { id: "dismiss", label: "Dismiss it", text: "Nothing is wrong. Nobody is told." },
    ...(kind === "comment"
      ? [{ id: "hide_comment" as const, label: "Hide the comment", text: `The stars still count; nobody but ${name} reads the words. ${name} is told by mail.` }]
      : []),
    { id: "warn", label: `Warn ${name}`, text: "By mail, with the reason; not who reported it." },
    {
      id: "suspend",
      label: `Suspend ${name}`,
      text: subject.role === "consultant"
        ? "No sign-in, not listed, not asked. A call that runs goes on. It can be lifted under Users."
        : "No sign-in, and open questions are cancelled. A call that runs goes on. It can be lifted under Users.",
    },
  ];
}

/** What the button does. */
export function sendWords(decision: Decision | null, name: string): string {
  switch (decision) {
    case null:
    case "dismiss":
      return "Dismiss the report";
    case "hide_comment":
      return "Hide the comment";
    case "warn":
      return `Warn ${name}`;
    case "suspend":
      return `Suspend ${name}`;
  }
}

export function decidedNews(decision: Decision, name: string): string {
  switch (decision) {
    case "dismiss":
      return `The report about ${name} is dismissed.`;
    case "hide_comment":
      return `The comment of ${name} is no longer shown.`;
    case "warn":
      return `${name} is warned by mail.`;
    case "suspend":
      return `${name} is suspended.`;
  }
}
