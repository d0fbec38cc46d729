import { useCallback, useEffect, useState } from "react";
import type { RefObject } from "react";

export interface FullScreen {
  readonly isOn: boolean;
  /** Undefined where the browser has no full screen for pages. */
  readonly toggle: (() => void) | undefined;
}

/** The whole screen for one element. */
export function useFullScreen(element: RefObject<HTMLElement>): FullScreen {
  const [isOn, setOn] = useState(false);
  const isPossible = typeof document !== "undefined" && document.fullscreenEnabled === true;

  useEffect(() => {
    const settle = () => setOn(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", settle);
    return () => {
      document.removeEventListener("fullscreenchange", settle);
      // After the call the page is a page again.
      if (document.fullscreenElement !== null) document.exitFullscreen().catch(() => undefined);
    };
  }, []);

  const toggle = useCallback(() => {
    const change = document.fullscreenElement === null ? element.current?.requestFullscreen() : document.exitFullscreen();
    // Refused: then it stays as it is.
    change?.catch(() => undefined);
  }, [element]);
  return { isOn, toggle: isPossible ? toggle : undefined };
}
