import { useEffect, useRef } from "react";

const firstPause = 1_500;
const longestPause = 15_000;

/** The pause before the next try: it doubles, up to a limit. */
export function pauseBefore(tries: number): number {
  return Math.min(firstPause * 2 ** Math.min(tries, 10), longestPause);
}

/**
 * Tries again by itself while something passing is wrong: after a pause that grows, and at once when the network is back.
 *
 * @param failure what went wrong last; each failure is another value.
 */
export function useTryingAgain(isWrong: boolean, failure: unknown, again: () => void): void {
  const tries = useRef(0);

  useEffect(() => {
    if (!isWrong) {
      tries.current = 0;
      return undefined;
    }
    const timer = setTimeout(again, pauseBefore(tries.current));
    tries.current += 1;
    window.addEventListener("online", again);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("online", again);
    };
  }, [isWrong, failure, again]);
}
