import { useState } from "react";
import { Button } from "../../../ui/Button";
import { TextField } from "../../../ui/Field";

export interface SessionSearchProps {
  /** The session that is shown; null: all. */
  readonly session: string | null;
  /** What of it is looked for. */
  readonly of: "payments" | "disputes";
  readonly onSearch: (session: string | null) => void;
}

const form = /^[0-9A-Za-z-]{1,64}$/;

/** The id of a session in whatever was pasted: the id, or the address of its page; null where there is none. */
export function sessionIn(text: string): string | null {
  const last = text.trim().replace(/[?#].*$/, "").split("/").filter((part) => part !== "").pop() ?? "";
  return form.test(last) ? last : null;
}

export function SessionSearch({ session, of, onSearch }: SessionSearchProps) {
  const [text, setText] = useState(session ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <form
      className="search"
      role="search"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const found = text.trim() === "" ? null : sessionIn(text);
        const isWrong = found === null && text.trim() !== "";
        setProblem(isWrong ? "This is no session's id. Copy it from the address of the call." : null);
        if (!isWrong) onSearch(found);
      }}
    >
      <TextField
        label="Session"
        type="text"
        autoComplete="off"
        required={false}
        hint={`Its id, or the address of its page. Empty: all ${of}.`}
        testId="session-input"
        value={text}
        problem={problem}
        onChange={setText}
      />
      <div className="panel__actions">
        <Button type="submit" look="primary" data-testid="search-button">Show its {of}</Button>
        {session === null ? null : <Button data-testid="show-all-button" onClick={() => onSearch(null)}>Show all</Button>}
      </div>
    </form>
  );
}
