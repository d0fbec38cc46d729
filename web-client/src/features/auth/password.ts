/** What can be said of a new password. */
import { minimumPasswordLength } from "../../api/accounts";

export interface PasswordProblems {
  readonly password: string | null;
  readonly repeated: string | null;
}

/** What can be said of two entries without asking the server. */
export function passwordProblems(password: string, repeated: string): PasswordProblems {
  // Counted as the server counts: characters of the composed form, whatever the keyboard made of them.
  const length = Array.from(password.normalize("NFC")).length;
  if (length < minimumPasswordLength) {
    return { password: `Use at least ${minimumPasswordLength} characters.`, repeated: null };
  }
  return { password: null, repeated: password === repeated ? null : "This is not the same password." };
}
