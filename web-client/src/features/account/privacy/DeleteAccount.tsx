import { useEffect, useRef, useState } from "react";
import { eraseMe } from "../../../api/account";
import type { ApiError } from "../../../api/error";
import { useMarket } from "../../../app/market";
import { Banner } from "../../../ui/Banner";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { TextField } from "../../../ui/Field";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";
import type { Attempt } from "../../../ui/useAttempt";

export function DeleteAccount() {
  const { api, session } = useMarket();
  const [isAsking, setAsking] = useState(false);
  const [attempt, begin] = useAttempt();
  return (
    <section className="panel" aria-labelledby="delete-title">
      <h2 id="delete-title">Delete the account</h2>
      <p>What the law wants kept, like invoices, stays without your name. Everything else is removed at once, for good.</p>
      <div className="panel__actions">
        <Button data-testid="delete-button" onClick={() => setAsking(true)}>Delete the account…</Button>
      </div>
      {isAsking ? (
        <Dialog title="Delete the account for good?" onClose={() => setAsking(false)}>
          <DeleteForm
            attempt={attempt}
            onCancel={() => setAsking(false)}
            onDelete={(password) => begin(async () => session.erased(await eraseMe(api, password)))}
          />
        </Dialog>
      ) : null}
    </section>
  );
}

export interface DeleteFormProps {
  readonly attempt: Attempt;
  readonly onCancel: () => void;
  readonly onDelete: (password: string) => void;
}

export function DeleteForm({ attempt, onCancel, onDelete }: DeleteFormProps) {
  const [password, setPassword] = useState("");
  const [isMissing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const error = attempt.name === "failed" ? attempt.error : null;
  const isWrong = error?.is("wrong_password") === true;

  useEffect(() => {
    if (isWrong) field.current?.focus();
  }, [error, isWrong]);
  return (
    <form
      className="card__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(password === "");
        if (password === "") field.current?.focus();
        else onDelete(password);
      }}
    >
      <p>Nobody can bring it back. If you want your data, get it first.</p>
      {error === null || isWrong ? null : <Refusal error={error} />}
      <TextField
        ref={field}
        label="Your password"
        type="password"
        autoComplete="current-password"
        testId="password-input"
        value={password}
        problem={isWrong ? "This is not your password." : isMissing && password === "" ? "Write your password, so that we know it is you." : null}
        onChange={setPassword}
      />
      <div className="panel__actions">
        <Button type="submit" look="danger" data-testid="confirm-delete-button" aria-disabled={attempt.name === "sending"}>
          {attempt.name === "sending" ? "Deleting…" : "Delete for good"}
        </Button>
        <Button onClick={onCancel}>Keep the account</Button>
      </div>
    </form>
  );
}

function Refusal({ error }: { readonly error: ApiError }) {
  if (!error.is("session_live")) return <Trouble error={error} />;
  return (
    <Banner tone="error" title="You are in a call" testId="error">
      <p>End the call first, then try again.</p>
    </Banner>
  );
}
