/**
 * What a room token says about itself. Nothing here is verified, and nothing is decided by it: the claims are shown to
 * the user, and the server judges the token.
 */
import { isRecord } from "../signaling/shape";

export interface RoomClaims {
  readonly room: string;
  readonly userId: string;
  readonly name: string;
  readonly role: "customer" | "consultant" | "observer";
  readonly mode: "relay" | "p2p";
  readonly unmetered: boolean;
  /** Milliseconds since 1970; null: the token does not say. */
  readonly expiresAt: number | null;
}

export type TokenReading =
  | { readonly kind: "none" }
  | { readonly kind: "unreadable" }
  | { readonly kind: "not-a-room" }
  | { readonly kind: "room"; readonly token: string; readonly claims: RoomClaims };

/** The token in a fragment: `#token=…`, or the token alone. */
export function tokenInFragment(fragment: string): string | null {
  const text = fragment.replace(/^#/, "").trim();
  const named = new URLSearchParams(text).get("token");
  if (named !== null && named !== "") return named.trim();
  return looksLikeToken(text) ? text : null;
}

/** The token in whatever the user pasted: a whole link, a fragment, or the token alone. */
export function tokenInText(text: string): string | null {
  const trimmed = text.trim();
  const hash = trimmed.indexOf("#");
  return tokenInFragment(hash < 0 ? trimmed : trimmed.slice(hash));
}

function looksLikeToken(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

function decodePart(part: string): unknown {
  const base64 = part.replace(/-/g, "+").replace(/_/g, "/");
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

export function readToken(token: string | null): TokenReading {
  if (token === null || token === "") return { kind: "none" };
  if (!looksLikeToken(token)) return { kind: "unreadable" };
  let claims: unknown;
  try {
    claims = decodePart(token.split(".")[1] ?? "");
  } catch {
    return { kind: "unreadable" };
  }
  if (!isRecord(claims)) return { kind: "unreadable" };
  const { room, sub, name, role, mode, exp } = claims;
  if (typeof room !== "string" || typeof sub !== "string") return { kind: "not-a-room" };
  return {
    kind: "room",
    token,
    claims: {
      room,
      userId: sub,
      name: typeof name === "string" && name !== "" ? name : "Guest",
      role: role === "consultant" || role === "observer" ? role : "customer",
      mode: mode === "p2p" ? "p2p" : "relay",
      unmetered: claims["unmetered"] === true,
      expiresAt: typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : null,
    },
  };
}

export function hasExpired(claims: RoomClaims, now: number): boolean {
  return claims.expiresAt !== null && claims.expiresAt <= now;
}
