/** Why a source could not be opened, told apart by what the user can do about it. */
export type MediaProblem =
  /** The user, or a setting, refused (NotAllowedError). */
  | "refused"
  /** There is no such device (NotFoundError). */
  | "absent"
  /** Another program has it, or the system does not give it (NotReadableError). */
  | "busy"
  /** The page is not served over HTTPS, so browsers give it no devices. */
  | "insecure"
  /** It stopped by itself: unplugged, or taken away. */
  | "gone"
  | "unknown";

export function problemOf(error: unknown): MediaProblem {
  const name = typeof error === "object" && error !== null && "name" in error
    ? String((error as { readonly name: unknown }).name)
    : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
    case "PermissionDeniedError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
    case "DevicesNotFoundError":
      return "absent";
    case "NotReadableError":
    case "AbortError":
    case "TrackStartError":
      return "busy";
    default:
      return "unknown";
  }
}
