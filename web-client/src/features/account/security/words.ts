/** What is said of the audit log's entries. */
import type { SecurityEvent } from "../../../api/account";

export function eventWords(kind: SecurityEvent["kind"]): string {
  switch (kind) {
    case "registered":
      return "The account was made";
    case "registered_again":
      return "Somebody tried to register this address again";
    case "email_verified":
      return "The e-mail address was confirmed";
    case "signed_in":
      return "Signed in";
    case "sign_in_failed":
      return "A sign-in failed: wrong password";
    case "sign_in_delayed":
      return "A sign-in was refused after too many wrong passwords";
    case "sign_in_suspended":
      return "A sign-in was refused: the account is suspended";
    case "refresh_reused":
      return "A sign-in was used twice, and ended for safety";
    case "signed_out":
      return "Signed out";
    case "signed_out_everywhere":
      return "Signed out everywhere";
    case "password_reset_requested":
      return "A link to choose a new password was asked for";
    case "password_reset":
      return "A new password was chosen by such a link";
    case "password_changed":
      return "The password was changed";
    case "report_decided":
      return "Decided about a report";
    case "user_reinstated":
      return "Lifted somebody’s suspension";
    case "comment_hidden":
      return "A comment is no longer shown";
    case "warned":
      return "The account was warned";
    case "suspended":
      return "The account was suspended";
    case "suspension_lifted":
      return "The suspension was lifted";
    case "exported":
      return "The account’s data was exported";
    case "erased":
      return "The account was deleted";
  }
}

/** Whether it may have been somebody else. */
export function isWorrying(kind: SecurityEvent["kind"]): boolean {
  return kind === "sign_in_delayed" || kind === "refresh_reused";
}
