import { Button } from "./Button";
import { Trouble } from "./Trouble";
import type { Attempt } from "./useAttempt";

/** The way to the next page of a list. */
export function More({ onMore, attempt }: { readonly onMore: (() => void) | null; readonly attempt: Attempt }) {
  return (
    <>
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
      {onMore === null ? null : (
        <Button data-testid="more-button" aria-disabled={attempt.name === "sending"} onClick={onMore}>
          {attempt.name === "sending" ? "One moment…" : "Show more"}
        </Button>
      )}
    </>
  );
}
