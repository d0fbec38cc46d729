import { useEffect, useRef, useState } from "react";
import type { CallState } from "../../call/state";
import { announcement } from "./words";

/** The newest change that is worth being read out. With the chat open, its own log reads the messages. */
export function useAnnouncements(state: CallState, chatOpen: boolean): string {
  const before = useRef(state);
  const [text, setText] = useState("You are in the call.");

  useEffect(() => {
    const was = chatOpen ? { ...before.current, chat: state.chat } : before.current;
    before.current = state;
    const news = announcement(was, state);
    if (news !== null) setText(news);
  }, [state, chatOpen]);

  return text;
}
