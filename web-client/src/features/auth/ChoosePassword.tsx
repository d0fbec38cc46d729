import { useEffect, useRef, useState } from "react";
import { confirmPasswordReset, minimumPasswordLength } from "../../api/accounts";
import type { Api } from "../../api/http";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { Link } from "../../app/navigation";
import { AccountCard, DeadLink } from "./AccountCard";
import { Trouble } from "../../ui/Trouble";
import { SendButton } from "../../ui/SendButton";
import { useAttempt } from "../../ui/useAttempt";
import type { Attempt } from "../../ui/useAttempt";
import { passwordProblems } from "./password";
import type { PasswordProblems } from "./password";

export interface ChoosePasswordProps {
  readonly api: Api;
  readonly token: string;
  readonly onNewLink: () => void;
}

export function ChoosePassword({ api, token, onNewLink }: ChoosePasswordProps) {
  const [attempt, begin] = useAttempt();
  return (
    <ChoosePasswordForm
      attempt={attempt}
      onSubmit={(password) => begin(() => confirmPasswordReset(api, token, password))}
      onNewLink={onNewLink}
    />
  );
}

export interface ChoosePasswordFormProps {
  readonly attempt: Attempt;
  readonly onSubmit: (password: string) => void;
  readonly onNewLink: () => void;
}

export function ChoosePasswordForm({ attempt, onSubmit, onNewLink }: ChoosePasswordFormProps) {
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const [problems, setProblems] = useState<PasswordProblems | null>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const repeatedField = useRef<HTMLInputElement>(null);
  const refused = attempt.name === "failed" ? attempt.error.of("/password") : [];
  const isRefused = refused.length > 0;

  useEffect(() => {
    if (isRefused) passwordField.current?.focus();
  }, [isRefused]);

  if (attempt.name === "done") {
    return (
      <AccountCard title="Your password is changed" testId="password-changed">
        <p role="status">Sign in with the new one. Wherever you were signed in before, you are not any more.</p>
        <Link to={{ page: "sign-in" }} className="button button--primary" data-testid="sign-in-link">Sign in</Link>
      </AccountCard>
    );
  }
  if (attempt.name === "failed" && attempt.error.is("token_invalid")) {
    return (
      <DeadLink>
        <Button look="primary" data-testid="new-link-button" onClick={onNewLink}>Get a new link</Button>
      </DeadLink>
    );
  }

  const submit = () => {
    const found = passwordProblems(password, repeated);
    setProblems(found);
    if (found.password !== null) passwordField.current?.focus();
    else if (found.repeated !== null) repeatedField.current?.focus();
    else onSubmit(password);
  };
  return (
    <AccountCard title="Choose a new password" testId="choose-password">
      {attempt.name === "failed" && !isRefused ? <Trouble error={attempt.error} /> : null}
      <form
        className="card__form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          ref={passwordField}
          label="New password"
          type="password"
          autoComplete="new-password"
          testId="password-input"
          value={password}
          hint={`At least ${minimumPasswordLength} characters: three or four words that do not belong together, say.`}
          problem={problems?.password ?? (isRefused ? refused.join(" ") : null)}
          onChange={setPassword}
        />
        <TextField
          ref={repeatedField}
          label="The new password again"
          type="password"
          autoComplete="new-password"
          testId="repeat-input"
          value={repeated}
          problem={problems?.repeated ?? null}
          onChange={setRepeated}
        />
        <SendButton
          isSending={attempt.name === "sending"}
          label="Change the password"
          labelWhileSending="Changing…"
          testId="change-button"
        />
      </form>
    </AccountCard>
  );
}
