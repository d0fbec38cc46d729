import { useEffect, useState } from "react";
import { suggestTags } from "../../api/market";
import type { Api } from "../../api/http";

export interface Suggestions {
  readonly tags: readonly string[];
  readonly state: "none" | "asking" | "fresh" | "failed";
}

const pause = 600;
const leastText = 12;

/** Tags for what is being written, asked for when the writing pauses. */
export function useSuggestions(api: Api, title: string, body: string): Suggestions {
  const [answer, setAnswer] = useState<{ readonly text: string; readonly tags: readonly string[] | null }>({ text: "", tags: null });
  const text = `${title.trim()}\n${body.trim()}`;
  const isEnough = body.trim() !== "" && text.length >= leastText;

  useEffect(() => {
    if (!isEnough) return undefined;
    let isCurrent = true;
    const timer = setTimeout(() => {
      suggestTags(api, title.trim(), body.trim()).then(
        (tags) => isCurrent && setAnswer({ text, tags }),
        () => isCurrent && setAnswer({ text, tags: null }),
      );
    }, pause);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [api, title, body, text, isEnough]);

  if (!isEnough) return { tags: [], state: "none" };
  if (answer.text !== text) return { tags: answer.tags ?? [], state: "asking" };
  return { tags: answer.tags ?? [], state: answer.tags === null ? "failed" : "fresh" };
}
