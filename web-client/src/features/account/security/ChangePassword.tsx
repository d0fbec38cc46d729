import { useEffect, useRef, useState } from "react";
import { changePassword } from "../../../api/account";
import { useMarket } from "../../../app/market";
import { TextField } from "../../../ui/Field";
import { Form } from "../../../ui/Form";
import { SendButton } from "../../../ui/SendButton";
import { Trouble } from "../../../ui/Trouble";
import { useRefocus } from "../../../ui/useRefocus";
import { useAttempt } from "../../../ui/useAttempt";
import type { Attempt } from "../../../ui/useAttempt";
import { NewPasswordFields, useNewPassword } from "../../auth/NewPassword";

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
  const [wasSent, setSent] = useState(false);
  const [chosen, inputs] = useNewPassword();
  const { clear } = chosen;
  const currentField = useRef<HTMLInputElement>(null);
  const error = attempt.name === "failed" ? attempt.error : null;
  const isWrong = error?.is("wrong_password") === true;
  const refused = error?.of("/newPassword").join(" ") ?? "";

  useRefocus(isWrong ? currentField : refused === "" ? null : inputs.first, error);
  useEffect(() => {
    if (attempt.name !== "done") return;
    // What was typed is of no more use, and is not to stay on the screen.
    // oxlint-disable-next-line react/set-state-in-effect
    setCurrent("");
    setSent(false);
    clear();
  }, [attempt, clear]);

  const submit = () => {
    setSent(true);
    const isChosen = chosen.check(current !== "");
    if (current === "") currentField.current?.focus();
    else if (isChosen) onSubmit(current, chosen.password);
  };
  return (
    <Form className="panel panel--form" aria-labelledby="password-title" data-testid="password-form" onSubmit={submit}>
      <h2 id="password-title">Password</h2>
      {error === null || isWrong || refused !== "" ? null : <Trouble error={error} />}
      <TextField
        ref={currentField}
        label="Your password now"
        type="password"
        autoComplete="current-password"
        testId="current-input"
        value={current}
        problem={isWrong ? "This is not your password." : wasSent && current === "" ? "Write the password that holds now." : null}
        onChange={setCurrent}
      />
      <NewPasswordFields chosen={chosen} inputs={inputs} refusal={refused === "" ? null : refused} />
      <SendButton
        isSending={attempt.name === "sending"} label="Change the password" labelWhileSending="Changing…" testId="change-button"
      />
      <p role="status" data-testid="password-changed">
        {attempt.name === "done" && chosen.password === "" ? "Changed. Everywhere else you are signed out." : null}
      </p>
    </Form>
  );
}
