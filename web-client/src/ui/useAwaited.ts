import { useEffect, useState } from "react";
import type { Loaded } from "./useLoaded";
import { useLoaded } from "./useLoaded";

const askAgainAfter = 2_000;
/** After this many times it is taken as not coming. */
const mostRounds = 15;

export interface Awaited<T> extends Loaded<T> {
  /** Whether it is not there yet and asked for again. */
  readonly isAwaited: boolean;
  /** Whether it is not there and was waited for long enough. */
  readonly isAbsent: boolean;
}

/** What the API has only a moment after it was to be expected, like a paper that is made when all is settled. */
export function useAwaited<T>(load: () => Promise<T>, missing: string): Awaited<T> {
  const loaded = useLoaded(load);
  const [rounds, setRounds] = useState(0);
  const { value, error, reload } = loaded;
  const isMissing = value === null && error !== null && (error.is(missing) || error.is("not_found"));
  const isAwaited = isMissing && rounds < mostRounds;

  useEffect(() => {
    if (!isAwaited) return undefined;
    const timer = setTimeout(() => {
      setRounds((count) => count + 1);
      reload();
    }, askAgainAfter);
    return () => clearTimeout(timer);
  }, [isAwaited, rounds, reload]);

  return { ...loaded, isAwaited, isAbsent: isMissing && !isAwaited };
}
