/** What is said of consultants. */
import type { Consultant, Opinion } from "../../api/consultants";

export function ratingWords({ rating, sessions }: Pick<Consultant, "rating" | "sessions">, locale?: string): string {
  const calls = sessions === 0 ? "no calls yet" : sessions === 1 ? "1 call" : `${sessions} calls`;
  if (rating.average === null) return `New here, ${calls}`;
  const average = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(rating.average);
  return `${average} of 5 stars from ${rating.count === 1 ? "1 rating" : `${rating.count} ratings`}, ${calls}`;
}

export function starsWords({ stars }: Pick<Opinion, "stars">): string {
  return `${stars} of 5 stars`;
}

export function memberWords({ memberSince }: Pick<Consultant, "memberSince">, locale?: string): string {
  return `Here since ${new Date(memberSince).toLocaleDateString(locale, { month: "long", year: "numeric" })}`;
}

export function availabilityWords({ availability }: Pick<Consultant, "availability">): string {
  switch (availability) {
    case "available":
      return "Free now";
    case "busy":
      return "In a call";
    case "offline":
      return "Not here at the moment";
  }
}

/** Those who know most of what it is about come first; among equals the order stays. */
export function byFit(consultants: readonly Consultant[], tags: readonly string[]): readonly Consultant[] {
  const wanted = new Set(tags.map((tag) => tag.toLowerCase()));
  const fit = ({ tags: known }: Consultant) => known.filter((tag) => wanted.has(tag.toLowerCase())).length;
  return [...consultants].sort((one, other) => fit(other) - fit(one));
}
