import { verifyEmail } from "../../api/accounts";
import type { Api } from "../../api/http";
import { Link } from "../../app/navigation";
import { CardPage } from "../../ui/CardPage";
import { DeadLink } from "./DeadLink";
import { Trouble } from "../../ui/Trouble";
import { SendButton } from "../../ui/SendButton";
import { useAttempt } from "../../ui/useAttempt";
import type { Attempt } from "../../ui/useAttempt";

export interface VerifyEmailPageProps {
  readonly api: Api;
  readonly token: string | null;
}

/** Where the mail of a registration leads. Programs that scan mails follow links: nothing is done without a click. */
export function VerifyEmailPage({ api, token }: VerifyEmailPageProps) {
  const [attempt, begin] = useAttempt();
  if (token === null) return <IncompleteLink />;
  return <VerifyEmail attempt={attempt} onConfirm={() => begin(() => verifyEmail(api, token))} />;
}

export interface VerifyEmailProps {
  readonly attempt: Attempt;
  readonly onConfirm: () => void;
}

export function VerifyEmail({ attempt, onConfirm }: VerifyEmailProps) {
  if (attempt.name === "done") {
    return (
      <CardPage title="Your e-mail address is confirmed" testId="verified">
        <p role="status">Thank you. You can sign in now.</p>
        <Link to={{ page: "sign-in" }} className="button button--primary" data-testid="sign-in-link">Sign in</Link>
      </CardPage>
    );
  }
  if (attempt.name === "failed" && attempt.error.is("token_invalid")) {
    return (
      <DeadLink>
        <p>
          If you confirmed your address already, all is well: <Link to={{ page: "sign-in" }}>sign in</Link>. If not,{" "}
          <a href="/reset-password">choose a password by mail</a>, which confirms your address, too.
        </p>
      </DeadLink>
    );
  }
  return (
    <CardPage title="Confirm your e-mail address" testId="verify-email">
      <p>One click, and your account at Consultant Connect is ready.</p>
      {attempt.name === "failed" ? <Trouble error={attempt.error} /> : null}
      <SendButton
        isSending={attempt.name === "sending"}
        label="Confirm"
        labelWhileSending="Confirming…"
        testId="confirm-button"
        onClick={onConfirm}
      />
    </CardPage>
  );
}

export function IncompleteLink() {
  return (
    <CardPage title="This link is not complete" testId="incomplete">
      <p>Open the link in the mail once more, or copy all of it, from beginning to end, into the address bar.</p>
    </CardPage>
  );
}
