import { useCallback, useState } from "react";
import type { Page } from "../api/shapes";
import { useAttempt } from "./useAttempt";
import type { Attempt } from "./useAttempt";
import { useLoaded } from "./useLoaded";
import type { Loaded } from "./useLoaded";

export interface Pages<T> extends Loaded<Page<T>> {
  readonly items: readonly T[];
  readonly more: (() => void) | null;
  readonly attempt: Attempt;
}

/** A list that comes in pages, the next one at a click. */
export function usePages<T>(load: (cursor: string | null) => Promise<Page<T>>): Pages<T> {
  const first = useLoaded(useCallback(() => load(null), [load]));
  const [rest, setRest] = useState<{ readonly of: Page<T>; readonly pages: readonly Page<T>[] } | null>(null);
  const [attempt, begin] = useAttempt();
  const pages = first.value === null ? [] : [first.value, ...(rest !== null && rest.of === first.value ? rest.pages : [])];
  const next = pages[pages.length - 1]?.next ?? null;
  const of = first.value;
  const more = next === null || of === null ? null : () => begin(async () => {
    const page = await load(next);
    setRest((last) => ({ of, pages: last !== null && last.of === of ? [...last.pages, page] : [page] }));
  });
  return { ...first, items: pages.flatMap(({ items }) => items), more, attempt };
}
