/** JSON-RPC's codes and our own, with the name each goes by in the client. */
const names = {
  [-32700]: "parse_error",
  [-32600]: "invalid_request",
  [-32601]: "method_not_found",
  [-32602]: "invalid_params",
  [-32603]: "internal",
  [-32001]: "unauthenticated",
  [-32002]: "forbidden",
  [-32003]: "not_found",
  [-32004]: "conflict",
  [-32005]: "rate_limited",
  [-32006]: "unavailable",
} as const;

type Codes = typeof names;
export type ErrorKind = Codes[keyof Codes] | "timeout" | "disconnected" | "invalid_result" | "unknown";

function isKnown(code: number): code is keyof Codes {
  return Object.hasOwn(names, code);
}

function kindOf(code: number): ErrorKind {
  return isKnown(code) ? names[code] : "unknown";
}

/** Why a request was not answered with a result. */
export class SignalingError extends Error {
  /** The class of the error: what to do about it. */
  readonly kind: ErrorKind;
  /** The reason by name (`room_full`), where the server gave one. */
  readonly reason: string | null;
  /** Everything the server said besides. */
  readonly data: { readonly [key: string]: unknown };

  constructor(kind: ErrorKind, message: string, data: { readonly [key: string]: unknown } = {}) {
    super(message);
    this.name = "SignalingError";
    this.kind = kind;
    this.data = data;
    this.reason = typeof data["code"] === "string" ? data["code"] : null;
  }

  /** Whether the same request may succeed a little later, without anybody changing anything. */
  get isPassing(): boolean {
    return ["timeout", "disconnected", "rate_limited", "unavailable"].includes(this.kind);
  }

  static fromWire(error: { readonly [key: string]: unknown }): SignalingError {
    const code = error["code"];
    const message = error["message"];
    const data = error["data"];
    return new SignalingError(
      typeof code === "number" ? kindOf(code) : "unknown",
      typeof message === "string" ? message : "the server reported an error",
      typeof data === "object" && data !== null && !Array.isArray(data) ? { ...data } : {},
    );
  }
}

export function asSignalingError(error: unknown): SignalingError {
  if (error instanceof SignalingError) return error;
  return new SignalingError("unknown", error instanceof Error ? error.message : String(error));
}
