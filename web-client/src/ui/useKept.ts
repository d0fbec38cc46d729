/** What was typed and not sent yet. It lives in sessionStorage, so that neither a reload nor another page loses it. */
import { useCallback, useState } from "react";

function read(place: string): string {
  try {
    return window.sessionStorage.getItem(place) ?? "";
  } catch {
    return "";
  }
}

function write(place: string, text: string): void {
  try {
    if (text === "") window.sessionStorage.removeItem(place);
    else window.sessionStorage.setItem(place, text);
  } catch {
    // Full or forbidden storage costs the text on a reload, nothing else.
  }
}

/** A text that survives a reload of this tab. Nothing secret belongs here. An empty text is none. */
export function useKept(name: string, initial = ""): readonly [string, (text: string) => void] {
  const place = `consult.kept.${name}`;
  const [text, setText] = useState(() => read(place) || initial);
  const keep = useCallback((next: string) => {
    write(place, next);
    setText(next);
  }, [place]);
  return [text, keep];
}
