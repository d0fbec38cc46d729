import { confirmPasswordReset } from "../../api/accounts";
import type { Api } from "../../api/http";
import { Button } from "../../ui/Button";
import { Link } from "../../app/navigation";
import { CardPage } from "../../ui/CardPage";
import { Form } from "../../ui/Form";
import { DeadLink } from "./DeadLink";
import { Trouble } from "../../ui/Trouble";
import { SendButton } from "../../ui/SendButton";
import { useAttempt } from "../../ui/useAttempt";
import type { Attempt } from "../../ui/useAttempt";
import { useRefocus } from "../../ui/useRefocus";
import { NewPasswordFields, useNewPassword } from "./NewPassword";

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
  const [chosen, inputs] = useNewPassword();
  const refused = attempt.name === "failed" ? attempt.error.of("/password") : [];
  const isRefused = refused.length > 0;
  useRefocus(isRefused ? inputs.first : null, attempt);

  if (attempt.name === "done") {
    return (
      <CardPage title="Your password is changed" testId="password-changed">
        <p role="status">Sign in with the new one. Wherever you were signed in before, you are not any more.</p>
        <Link to={{ page: "sign-in" }} className="button button--primary" data-testid="sign-in-link">Sign in</Link>
      </CardPage>
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
    if (chosen.check(true)) onSubmit(chosen.password);
  };
  return (
    <CardPage title="Choose a new password" testId="choose-password">
      {attempt.name === "failed" && !isRefused ? <Trouble error={attempt.error} /> : null}
      <Form onSubmit={submit}>
        <NewPasswordFields chosen={chosen} inputs={inputs} refusal={isRefused ? refused.join(" ") : null} />
        <SendButton
          isSending={attempt.name === "sending"}
          label="Change the password"
          labelWhileSending="Changing…"
          testId="change-button"
        />
      </Form>
    </CardPage>
  );
}
