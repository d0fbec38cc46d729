import { useEffect, useRef } from "react";
import { Brand } from "../../../ui/Brand";
import { useTitle } from "../../../ui/title";
import { LinkForm } from "./LinkForm";
import type { LinkTrouble } from "./LinkForm";

export interface LinkPageProps {
  readonly trouble: LinkTrouble;
  readonly onToken: (token: string) => void;
}

/** Where one lands without a usable link, on a server that carries calls and nothing else. */
export function LinkPage({ trouble, onToken }: LinkPageProps) {
  const heading = useRef<HTMLHeadingElement>(null);

  useTitle("Join a call");
  useEffect(() => {
    heading.current?.focus();
  }, []);

  return (
    <div className="page">
      <header className="page__head">
        <Brand />
      </header>
      <main className="card">
        <h1 ref={heading} tabIndex={-1}>Join a call</h1>
        <LinkForm trouble={trouble} isMain onToken={onToken} />
      </main>
    </div>
  );
}
