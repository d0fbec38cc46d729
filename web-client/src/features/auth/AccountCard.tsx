import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { Brand } from "../../ui/Brand";
import { useTitle } from "../../ui/title";

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

/** In place of a form whose link from a mail is of no use: the way on. */
export function DeadLink({ children }: { readonly children: ReactNode }) {
  return (
    <AccountCard title="This link does not hold any more" testId="dead-link">
      <p role="status">It has expired, or it was used before.</p>
      {children}
    </AccountCard>
  );
}
