import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "../api/error";

/** One request that a person makes by a click, and may make again. */
export type Attempt =
  | { readonly name: "idle" }
  | { readonly name: "sending" }
  | { readonly name: "done" }
  | { readonly name: "failed"; readonly error: ApiError };

export const idle: Attempt = { name: "idle" };

/** While one is under way, another is not begun. */
export function useAttempt(): readonly [Attempt, (work: () => Promise<void>) => void] {
  const [attempt, setAttempt] = useState<Attempt>(idle);
  const isBusy = useRef(false);
  const isShown = useRef(false);

  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);

  const begin = useCallback((work: () => Promise<void>) => {
    if (isBusy.current) return;
    isBusy.current = true;
    const end = (result: Attempt) => {
      isBusy.current = false;
      if (isShown.current) setAttempt(result);
    };
    setAttempt({ name: "sending" });
    work().then(
      () => end({ name: "done" }),
      (error: unknown) => end({
        name: "failed",
        error: error instanceof ApiError ? error : new ApiError({ kind: "network" }),
      }),
    );
  }, []);
  return [attempt, begin];
}
