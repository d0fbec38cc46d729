/** One's own account: what it says, how it is protected, and what is known of its owner. */
import { boolean, choice, list, nullable, object, string, timestamp } from "../signaling/shape";
import type { Infer } from "../signaling/shape";
import type { Api } from "./http";
import { query } from "./path";
import { page, user } from "./shapes";
import type { Page, User } from "./shapes";

const eventKinds = [
  "registered", "registered_again", "email_verified", "signed_in", "sign_in_failed", "sign_in_delayed", "sign_in_suspended",
  "refresh_reused", "signed_out", "signed_out_everywhere", "password_reset_requested", "password_reset", "password_changed",
  "report_decided", "user_reinstated", "comment_hidden", "warned", "suspended", "suspension_lifted", "exported", "erased",
] as const;

export const securityEvent = object(
  { id: string, kind: choice(eventKinds, "signed_in"), occurredAt: timestamp }, { userId: string, address: string });
export const consentDocument = choice(["terms", "privacy", "recording", "marketing"], "terms");
export const consents = object({
  consents: list(object({
    document: consentDocument,
    required: boolean,
    currentVersion: string,
    version: nullable(string),
    granted: boolean,
    recordedAt: nullable(timestamp),
  })),
});
export const erased = object({ kept: list(object({ what: string, why: string, until: timestamp })) });

export type SecurityEvent = Infer<typeof securityEvent>;
export type Consent = Infer<typeof consents>["consents"][number];
export type Kept = Infer<typeof erased>["kept"][number];

const events = page(securityEvent);

export function rename(api: Api, name: string): Promise<User> {
  return api.ask("PATCH", "/me", user, { name });
}

/** Ends every other sign-in. Refused as `wrong_password`. */
export function changePassword(api: Api, currentPassword: string, newPassword: string): Promise<void> {
  return api.tell("POST", "/me/password", { currentPassword, newPassword });
}

/** Ends every sign-in, this one too. */
export function signOutEverywhere(api: Api): Promise<void> {
  return api.tell("POST", "/auth/logout-everywhere");
}

export function listSecurityEvents(api: Api, cursor: string | null): Promise<Page<SecurityEvent>> {
  return api.ask("GET", query("/me/security-events", { cursor }), events);
}

export async function myConsents(api: Api): Promise<readonly Consent[]> {
  return (await api.ask("GET", "/me/consents", consents)).consents;
}

/** Refused as `consent_required` where an account needs it. */
export async function setConsent(
  api: Api, { document, currentVersion }: Pick<Consent, "document" | "currentVersion">, granted: boolean,
): Promise<readonly Consent[]> {
  const content = { consents: [{ document, version: currentVersion, granted }] };
  return (await api.ask("PUT", "/me/consents", consents, content)).consents;
}

/** Everything about the account's owner, as a ZIP archive. */
export function exportMe(api: Api): Promise<Blob> {
  return api.fetch("/me/export");
}

/** Deletes the account. Refused as `wrong_password`, and as `session_live` during a call. */
export async function eraseMe(api: Api, password: string): Promise<readonly Kept[]> {
  return (await api.ask("DELETE", "/me", erased, { password })).kept;
}
