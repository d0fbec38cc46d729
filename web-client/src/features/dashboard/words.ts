/** What is said at a consultant's desk. */
import type { Performance, Profile } from "../../api/shapes";
import { decimal, duration, percent } from "../../ui/numbers";
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

/** The numbers that decide who is asked first. */
export function figures(own: Performance): readonly Figure[] {
  const { acceptance, accepted, asked, responseSeconds, completion, completed, failed, rating, ratings } = own;
  return [
    { id: "responseSeconds", label: "Answer time", value: duration(responseSeconds), note: "until you answer a request" },
    { id: "acceptance", label: "Accepted", value: percent(acceptance), note: `${accepted} of ${asked} requests` },
    {
      id: "completion", label: "Completed", value: percent(completion),
      note: `${completed} of ${completed + failed} calls that began`,
    },
    {
      id: "rating", label: "Rating", value: decimal(rating, 1),
      note: ratings === 1 ? "of 5 stars, 1 rating" : `of 5 stars, ${ratings} ratings`,
    },
  ];
}
