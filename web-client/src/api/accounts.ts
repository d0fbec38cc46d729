/** Accounts: what can be done without being signed in, and signing in itself. */
import type { Api } from "./http";
import { registration, tokens } from "./shapes";
import type { Tokens, User } from "./shapes";

/** The fewest characters of a password. The server has further rules, and the last word. */
export const minimumPasswordLength = 8;

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly role: "customer" | "consultant";
}

/** Makes an account, and sends a mail with a link. An address that has one already gets the same answer. */
export async function register(api: Api, content: Registration): Promise<User> {
  return (await api.ask("POST", "/auth/register", registration, content)).user;
}

/** Refused as `invalid_credentials`, and as `sign_in_delayed` after too many failures. */
export function signIn(api: Api, email: string, password: string): Promise<Tokens> {
  return api.ask("POST", "/auth/login", tokens, { email, password });
}

/** The next access token, by the cookie. Refused as `refresh_token_invalid` where nobody is signed in any more. */
export function refresh(api: Api): Promise<Tokens> {
  return api.ask("POST", "/auth/refresh", tokens);
}

/** Ends the sign-in that the cookie belongs to. */
export function signOut(api: Api): Promise<void> {
  return api.tell("POST", "/auth/logout");
}

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
