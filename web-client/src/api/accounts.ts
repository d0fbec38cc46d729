/** What can be done about an account without being signed in. */
import type { Api } from "./http";

/** The fewest characters of a password. The server has further rules, and the last word. */
export const minimumPasswordLength = 8;

/** Confirms an e-mail address with the token of a mail. Refused as `token_invalid` where it holds no more. */
export function verifyEmail(api: Api, token: string): Promise<void> {
  return api.tell("POST", "/auth/verify-email", { token });
}

/** Asks for a mail with a link to choose a new password. The answer does not tell whether there is such an account. */
export function requestPasswordReset(api: Api, email: string): Promise<void> {
  return api.tell("POST", "/auth/password-reset", { email });
}

/** Sets a new password with the token of a mail; this confirms the e-mail address, too, and ends every sign-in. */
export function confirmPasswordReset(api: Api, token: string, password: string): Promise<void> {
  return api.tell("POST", "/auth/password-reset/confirm", { token, password });
}
