import type { News } from "./useNews";

/** Read out when it changes. */
export function NewsLine({ news: { text, line }, testId }: { readonly news: News; readonly testId: string }) {
  return <p role="status" tabIndex={-1} ref={line} data-testid={testId}>{text}</p>;
}
