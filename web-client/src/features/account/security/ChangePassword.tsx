import { useEffect, useRef, useState } from "react";
import { changePassword } from "../../../api/account";
import { minimumPasswordLength } from "../../../api/accounts";
import { useMarket } from "../../../app/market";
import { TextField } from "../../../ui/Field";
import { SendButton } from "../../../ui/SendButton";
import { Trouble } from "../../../ui/Trouble";
import { useAttempt } from "../../../ui/useAttempt";
import type { Attempt } from "../../../ui/useAttempt";
import { passwordProblems } from "../../auth/password";
import type { PasswordProblems } from "../../auth/password";

export function ChangePassword({ onChanged }: { readonly onChanged: () => void }) {
  const { api } = useMarket();
  const [attempt, begin] = useAttempt();
  return (
    <PasswordForm
      attempt={attempt}
      onSubmit={(current, next) => begin(() => changePassword(api, current, next).then(onChanged))}
    />
  );
}

export interface PasswordFormProps {
  readonly attempt: Attempt;
  readonly onSubmit: (current: string, next: string) => void;
}

export function PasswordForm({ attempt, onSubmit }: PasswordFormProps) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [repeated, setRepeated] = useState("");
  const [problems, setProblems] = useState<PasswordProblems | null>(null);
  const currentField = useRef<HTMLInputElement>(null);
  const nextField = useRef<HTMLInputElement>(null);
  const repeatedField = useRef<HTMLInputElement>(null);
  const error = attempt.name === "failed" ? attempt.error : null;
  const isWrong = error?.is("wrong_password") === true;
  const refused = error?.of("/newPassword").join(" ") ?? "";

  useEffect(() => {
    if (isWrong) currentField.current?.focus();
    else if (refused !== "") nextField.current?.focus();
    // Each refusal anew, also where it is the same one.
  }, [error, isWrong, refused]);
  useEffect(() => {
    if (attempt.name !== "done") return;
    // What was typed is of no more use, and is not to stay on the screen.
    // oxlint-disable-next-line react/set-state-in-effect
    setCurrent("");
    setNext("");
    setRepeated("");
  }, [attempt]);

  const submit = () => {
    const found = passwordProblems(next, repeated);
    setProblems(found);
    if (current === "") currentField.current?.focus();
    else if (found.password !== null) nextField.current?.focus();
    else if (found.repeated !== null) repeatedField.current?.focus();
    else onSubmit(current, next);
  };
  return (
    <form
      className="panel panel--form"
      noValidate
      aria-labelledby="password-title"
      data-testid="password-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2 id="password-title">Password</h2>
      {error === null || isWrong || refused !== "" ? null : <Trouble error={error} />}
      <TextField
        ref={currentField}
        label="Your password now"
        type="password"
        autoComplete="current-password"
        testId="current-input"
        value={current}
        problem={isWrong ? "This is not your password." : problems !== null && current === "" ? "Write the password that holds now." : null}
        onChange={setCurrent}
      />
      <TextField
        ref={nextField}
        label="New password"
        type="password"
        autoComplete="new-password"
        testId="password-input"
        hint={`At least ${minimumPasswordLength} characters: three or four words that do not belong together, say.`}
        value={next}
        problem={problems?.password ?? (refused === "" ? null : refused)}
        onChange={setNext}
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
        isSending={attempt.name === "sending"} label="Change the password" labelWhileSending="Changing…" testId="change-button"
      />
      <p role="status" data-testid="password-changed">
        {attempt.name === "done" && next === "" ? "Changed. Everywhere else you are signed out." : null}
      </p>
    </form>
  );
}
