/** What a media path is told, and what it tells. */
import type { SignalingError } from "../../signaling/errors";
import type { ClientNotificationParams, IceServer, Slot } from "../../signaling/messages";

export type Candidate = ClientNotificationParams<"media.candidate">;
export type RemoteTracks = { readonly [S in Slot]: MediaStreamTrack | null };
export type LinkPath = "connecting" | "connected" | "interrupted";

/** The way to the other end of the negotiation: the relay, or the other browser. */
export interface LinkSignals {
  /** The relay's answer; null where the answer will come by itself. */
  offer(sdp: string): Promise<string | null>;
  answer(sdp: string): Promise<void>;
  candidate(candidate: Candidate): void;
}

export interface LinkEvents {
  readonly tracksChanged: (tracks: RemoteTracks) => void;
  readonly pathChanged: (path: LinkPath) => void;
  /** An error that no further attempt of the link itself will mend. */
  readonly failed: (error: SignalingError) => void;
}

export interface LinkOptions {
  readonly iceServers: readonly IceServer[];
  /** Which side gives way when both offer at once (peer to peer). */
  readonly polite: boolean;
  readonly signals: LinkSignals;
  readonly events: LinkEvents;
  readonly createConnection?: (configuration: RTCConfiguration) => RTCPeerConnection;
}

export const noTracks: RemoteTracks = { mic: null, camera: null, screen: null };
