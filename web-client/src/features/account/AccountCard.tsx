import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import type { ApiError } from "../../api/error";
import { Banner } from "../../ui/Banner";
import { Brand } from "../../ui/Brand";
import { Button } from "../../ui/Button";
import { useTitle } from "../../ui/title";
import { troubleWords } from "./words";

export interface AccountCardProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly testId: string;
}

/** A step of an account page. Its heading takes the focus, so that whoever listens hears that something is new. */
export function AccountCard({ title, children, testId }: AccountCardProps) {
  const heading = useRef<HTMLHeadingElement>(null);

  useTitle(title);
  useEffect(() => {
    heading.current?.focus();
  }, [title]);

  return (
    <div className="page">
      <header className="page__head">
        <Brand />
      </header>
      <main className="card" data-testid={testId}>
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {children}
      </main>
    </div>
  );
}

/** What went wrong with a request that can be made again. */
export function Trouble({ error }: { readonly error: ApiError }) {
  const { title, whatToDo } = troubleWords(error);
  return (
    <Banner tone="error" title={title} testId="error">
      <p>{whatToDo}</p>
    </Banner>
  );
}

/** In place of a form whose link from a mail is of no use: the way on. */
export function DeadLink({ children }: { readonly children: ReactNode }) {
  return (
    <AccountCard title="This link does not hold any more" testId="dead-link">
      <p role="status">It has expired, or it was used before.</p>
      {children}
    </AccountCard>
  );
}

export interface SendButtonProps {
  readonly isSending: boolean;
  readonly label: string;
  readonly labelWhileSending: string;
  readonly testId: string;
  /** Without it, the button sends its form. */
  readonly onClick?: () => void;
}

/** Keeps the focus while a request is under way, which a disabled button would lose. */
export function SendButton({ isSending, label, labelWhileSending, testId, onClick }: SendButtonProps) {
  return (
    <Button
      look="primary"
      type={onClick === undefined ? "submit" : "button"}
      aria-disabled={isSending}
      data-testid={testId}
      onClick={onClick}
    >
      {isSending ? labelWhileSending : label}
    </Button>
  );
}
