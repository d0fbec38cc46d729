import { useCallback, useRef, useState } from "react";
import type { RefObject } from "react";
import { minimumPasswordLength } from "../../api/accounts";
import { TextField } from "../../ui/Field";
import { passwordProblems } from "./password";
import type { PasswordProblems } from "./password";

export const passwordHint = `At least ${minimumPasswordLength} characters: three or four words that do not belong together, say.`;

/** A new password while it is being chosen, written twice. */
export interface NewPassword {
  readonly password: string;
  readonly repeated: string;
  readonly problems: PasswordProblems | null;
  readonly setPassword: (text: string) => void;
  readonly setRepeated: (text: string) => void;
  /** Says what is wrong, and whether nothing is. With `focus` the cursor goes where it is. */
  check(focus: boolean): boolean;
  readonly clear: () => void;
}

/** Where each of the two is written. */
export interface NewPasswordInputs {
  readonly first: RefObject<HTMLInputElement>;
  readonly again: RefObject<HTMLInputElement>;
}

export function useNewPassword(): readonly [NewPassword, NewPasswordInputs] {
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const [problems, setProblems] = useState<PasswordProblems | null>(null);
  const first = useRef<HTMLInputElement>(null);
  const again = useRef<HTMLInputElement>(null);
  const clear = useCallback(() => {
    setPassword("");
    setRepeated("");
    setProblems(null);
  }, []);
  const chosen: NewPassword = {
    password, repeated, problems, setPassword, setRepeated,
    check(focus) {
      const found = passwordProblems(password, repeated);
      setProblems(found);
      const wrong = found.password !== null ? first : found.repeated !== null ? again : null;
      if (focus) wrong?.current?.focus();
      return wrong === null;
    },
    clear,
  };
  return [chosen, { first, again }];
}

export interface NewPasswordFieldsProps {
  readonly chosen: NewPassword;
  readonly inputs: NewPasswordInputs;
  /** What the server says of it; null where it has nothing to say. */
  readonly refusal: string | null;
}

export function NewPasswordFields({ chosen, inputs: { first, again }, refusal }: NewPasswordFieldsProps) {
  return (
    <>
      <TextField
        ref={first}
        label="New password"
        type="password"
        autoComplete="new-password"
        testId="password-input"
        hint={passwordHint}
        value={chosen.password}
        problem={chosen.problems?.password ?? refusal}
        onChange={chosen.setPassword}
      />
      <TextField
        ref={again}
        label="The new password again"
        type="password"
        autoComplete="new-password"
        testId="repeat-input"
        value={chosen.repeated}
        problem={chosen.problems?.repeated ?? null}
        onChange={chosen.setRepeated}
      />
    </>
  );
}
