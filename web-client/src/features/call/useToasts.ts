import { useCallback, useEffect, useRef, useState } from "react";
import type { CallState } from "../../call/state";
import type { Toast } from "../../ui/Toasts";

const lifetime = 5_000;
const atOnce = 3;

/** A passing line for each message that arrives while the chat is closed, and for whatever else is worth one. */
export function useToasts(state: CallState, chatOpen: boolean): [readonly Toast[], (text: string) => void] {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const counter = useRef(0);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  const shownUpTo = useRef<number | null>(null);

  const toast = useCallback((text: string) => {
    counter.current += 1;
    const id = String(counter.current);
    setToasts((list) => [...list, { id, text }].slice(-atOnce));
    const timer = setTimeout(() => {
      timers.current.delete(timer);
      setToasts((list) => list.filter((one) => one.id !== id));
    }, lifetime);
    timers.current.add(timer);
  }, []);

  useEffect(() => {
    const running = timers.current;
    return () => {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    };
  }, []);

  const { entries } = state.chat;
  useEffect(() => {
    const last = entries.reduce((highest, entry) => Math.max(highest, entry.sequence ?? 0), 0);
    const from = shownUpTo.current;
    shownUpTo.current = last;
    // The first look is the past of the room, not news.
    if (from === null || chatOpen) return;
    for (const entry of entries) {
      if (!entry.own && (entry.sequence ?? 0) > from) toast(`${entry.name}: ${entry.text}`);
    }
  }, [entries, chatOpen, toast]);

  return [toasts, toast];
}
