import { useCallback, useEffect, useRef, useState } from "react";
import type { RefObject } from "react";

export interface News {
  readonly text: string;
  readonly line: RefObject<HTMLParagraphElement>;
  readonly say: (text: string) => void;
}

/** What has just been done. Whatever did it may be gone from the page, so its line takes the focus. */
export function useNews(): News {
  const [news, setNews] = useState({ text: "" });
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (news.text !== "") line.current?.focus();
  }, [news]);
  const say = useCallback((text: string) => setNews({ text }), []);
  return { text: news.text, line, say };
}
