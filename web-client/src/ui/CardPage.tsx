import type { ReactNode } from "react";
import { Brand } from "./Brand";
import { useTitle } from "./title";
import { useHeading } from "./useHeading";

export interface CardPageProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly testId?: string;
  /** What tests and styles look for at the heading. */
  readonly heading?: { readonly "data-testid": string; readonly "data-reason"?: string };
}

/** A page of one thing, on a card in its middle. */
export function CardPage({ title, children, testId, heading }: CardPageProps) {
  const focused = useHeading(title);
  useTitle(title);
  return (
    <div className="page">
      <header className="page__head">
        <Brand />
      </header>
      <main className="card" data-testid={testId}>
        <h1 ref={focused} tabIndex={-1} {...heading}>{title}</h1>
        {children}
      </main>
    </div>
  );
}
