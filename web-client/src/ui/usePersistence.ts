import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "../api/error";
import { idle } from "./useAttempt";
import type { Attempt } from "./useAttempt";
import { pauseBefore } from "./useTryingAgain";

/** After this long without an answer it is said that there is none. */
const patience = 4_000;

export interface Persistence {
  readonly attempt: Attempt;
  /** Nobody answers, or none has for a while; it is tried again by itself. */
  readonly isStalled: boolean;
  readonly begin: (work: () => Promise<void>) => void;
  /** Stops trying; what was typed stays. */
  readonly giveUp: () => void;
}

/**
 * One request that a person makes by a click, made again by itself as long as nobody answers. Only for what takes effect
 * once however often it is sent.
 */
export function usePersistence(): Persistence {
  const [attempt, setAttempt] = useState<Attempt>(idle);
  const [isStalled, setStalled] = useState(false);
  const current = useRef(0);
  const wake = useRef<(() => void) | null>(null);

  const stop = useCallback(() => {
    current.current += 1;
    wake.current?.();
    wake.current = null;
  }, []);
  useEffect(() => stop, [stop]);

  const begin = useCallback((work: () => Promise<void>) => {
    if (wake.current !== null) return;
    current.current += 1;
    const mine = current.current;
    const isMine = () => current.current === mine;
    // Marks that something is under way, before there is a pause to be woken from.
    wake.current = () => undefined;
    const waiting = setTimeout(() => {
      if (isMine()) setStalled(true);
    }, patience);
    const run = async () => {
      for (let tries = 0; isMine(); tries += 1) {
        try {
          // One try after the other is the point.
          // oxlint-disable-next-line no-await-in-loop
          await work();
          if (isMine()) setAttempt({ name: "done" });
          break;
        } catch (caught) {
          const error = caught instanceof ApiError ? caught : new ApiError({ kind: "network" });
          if (!isMine()) break;
          if (!error.isPassing) {
            setAttempt({ name: "failed", error });
            break;
          }
          setStalled(true);
          // oxlint-disable-next-line no-await-in-loop
          await pause(pauseBefore(tries), (end) => {
            wake.current = end;
          });
        }
      }
      clearTimeout(waiting);
      if (!isMine()) return;
      wake.current = null;
      setStalled(false);
    };
    setStalled(false);
    setAttempt({ name: "sending" });
    void run();
  }, []);

  const giveUp = useCallback(() => {
    stop();
    setStalled(false);
    setAttempt({ name: "failed", error: new ApiError({ kind: "network" }) });
  }, [stop]);
  return { attempt, isStalled, begin, giveUp };
}

/** Ends after so many milliseconds, when the network is back, or when it is woken. */
function pause(milliseconds: number, hand: (end: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener("online", end);
    hand(end);
  });
}
