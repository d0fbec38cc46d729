import { Banner } from "../ui/Banner";
import { Brand } from "../ui/Brand";
import { Button } from "../ui/Button";
import { useTryingAgain } from "../ui/useTryingAgain";

export interface StartPageProps {
  readonly error: Error | null;
  readonly onRetry: () => void;
}

/** While the addresses are being learnt, and when they could not be. */
export function StartPage({ error, onRetry }: StartPageProps) {
  useTryingAgain(error !== null, error, onRetry);
  return (
    <div className="page">
      <header className="page__head">
        <Brand />
      </header>
      <main className="card">
        <h1>{error === null ? "One moment…" : "The server does not answer"}</h1>
        {error === null ? (
          <p role="status"><span className="spinner" /> Looking for the server</p>
        ) : (
          <Banner tone="error" testId="error" action={<Button onClick={onRetry}>Try again</Button>}>
            <p>{error.message} Check your connection. It is tried again by itself.</p>
          </Banner>
        )}
      </main>
    </div>
  );
}
