/** A profile that is being written. It lives in sessionStorage, so that neither a reload nor a ringing question loses it. */
import { amountText, parseAmount } from "../../api/amount";
import type { LinkedInPreview } from "../../api/linkedin";
import type { ProfileContent } from "../../api/market";
import type { Profile } from "../../api/shapes";
import { list, object, string } from "../../signaling/shape";
import type { Infer } from "../../signaling/shape";
import { mostTags, withTags } from "../../ui/tags";
import type { DraftStorage } from "../questions/draft";

const shape = object({
  headline: string,
  bio: string,
  tags: list(string),
  /** What stands in the tags' field and is no tag yet. */
  tagText: string,
  rate: string,
  currency: string,
  /** The stored profile that it began with: a draft of another one is of no use. */
  base: string,
});

export type ProfileDraft = Infer<typeof shape>;
type Stored = Pick<Profile, "headline" | "bio" | "tags" | "hourlyRate">;

const place = "consult.profile";

function baseOf({ headline, bio, tags, hourlyRate }: Stored): string {
  return JSON.stringify([headline, bio, tags, hourlyRate]);
}

export function draftOf(profile: Stored): ProfileDraft {
  const { headline, bio, tags, hourlyRate } = profile;
  return {
    headline, bio, tags, tagText: "", rate: hourlyRate === null ? "" : amountText(hourlyRate),
    currency: hourlyRate?.currency ?? "usd", base: baseOf(profile),
  };
}

export class ProfileDrafts {
  readonly #storage: DraftStorage | null;

  constructor(storage: DraftStorage | null) {
    this.#storage = storage;
  }

  static inBrowser(): ProfileDrafts {
    try {
      return new ProfileDrafts(window.sessionStorage);
    } catch {
      return new ProfileDrafts(null);
    }
  }

  /** The draft of this profile; one that says what is stored where nothing was begun. */
  find(profile: Stored): ProfileDraft {
    const fresh = draftOf(profile);
    try {
      const text = this.#storage?.getItem(place) ?? null;
      const kept = text === null ? fresh : shape.read(JSON.parse(text), "draft");
      return kept.base === fresh.base ? kept : fresh;
    } catch {
      return fresh;
    }
  }

  /** @param draft null: there is none any more. */
  keep(draft: ProfileDraft | null): void {
    try {
      if (draft === null) this.#storage?.removeItem(place);
      else this.#storage?.setItem(place, JSON.stringify(draft));
    } catch {
      // Full or forbidden storage costs the draft on a reload, nothing else.
    }
  }
}

/** Whether it says something else than what is stored. */
export function isChanged(draft: ProfileDraft, profile: Stored): boolean {
  const fresh = draftOf(profile);
  return (["headline", "bio", "tagText", "rate", "currency"] as const).some((field) => draft[field] !== fresh[field])
    || draft.tags.length !== fresh.tags.length || draft.tags.some((tag, index) => tag !== fresh.tags[index]);
}

export interface ProfileProblems {
  readonly headline?: string;
  readonly tags?: string;
  readonly rate?: string;
}

export type ProfileReading =
  | { readonly name: "content"; readonly content: ProfileContent }
  | { readonly name: "problems"; readonly problems: ProfileProblems };

/** What is to be stored, or what is missing for that. */
export function readDraft({ headline, bio, tags, tagText, rate, currency }: ProfileDraft): ProfileReading {
  const all = withTags(tags, tagText, mostTags.profile);
  const hourlyRate = parseAmount(rate, currency);
  const problems: ProfileProblems = {
    ...(headline.trim() === "" ? { headline: "Say in one line what you can help with." } : {}),
    ...(all.length === 0 ? { tags: "Add at least one tag: they decide which questions come to you." } : {}),
    ...(hourlyRate === null ? { rate: "Write an amount like 120 or 99.50." } : {}),
  };
  if (hourlyRate === null || Object.keys(problems).length > 0) return { name: "problems", problems };
  return { name: "content", content: { headline: headline.trim(), bio: bio.trim(), tags: all, hourlyRate } };
}

export type ImportPart = "headline" | "bio" | "tags";

/** The parts of an import that bring something. */
export function partsOf({ headline, bio, suggestedTags }: LinkedInPreview): readonly ImportPart[] {
  const brought: { readonly [part in ImportPart]: boolean } = {
    headline: headline !== "", bio: bio !== "", tags: suggestedTags.length > 0,
  };
  return (["headline", "bio", "tags"] as const).filter((part) => brought[part]);
}

/** The draft with those parts of an import; tags are added as far as there is room. */
export function withImport(draft: ProfileDraft, preview: LinkedInPreview, parts: readonly ImportPart[]): ProfileDraft {
  const takes = (part: ImportPart) => parts.includes(part) && partsOf(preview).includes(part);
  return {
    ...draft,
    headline: takes("headline") ? preview.headline : draft.headline,
    bio: takes("bio") ? preview.bio : draft.bio,
    tags: takes("tags") ? withTags(draft.tags, preview.suggestedTags.join(","), mostTags.profile) : draft.tags,
  };
}
