/** What is said at a consultant's desk. */
import type { Performance, Profile } from "../../api/shapes";
import type { Departed } from "./desk";

export function departedWords(reason: Departed["reason"]): string {
  switch (reason) {
    case "accepted_elsewhere":
      return "Another consultant was faster.";
    case "cancelled":
      return "The customer took the question back.";
    case "expired":
      return "The time to answer is over.";
    case "unavailable":
      return "It is not open to you any more.";
    case "answered":
      return "You answered it in another tab.";
    case "too_late":
      return "It was too late: the question is taken or over.";
  }
}

const missingWords: { readonly [field: string]: string } = {
  headline: "a headline", tags: "at least one tag", hourlyRate: "an hourly rate",
};

export function missingList({ missing }: Pick<Profile, "missing">): string {
  const words = missing.map((field) => missingWords[field] ?? field);
  const last = words[words.length - 1] ?? "more";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

export function timeLeftLabel(seconds: number): string {
  return seconds === 1 ? "1 second left to answer" : `${seconds} seconds left to answer`;
}

export interface Figure {
  readonly id: keyof Performance;
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

const unknown = "–";

function part(value: number | null): string {
  return value === null ? unknown : `${Math.round(value * 100)}\u00a0%`;
}

/** The numbers that decide who is asked first. */
export function figures(own: Performance): readonly Figure[] {
  return [
    {
      id: "acceptance", label: "Accepted", value: part(own.acceptance),
      note: `${own.accepted} of ${own.asked} requests`,
    },
    {
      id: "responseSeconds", label: "Answer time",
      value: own.responseSeconds === null ? unknown : `${Math.round(own.responseSeconds)}\u00a0s`, note: "until you answer",
    },
    { id: "completion", label: "Completed", value: part(own.completion), note: `${own.completed} calls` },
    {
      id: "rating", label: "Rating", value: own.rating === null ? unknown : own.rating.toFixed(1), note: "of 5 stars",
    },
    {
      id: "utilisation", label: "In calls", value: part(own.utilisation),
      note: `of available time; goal ${part(own.goal)}`,
    },
  ];
}
