import { useEffect, useRef } from "react";

export type Shortcuts = { readonly [key: string]: (() => void) | undefined };

/** Keys typed into a field, or together with a modifier, belong to the field and to the browser. */
export function isForUs(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return true;
  return !target.isContentEditable && !["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

export function useShortcuts(active: boolean, shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);

  useEffect(() => {
    current.current = shortcuts;
  });

  useEffect(() => {
    if (!active) return undefined;
    const onKey = (event: KeyboardEvent) => {
      if (!isForUs(event)) return;
      const action = current.current[event.key.toLowerCase()];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [active]);
}
