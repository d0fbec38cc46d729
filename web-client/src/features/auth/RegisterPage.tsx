import { useRef, useState } from "react";
import { register } from "../../api/accounts";
import type { Registration } from "../../api/accounts";
import type { Api } from "../../api/http";
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
import { passwordHint } from "./NewPassword";
import { passwordProblems } from "./password";

export function RegisterPage({ api }: { readonly api: Api }) {
  const [attempt, begin] = useAttempt();
  const submit = (content: Registration) => begin(() => register(api, content).then(() => undefined));
  return <RegisterForm attempt={attempt} onSubmit={submit} />;
}

export interface RegisterFormProps {
  readonly attempt: Attempt;
  readonly onSubmit: (content: Registration) => void;
}

const fields = ["name", "email", "password"] as const;
type Field = typeof fields[number];
type Problems = { readonly [name in Field]?: string };

export function RegisterForm({ attempt, onSubmit }: RegisterFormProps) {
  const [keptRole, setRole] = useKept("register-role");
  const role: Registration["role"] = keptRole === "consultant" ? "consultant" : "customer";
  const [name, setName] = useKept("register-name");
  const [email, setEmail] = useKept("register-email");
  // A password is kept nowhere.
  const [password, setPassword] = useState("");
  const values = { name, email, password };
  const change = { name: setName, email: setEmail, password: setPassword };
  const [problems, setProblems] = useState<Problems>({});
  const inputs = {
    name: useRef<HTMLInputElement>(null),
    email: useRef<HTMLInputElement>(null),
    password: useRef<HTMLInputElement>(null),
  };
  const error = attempt.name === "failed" ? attempt.error : null;
  const refused: Problems = error === null ? {} : refusals(error.of.bind(error));
  const first = fields.find((name) => refused[name] !== undefined);

  useRefocus(first === undefined ? null : inputs[first], error);

  if (attempt.name === "done") {
    return (
      <CardPage title="Look into your mailbox" testId="registered">
        <p role="status">
          A mail with a link is on its way to {values.email.trim()}. Open it to confirm the address, then sign in. It can
          take a few minutes; look among the unwanted mail, too.
        </p>
        <Link to={{ page: "sign-in" }} className="button button--primary" data-testid="sign-in-link">Sign in</Link>
      </CardPage>
    );
  }

  const submit = () => {
    const found: Problems = {
      ...(values.name.trim() === "" ? { name: "Enter your name, as others are to see it." } : {}),
      ...(values.email.trim() === "" ? { email: "Enter your e-mail address." } : {}),
      ...passwordProblem(values.password),
    };
    setProblems(found);
    const wrong = fields.find((name) => found[name] !== undefined);
    if (wrong !== undefined) inputs[wrong].current?.focus();
    else onSubmit({ name: values.name.trim(), email: values.email.trim(), password: values.password, role });
  };
  const of = (name: Field) => ({
    ref: inputs[name],
    value: values[name],
    problem: problems[name] ?? refused[name] ?? null,
    onChange: (value: string) => {
      change[name](value);
      setProblems({ ...problems, [name]: undefined });
    },
  });
  return (
    <CardPage title="Create an account" testId="register">
      {error !== null && first === undefined ? <Trouble error={error} /> : null}
      <Form onSubmit={submit}>
        <fieldset className="choice">
          <legend className="field__label">What brings you here?</legend>
          <RoleChoice
            kind="customer" chosen={role} onChoose={setRole} title="I have questions"
            text="Ask, and talk to a consultant within minutes."
          />
          <RoleChoice
            kind="consultant" chosen={role} onChoose={setRole} title="I answer questions"
            text="Be asked about what you know, at your own rate."
          />
        </fieldset>
        <TextField label="Name" type="text" autoComplete="name" testId="name-input" maxLength={80} {...of("name")} />
        <TextField label="E-mail address" type="email" autoComplete="email" testId="email-input" {...of("email")} />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          testId="password-input"
          hint={passwordHint}
          {...of("password")}
        />
        <SendButton
          isSending={attempt.name === "sending"}
          label="Create the account"
          labelWhileSending="Creating…"
          testId="register-button"
        />
        <p className="field__hint">By registering you agree to the terms and to the privacy notice.</p>
      </Form>
      <p className="card__links">
        <Link to={{ page: "sign-in" }} data-testid="sign-in-link">I have an account: sign in</Link>
      </p>
    </CardPage>
  );
}

function passwordProblem(password: string): Problems {
  const problem = passwordProblems(password, password).password;
  return problem === null ? {} : { password: problem };
}

function refusals(of: (pointer: string) => readonly string[]): Problems {
  const found = fields.flatMap((name) => {
    const details = of(`/${name}`);
    if (details.length === 0) return [];
    return [[name, name === "email" ? "This is not an e-mail address. Is it spelt right?" : details.join(" ")]];
  });
  return Object.fromEntries(found) as Problems;
}

interface RoleChoiceProps {
  readonly kind: Registration["role"];
  readonly chosen: Registration["role"];
  readonly onChoose: (role: Registration["role"]) => void;
  readonly title: string;
  readonly text: string;
}

function RoleChoice({ kind, chosen, onChoose, title, text }: RoleChoiceProps) {
  return (
    <label className="choice__option">
      <input
        type="radio"
        name="role"
        value={kind}
        checked={kind === chosen}
        data-testid={`role-${kind}`}
        onChange={() => onChoose(kind)}
      />
      <strong>{title}</strong>
      <span className="choice__text">{text}</span>
    </label>
  );
}
