/**
 * An offer that lets lost packets of sound be asked for again (RFC 4585, `nack`). Browsers can do it and do not offer it by
 * themselves; they follow what the answer says: Chromium asks and answers, Firefox answers. Pictures have it in every offer.
 */
export function withLostSoundAsked(sdp: string): string {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => (section.startsWith("m=audio ") ? withFeedback(section) : section))
    .join("");
}

/** An answer that agrees to it where the offer has it (RFC 4585, 4.2). */
export function answering(offer: string, answer: string): string {
  return withLostSoundAsked(offer) === offer ? withLostSoundAsked(answer) : answer;
}

function withFeedback(section: string): string {
  const types = [...section.matchAll(/^a=rtpmap:(\d+) opus\//gim)].map((match) => match[1] ?? "");
  const missing = types.filter((type) => !new RegExp(`^a=rtcp-fb:(${type}|\\*) nack\\r?$`, "m").test(section));
  return missing.reduce(
    (text, type) => text.replace(new RegExp(`^a=rtpmap:${type} .*\\r?\\n`, "m"), (line) => {
      const end = line.endsWith("\r\n") ? "\r\n" : "\n";
      return `${line}a=rtcp-fb:${type} nack${end}`;
    }),
    section,
  );
}
