import { useEffect, useRef } from "react";
import type { Api } from "../../api/http";
import { Brand } from "../../ui/Brand";
import { freeTime } from "../../ui/price";
import { useTitle } from "../../ui/title";
import { Link } from "../../app/navigation";
import { LinkForm } from "../call/join/LinkForm";
import { AvailableNow } from "../consultants/AvailableNow";

export interface WelcomePageProps {
  readonly api: Api;
  readonly freeSeconds: number | null;
  /** Somebody was given a link to a call instead. */
  readonly onToken: (token: string) => void;
}

/** The front door: what this is, how it goes, what it costs, and who is there. */
export function WelcomePage({ api, freeSeconds, onToken }: WelcomePageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const isFree = freeSeconds !== null && freeSeconds > 0;

  useTitle("Welcome");
  useEffect(() => {
    heading.current?.focus();
  }, []);

  return (
    <div className="page">
      <header className="page__head welcome__top">
        <Brand />
        <Link to={{ page: "sign-in" }} className="button button--secondary" data-testid="sign-in-link">Sign in</Link>
      </header>
      <main className="board welcome">
        <div className="welcome__lead">
          <h1 ref={heading} tabIndex={-1}>Ask somebody who knows</h1>
          <p className="panel__lead">Write down your question, and talk face to face with a consultant who fits, within minutes.</p>
          <div className="card__actions">
            <Link to={{ page: "register" }} className="button button--primary" data-testid="register-link">
              Create an account
            </Link>
          </div>
        </div>
        <section aria-labelledby="how-title">
          <h2 id="how-title" className="board__section">How it goes</h2>
          <ol className="steps">
            <li className="steps__one"><strong>Ask.</strong> Say in a few words what you want to know. Asking costs nothing.</li>
            <li className="steps__one"><strong>Be matched.</strong> Whoever fits best and is free now is asked; you see who, why, and for how much.</li>
            <li className="steps__one">
              <strong>Talk.</strong> A video call, in this browser.{" "}
              {isFree ? `It costs nothing if it ends within ${freeTime(freeSeconds)}.` : "You pay by the second."}
            </li>
            <li className="steps__one"><strong>Pay what it was.</strong> After that you pay by the second, and see a signed receipt of what was measured.</li>
          </ol>
        </section>
        <AvailableNow api={api} freeSeconds={freeSeconds} title="Who is free now" />
        <details className="details">
          <summary>I was given a link to a call</summary>
          <LinkForm onToken={onToken} />
        </details>
      </main>
    </div>
  );
}
