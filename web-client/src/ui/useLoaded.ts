import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "../api/error";
import { useTryingAgain } from "./useTryingAgain";

export interface Loaded<T> {
  /** The newest that arrived; stays when asking again fails. */
  readonly value: T | null;
  readonly error: ApiError | null;
  readonly isLoading: boolean;
  /** Asks again. */
  readonly reload: () => void;
  /** Something newer came another way. */
  readonly put: (value: T) => void;
}

/** What the API says, asked for when the page appears and whenever it may have changed. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ value: T | null; error: ApiError | null; isLoading: boolean }>({
    value: null, error: null, isLoading: true,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(0);

  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    load().then(
      (value) => {
        if (latest.current === mine) setState({ value, error: null, isLoading: false });
      },
      (error: unknown) => {
        if (latest.current !== mine) return;
        const failure = error instanceof ApiError ? error : new ApiError({ kind: "network" });
        setState((last) => ({ ...last, error: failure, isLoading: false }));
      },
    );
    return () => {
      if (latest.current === mine) latest.current += 1;
    };
  }, [load, round]);

  const reload = useCallback(() => setRound((count) => count + 1), []);
  // A page that waits for something gets it as soon as it can be had.
  useTryingAgain(state.error !== null && state.error.isPassing, state.error, reload);
  const put = useCallback((value: T) => {
    latest.current += 1;
    setState({ value, error: null, isLoading: false });
  }, []);
  return { ...state, reload, put };
}
