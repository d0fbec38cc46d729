import { useEffect, useId, useRef, useState } from "react";
import type { RefObject } from "react";
import type { TokenReading } from "../../../api/roomToken";
import { readToken, tokenInText } from "../../../api/roomToken";
import { Banner } from "../../../ui/Banner";
import { Brand } from "../../../ui/Brand";
import { Button } from "../../../ui/Button";
import { useTitle } from "../../../ui/title";
import { Link } from "../../../app/navigation";

type Trouble = Exclude<TokenReading["kind"], "room">;

export interface LinkPageProps {
  readonly trouble: Trouble;
  /** Whether one can sign in here. */
  readonly hasAccounts?: boolean;
  readonly onToken: (token: string) => void;
}

/** Where one lands without a usable link. */
export function LinkPage({ trouble, hasAccounts = false, onToken }: LinkPageProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<Trouble | null>(trouble === "none" ? null : trouble);
  const heading = useRef<HTMLHeadingElement>(null);
  const fieldId = useId();

  useTitle(hasAccounts ? "Welcome" : "Join a call");
  useEffect(() => {
    heading.current?.focus();
  }, []);

  const submit = () => {
    const token = tokenInText(text);
    const reading = readToken(token);
    if (reading.kind === "room") onToken(reading.token);
    else setProblem(reading.kind === "none" ? "unreadable" : reading.kind);
  };

  return (
    <div className="page">
      <header className="page__head">
        <Brand />
      </header>
      <main className="card">
        {hasAccounts ? <Welcome heading={heading} /> : <h1 ref={heading} tabIndex={-1}>Join a call</h1>}
        <p>Open the link that you were given, or paste it here.</p>
        {problem === null ? null : (
          <Banner tone="error" title={troubleTitle(problem)} testId="error">
            <p>Copy the whole link, from the beginning to the end, or ask for a new one.</p>
          </Banner>
        )}
        <form
          className="card__form"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <div className="field">
            <label className="field__label" htmlFor={fieldId}>Link or token</label>
            <input
              id={fieldId}
              className="field__control"
              type="text"
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </div>
          <Button look={hasAccounts ? "secondary" : "primary"} type="submit" disabled={text.trim() === ""}>
            Continue
          </Button>
        </form>
      </main>
    </div>
  );
}

function Welcome({ heading }: { readonly heading: RefObject<HTMLHeadingElement> }) {
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>Ask somebody who knows</h1>
      <p>Write down your question, and talk face to face with a consultant who fits, within minutes.</p>
      <div className="card__actions">
        <Link to={{ page: "sign-in" }} className="button button--primary" data-testid="sign-in-link">Sign in</Link>
        <Link to={{ page: "register" }} className="button button--secondary" data-testid="register-link">
          Create an account
        </Link>
      </div>
      <h2>Or join a call by its link</h2>
    </>
  );
}

function troubleTitle(trouble: Trouble): string {
  switch (trouble) {
    case "none":
    case "unreadable":
      return "This link is not complete";
    case "not-a-room":
      return "This link is not for a call";
  }
}
