/** Why a request to the API came to nothing. */
import { isRecord } from "../signaling/shape";

/** One field of what was sent that is not as it must be. */
export interface FieldError {
  /** Where, as a JSON Pointer into the body (RFC 6901). */
  readonly pointer: string;
  /** What is expected, in words for whoever filled it in. */
  readonly detail: string;
}

export type Failure =
  /** Nobody answered, or not in time. Whether the server acted is unknown. */
  | { readonly kind: "network" }
  /** Something answered, but not our API: a proxy's error page, say. */
  | { readonly kind: "unreadable"; readonly status: number }
  /** The API refused, in the form of RFC 9457. */
  | {
    readonly kind: "refused";
    readonly status: number;
    /** Names the reason for programs; never changes. */
    readonly code: string;
    /** Names it for people. */
    readonly detail: string;
    readonly errors: readonly FieldError[];
    /** Seconds until it is worth trying again, where the server says. */
    readonly retryAfter: number | null;
    /** Why a bank declined a card, by Stripe's name; only where the API says. */
    readonly declineCode?: string;
  };

export class ApiError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind === "refused" ? `${failure.status} ${failure.code}: ${failure.detail}` : failure.kind);
    this.name = "ApiError";
    this.failure = failure;
  }

  /** Whether the API refused for this reason. */
  is(code: string): boolean {
    return this.failure.kind === "refused" && this.failure.code === code;
  }

  /** Whether the server may have done what it was asked for all the same. */
  get isUnknown(): boolean {
    return this.failure.kind !== "refused" || this.failure.status >= 500;
  }

  /** Whether the same may work by itself in a moment: nobody answered, or who answered cannot just now. */
  get isPassing(): boolean {
    switch (this.failure.kind) {
      case "network":
        return true;
      case "unreadable":
        return this.failure.status >= 500;
      case "refused":
        return this.failure.status >= 500 && this.failure.code !== "payments_unavailable";
    }
  }

  /** What is expected of one field; empty where it is not what was refused. */
  of(pointer: string): readonly string[] {
    if (this.failure.kind !== "refused") return [];
    return this.failure.errors.filter((error) => error.pointer === pointer).map(({ detail }) => detail);
  }
}

/** What an answer without success says. */
export async function readRefusal(response: Response): Promise<Failure> {
  const unreadable: Failure = { kind: "unreadable", status: response.status };
  if (mediaType(response) !== "application/problem+json") return unreadable;
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    return unreadable;
  }
  if (!isRecord(body) || typeof body["code"] !== "string") return unreadable;
  const { code, detail, errors, declineCode } = body;
  return {
    kind: "refused",
    status: response.status,
    code,
    detail: typeof detail === "string" ? detail : "",
    errors: Array.isArray(errors) ? errors.flatMap(readFieldError) : [],
    retryAfter: readSeconds(response.headers.get("Retry-After")),
    ...(typeof declineCode === "string" ? { declineCode } : {}),
  };
}

function readFieldError(entry: unknown): readonly FieldError[] {
  if (!isRecord(entry)) return [];
  const { pointer, detail } = entry;
  return typeof pointer === "string" && typeof detail === "string" ? [{ pointer, detail }] : [];
}

/** Our API gives `Retry-After` in seconds (RFC 9110 §10.2.3); a date is somebody else's. */
function readSeconds(value: string | null): number | null {
  return value !== null && /^\d{1,9}$/.test(value.trim()) ? Number(value) : null;
}

export function mediaType(response: Response): string {
  return (response.headers.get("Content-Type") ?? "").split(";", 1).join("").trim().toLowerCase();
}
