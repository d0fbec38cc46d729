import { useId, useState } from "react";
import type { TokenReading } from "../../../api/roomToken";
import { readToken, tokenInText } from "../../../api/roomToken";
import { Banner } from "../../../ui/Banner";
import { Button } from "../../../ui/Button";
import { Form } from "../../../ui/Form";

export type LinkTrouble = Exclude<TokenReading["kind"], "room">;

export interface LinkFormProps {
  /** What is wrong with the link that led here. */
  readonly trouble?: LinkTrouble;
  /** Whether it is what the page is for. */
  readonly isMain?: boolean;
  readonly onToken: (token: string) => void;
}

/** Takes the link to a call that somebody was given. */
export function LinkForm({ trouble = "none", isMain = false, onToken }: LinkFormProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<LinkTrouble | null>(trouble === "none" ? null : trouble);
  const fieldId = useId();

  const submit = () => {
    const token = tokenInText(text);
    const reading = readToken(token);
    if (reading.kind === "room") onToken(reading.token);
    else setProblem(reading.kind === "none" ? "unreadable" : reading.kind);
  };
  return (
    <>
      <p>Open the link that you were given, or paste it here.</p>
      {problem === null ? null : (
        <Banner tone="error" title={troubleTitle(problem)} testId="error">
          <p>Copy the whole link, from the beginning to the end, or ask for a new one.</p>
        </Banner>
      )}
      <Form onSubmit={submit}>
        <div className="field">
          <label className="field__label" htmlFor={fieldId}>Link</label>
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
        <Button look={isMain ? "primary" : "secondary"} type="submit" disabled={text.trim() === ""}>Continue</Button>
      </Form>
    </>
  );
}

function troubleTitle(trouble: LinkTrouble): string {
  switch (trouble) {
    case "none":
    case "unreadable":
      return "This link is not complete";
    case "not-a-room":
      return "This link is not for a call";
  }
}
