/** Tags as people write them: compared without regard to case, one space between words. */
export const longestTag = 50;
export const mostTags = { question: 12, profile: 20 } as const;

export function cleanTag(text: string): string {
  return text.trim().replace(/\s+/g, " ").slice(0, longestTag);
}

export function isSameTag(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

export function hasTag(tags: readonly string[], tag: string): boolean {
  return tags.some((one) => isSameTag(one, tag));
}

/** The list with what is in the text, which may name several with commas between them. */
export function withTags(tags: readonly string[], text: string, most: number): readonly string[] {
  return text.split(",").map(cleanTag).filter((tag) => tag !== "").reduce<readonly string[]>(
    (list, tag) => (hasTag(list, tag) || list.length >= most ? list : [...list, tag]), tags);
}

/** What a question shows: the customer's own, then what was suggested and not taken away. */
export function shownTags(
  suggested: readonly string[], added: readonly string[], removed: readonly string[],
): readonly string[] {
  const rest = suggested.filter((tag) => !hasTag(added, tag) && !hasTag(removed, tag));
  return [...added, ...rest].slice(0, mostTags.question);
}
