import { useEffect, useId, useRef, useState } from "react";
import type { TokenReading } from "../../api/roomToken";
import { readToken, tokenInText } from "../../api/roomToken";
import { Banner } from "../../ui/Banner";
import { Brand } from "../../ui/Brand";
import { Button } from "../../ui/Button";

type Trouble = Exclude<TokenReading["kind"], "room">;

export interface LinkPageProps {
  readonly trouble: Trouble;
  readonly onToken: (token: string) => void;
}

/** Where one lands without a usable link. */
export function LinkPage({ trouble, onToken }: LinkPageProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<Trouble | null>(trouble === "none" ? null : trouble);
  const heading = useRef<HTMLHeadingElement>(null);
  const fieldId = useId();

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
        <h1 ref={heading} tabIndex={-1}>Join a call</h1>
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
          <Button look="primary" type="submit" disabled={text.trim() === ""}>Continue</Button>
        </form>
      </main>
    </div>
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
