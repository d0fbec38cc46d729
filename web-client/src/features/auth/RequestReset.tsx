import { useRef, useState } from "react";
import { requestPasswordReset } from "../../api/accounts";
import type { Api } from "../../api/http";
import { TextField } from "../../ui/Field";
import { CardPage } from "../../ui/CardPage";
import { Form } from "../../ui/Form";
import { Trouble } from "../../ui/Trouble";
import { SendButton } from "../../ui/SendButton";
import { useRefocus } from "../../ui/useRefocus";
import { useAttempt } from "../../ui/useAttempt";
import type { Attempt } from "../../ui/useAttempt";

export function RequestReset({ api }: { readonly api: Api }) {
  const [attempt, begin] = useAttempt();
  return <RequestResetForm attempt={attempt} onSubmit={(email) => begin(() => requestPasswordReset(api, email))} />;
}

export interface RequestResetFormProps {
  readonly attempt: Attempt;
  readonly onSubmit: (email: string) => void;
}

export function RequestResetForm({ attempt, onSubmit }: RequestResetFormProps) {
  const [email, setEmail] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const isRefused = attempt.name === "failed" && attempt.error.of("/email").length > 0;

  useRefocus(isRefused ? field : null, attempt);

  if (attempt.name === "done") {
    return (
      <CardPage title="Look into your mailbox" testId="reset-requested">
        <p role="status">
          If there is an account with this address, a mail with a link is on its way. It can take a few minutes; look
          among the unwanted mail, too. The link holds for an hour.
        </p>
      </CardPage>
    );
  }

  const submit = () => {
    const text = email.trim();
    setIsMissing(text === "");
    if (text === "") field.current?.focus();
    else onSubmit(text);
  };
  const problem = isMissing
    ? "Enter your e-mail address."
    : isRefused ? "This is not an e-mail address. Is it spelt right?" : null;
  return (
    <CardPage title="Choose a new password" testId="request-reset">
      <p>Enter the e-mail address of your account. We send you a link to choose a new password.</p>
      {attempt.name === "failed" && !isRefused ? <Trouble error={attempt.error} /> : null}
      <Form onSubmit={submit}>
        <TextField
          ref={field}
          label="E-mail address"
          type="email"
          autoComplete="email"
          testId="email-input"
          value={email}
          problem={problem}
          onChange={setEmail}
        />
        <SendButton
          isSending={attempt.name === "sending"}
          label="Send the link"
          labelWhileSending="Sending…"
          testId="send-button"
        />
      </Form>
    </CardPage>
  );
}
