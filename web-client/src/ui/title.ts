import { useEffect } from "react";

let base = "";
let alert: string | null = null;

function apply(): void {
  const page = base === "" ? "Consultant Connect" : `${base} · Consultant Connect`;
  document.title = alert === null ? page : `${alert} · ${page}`;
}

/** Names the page in the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    base = title;
    apply();
  }, [title]);
}

/** What stands in front of every page's name while it matters: that somebody rings, say. */
export function useTitleAlert(text: string | null): void {
  useEffect(() => {
    alert = text;
    apply();
    return () => {
      alert = null;
      apply();
    };
  }, [text]);
}
