import { useEffect } from "react";

/** Does something again and again while somebody looks at the page, and when they come back to it. */
export function useEvery(period: number | null, work: () => void): void {
  useEffect(() => {
    if (period === null) return undefined;
    const look = () => {
      if (document.visibilityState === "visible") work();
    };
    const timer = setInterval(look, period);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [period, work]);
}
