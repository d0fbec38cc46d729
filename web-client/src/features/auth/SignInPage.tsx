import { useRef, useState } from "react";
import type { Session } from "../../api/session";
import { Banner } from "../../ui/Banner";
import { TextField } from "../../ui/Field";
import { Link } from "../../app/navigation";
import { useKept } from "../../ui/useKept";
import { CardPage } from "../../ui/CardPage";
import { Form } from "../../ui/Form";
import { Trouble } from "../../ui/Trouble";
import { SendButton } from "../../ui/SendButton";
import { useRefocus } from "../../ui/useRefocus";
import { useAttempt } from "../../ui/useAttempt";
import type { Attempt } from "../../ui/useAttempt";

export interface SignInPageProps {
  readonly session: Session;
  /** Why one has to sign in; null where that is plain. */
  readonly reason: "ended" | "needed" | null;
}

export function SignInPage({ session, reason }: SignInPageProps) {
  const [attempt, begin] = useAttempt();
  return (
    <SignInForm
      attempt={attempt}
      reason={reason}
      onSubmit={(email, password) => begin(() => session.signIn(email, password))}
    />
  );
}

export interface SignInFormProps {
  readonly attempt: Attempt;
  readonly reason: SignInPageProps["reason"];
  readonly onSubmit: (email: string, password: string) => void;
}

export function SignInForm({ attempt, reason, onSubmit }: SignInFormProps) {
  const [email, setEmail] = useKept("sign-in-email");
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState<"email" | "password" | null>(null);
  const emailField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const isWrong = attempt.name === "failed" && attempt.error.is("invalid_credentials");

  useRefocus(isWrong ? passwordField : null, attempt);

  const submit = () => {
    const address = email.trim();
    const lacks = address === "" ? "email" : password === "" ? "password" : null;
    setMissing(lacks);
    if (lacks === "email") emailField.current?.focus();
    else if (lacks === "password") passwordField.current?.focus();
    else onSubmit(address, password);
  };
  return (
    <CardPage title="Sign in" testId="sign-in">
      {reason === "ended" && attempt.name === "idle" ? (
        <Banner tone="info" testId="sign-in-reason"><p>You are not signed in any more. Sign in again to go on.</p></Banner>
      ) : null}
      {reason === "needed" && attempt.name === "idle" ? <p>Sign in to see this page.</p> : null}
      {attempt.name !== "failed" ? null : isWrong ? (
        <Banner tone="error" title="E-mail address or password is wrong" testId="error">
          <p>Is everything spelt right? If you forgot the password, choose a new one by mail.</p>
        </Banner>
      ) : <Trouble error={attempt.error} />}
      <Form onSubmit={submit}>
        <TextField
          ref={emailField}
          label="E-mail address"
          type="email"
          autoComplete="username"
          testId="email-input"
          value={email}
          problem={missing === "email" ? "Enter your e-mail address." : null}
          onChange={setEmail}
        />
        <TextField
          ref={passwordField}
          label="Password"
          type="password"
          autoComplete="current-password"
          testId="password-input"
          value={password}
          problem={missing === "password" ? "Enter your password." : null}
          onChange={setPassword}
        />
        <SendButton
          isSending={attempt.name === "sending"}
          label="Sign in"
          labelWhileSending="Signing in…"
          testId="sign-in-button"
        />
      </Form>
      <p className="card__links">
        <Link to={{ page: "register" }} data-testid="register-link">Create an account</Link>
        <a href="/reset-password">Forgot the password?</a>
      </p>
    </CardPage>
  );
}
