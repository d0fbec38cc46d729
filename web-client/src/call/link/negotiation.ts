/** The decisions of offer and answer between two browsers, without a browser. */

/**
 * The identity of the peer connection that wrote a description: username and session id of the `o=` line stay the same
 * through its life (RFC 8829, 5.2.2), so a description with another identity comes from a new page or a new connection.
 */
export function sessionIdentity(sdp: string): string | null {
  const match = /^o=(\S+) (\S+) /m.exec(sdp);
  return match === null ? null : `${match[1] ?? ""} ${match[2] ?? ""}`;
}

export interface OfferSituation {
  /** The remote description of the connection at hand; null if there is none yet, or no connection. */
  readonly remote: string | null;
  /** Our own offer has been delivered and not been answered yet. */
  readonly outstanding: boolean;
  /** On a collision the polite side gives way. */
  readonly polite: boolean;
}

/** `continue`: the offer belongs to the connection at hand; `anew`: it needs a new one; `ignore`: ours goes first. */
export function judgeOffer(situation: OfferSituation, sdp: string): "continue" | "anew" | "ignore" {
  if (situation.outstanding && !situation.polite) return "ignore";
  if (situation.remote === null) return "anew";
  const identity = sessionIdentity(sdp);
  return identity !== null && identity === sessionIdentity(situation.remote) ? "continue" : "anew";
}

/** Of two participants exactly one is polite, and both agree which. */
export function isPolite(ownUserId: string, otherUserId: string): boolean {
  return ownUserId > otherUserId;
}

/** The codecs with the preferred names first, in that order; the rest as it was. */
export function preferCodecs<C extends { readonly mimeType: string }>(
  codecs: readonly C[],
  preferred: readonly string[],
): C[] {
  const rank = (codec: C) => {
    const name = codec.mimeType.split("/")[1]?.toLowerCase();
    const index = preferred.findIndex((wanted) => wanted.toLowerCase() === name);
    return index < 0 ? preferred.length : index;
  };
  return codecs
    .map((codec, index) => ({ codec, index }))
    .sort((a, b) => rank(a.codec) - rank(b.codec) || a.index - b.index)
    .map(({ codec }) => codec);
}
