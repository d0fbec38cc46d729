import { useState } from "react";
import { rename } from "../../api/account";
import type { User } from "../../api/shapes";
import { useMarket } from "../../app/market";
import { Shell } from "../../app/Shell";
import { TextField } from "../../ui/Field";
import { SendButton } from "../../ui/SendButton";
import { Trouble } from "../../ui/Trouble";
import { useAttempt } from "../../ui/useAttempt";
import type { Attempt } from "../../ui/useAttempt";
import { AccountPlaces } from "./AccountPlaces";

/** Who one is here. */
export function AccountPage() {
  const { api, session, user } = useMarket();
  const [attempt, begin] = useAttempt();
  return (
    <Shell title="Your account">
      <AccountPlaces />
      <NameForm
        user={user}
        attempt={attempt}
        onSave={(name) => begin(async () => {
          await rename(api, name);
          await session.reload();
        })}
      />
    </Shell>
  );
}

const roles: { readonly [role in User["role"]]: string } = {
  customer: "Customer: you ask, and pay for calls.",
  consultant: "Consultant: you answer, and are paid for calls.",
  admin: "Administrator: you look after the marketplace.",
};

export interface NameFormProps {
  readonly user: Pick<User, "name" | "email" | "role" | "emailVerified">;
  readonly attempt: Attempt;
  readonly onSave: (name: string) => void;
}

export function NameForm({ user, attempt, onSave }: NameFormProps) {
  const [name, setName] = useState(user.name);
  const [problem, setProblem] = useState<string | null>(null);
  const error = attempt.name === "failed" ? attempt.error : null;
  const refused = error?.of("/name").join(" ") ?? "";
  return (
    <form
      className="panel panel--form"
      noValidate
      data-testid="account-form"
      onSubmit={(event) => {
        event.preventDefault();
        const isEmpty = name.trim() === "";
        setProblem(isEmpty ? "Write the name that others are to see." : null);
        if (!isEmpty) onSave(name.trim());
      }}
    >
      {error === null || refused !== "" ? null : <Trouble error={error} />}
      <TextField
        label="Name"
        type="text"
        autoComplete="name"
        maxLength={80}
        testId="name-input"
        hint={user.role === "customer" ? "Consultants you talk with see it." : "Others see it."}
        value={name}
        problem={problem ?? (refused === "" ? null : refused)}
        onChange={setName}
      />
      <dl className="pairs">
        <div>
          <dt>E-mail address</dt>
          <dd>{user.email} ({user.emailVerified ? "confirmed" : "not confirmed yet"})</dd>
        </div>
        <div>
          <dt>Role</dt>
          <dd>{roles[user.role]}</dd>
        </div>
      </dl>
      <SendButton isSending={attempt.name === "sending"} label="Save the name" labelWhileSending="Saving…" testId="save-button" />
      <p role="status" data-testid="saved">{attempt.name === "done" && name.trim() === user.name ? "Saved." : null}</p>
    </form>
  );
}
