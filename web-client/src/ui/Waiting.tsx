import type { ApiError } from "../api/error";
import { Banner } from "./Banner";
import { Button } from "./Button";
import { troubleWords } from "./troubleWords";

export interface WaitingProps {
  readonly error: ApiError | null;
  readonly onRetry: () => void;
  /** What is not there, where the server knows no such thing. */
  readonly nothing?: string;
}

/** In place of what has not arrived yet, or could not be got. */
export function Waiting({ error, onRetry, nothing }: WaitingProps) {
  if (error === null) return <p role="status" className="waiting"><span className="spinner" /> One moment…</p>;
  if (nothing !== undefined && (error.is("not_found") || error.is("malformed_path"))) {
    return <Banner tone="info" title={nothing} testId="nothing"><p>The address may be wrong, or it is not yours to see.</p></Banner>;
  }
  const { title, whatToDo } = troubleWords(error);
  return (
    <Banner tone="error" title={title} testId="error" action={<Button onClick={onRetry}>Try again</Button>}>
      <p>{whatToDo}</p>
    </Banner>
  );
}
