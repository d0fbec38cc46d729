import type { Candidate } from "./interface";

const limit = 256;

/** The other end's candidates: those that come before its description wait for it. */
export class RemoteCandidates {
  #early: Candidate[] = [];

  async take(candidate: Candidate, connection: RTCPeerConnection | null): Promise<void> {
    if (connection !== null && connection.remoteDescription !== null) await add(connection, candidate);
    else if (this.#early.length < limit) this.#early.push(candidate);
  }

  /** The description is there. */
  async release(connection: RTCPeerConnection): Promise<void> {
    const early = this.#early;
    this.#early = [];
    // In the order in which they came.
    // oxlint-disable-next-line no-await-in-loop
    for (const candidate of early) await add(connection, candidate);
  }

  clear(): void {
    this.#early = [];
  }
}

async function add(connection: RTCPeerConnection, candidate: Candidate): Promise<void> {
  try {
    await connection.addIceCandidate(candidate);
  } catch {
    // A candidate of an earlier generation, or of a kind this browser does not know; others will do.
  }
}
