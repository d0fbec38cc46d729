/** Everything the interface shows of a call, as one value, and how each event changes it. */
import type { FinalReason, Lifecycle } from "../signaling/lifecycle";
import type {
  BillingStatus,
  EndReason,
  Participant,
  Quality,
  Room,
  ServerNotificationParams,
} from "../signaling/messages";
import type { Warning } from "./billing";
import { outlives, warn } from "./billing";
import type { ChatLog } from "./chat";
import { emptyChat } from "./chat";
import type { LinkPath, RemoteTracks } from "./link/interface";

/** The server's reasons, and those that arise on this side. */
export type EndedReason = EndReason | "hangup" | "rejected" | "unauthenticated" | "refused";

/** Why the room could not be entered. */
export interface JoinError {
  readonly reason: string;
  readonly message: string;
}

export type Phase =
  | { readonly name: "lobby"; readonly error: JoinError | null }
  | { readonly name: "joining" }
  | { readonly name: "call" }
  | { readonly name: "ended"; readonly reason: EndedReason };

export type WeakSide = "yours" | "theirs" | "both";

/** How good the media are: from this side and to it, and whose connection the server says is weak. */
export interface CallQuality {
  readonly up: Quality | null;
  readonly down: Quality | null;
  /** Null where neither is; not there where the server does not say. */
  readonly weak?: WeakSide | null;
}

export interface Departure {
  readonly name: string;
  readonly reason: "left" | "timeout";
}

export interface Flow {
  readonly camera: boolean;
  readonly screen: boolean;
}

export interface CallState {
  readonly phase: Phase;
  readonly signaling: Lifecycle;
  /** The media path of this side; `none` while there is nobody to have one with. */
  readonly path: LinkPath | "none";
  readonly mode: "relay" | "p2p";
  readonly room: string;
  readonly you: { readonly userId: string; readonly name: string; readonly role: Participant["role"] };
  readonly participants: readonly Participant[];
  /** The media paths of the others, as the server sees them. */
  readonly paths: { readonly [userId: string]: ServerNotificationParams<"media.connection">["state"] };
  /** Who says by `media.state` what they send; of others only the arriving pictures tell. */
  readonly outspoken: readonly string[];
  /** Whether pictures arrive, slot by slot. */
  readonly flowing: Flow;
  readonly departed: Departure | null;
  readonly tracks: RemoteTracks;
  readonly billing: BillingStatus | null;
  readonly warning: Warning | null;
  readonly quality: CallQuality;
  readonly chat: ChatLog;
  /** When the server stops, if it said so. */
  readonly draining: string | null;
  /** What went wrong with the media for good. */
  readonly mediaError: string | null;
}

export type CallEvent =
  | { readonly name: "joining" }
  | { readonly name: "refused"; readonly error: JoinError }
  | { readonly name: "entered"; readonly room: Room }
  | { readonly name: "signaling"; readonly state: Lifecycle }
  | { readonly name: "path"; readonly path: LinkPath | "none" }
  | { readonly name: "tracks"; readonly tracks: RemoteTracks }
  | { readonly name: "joined"; readonly params: ServerNotificationParams<"room.joined"> }
  | { readonly name: "left"; readonly params: ServerNotificationParams<"room.left"> }
  | { readonly name: "media-state"; readonly params: ServerNotificationParams<"media.state"> }
  | { readonly name: "media-connection"; readonly params: ServerNotificationParams<"media.connection"> }
  | { readonly name: "flow"; readonly flow: Flow }
  | { readonly name: "media-error"; readonly reason: string | null }
  | { readonly name: "billing"; readonly status: BillingStatus }
  | { readonly name: "warning"; readonly params: ServerNotificationParams<"billing.warning">; readonly now: number }
  | { readonly name: "quality"; readonly params: ServerNotificationParams<"quality.status"> }
  | { readonly name: "draining"; readonly deadline: string }
  | { readonly name: "chat"; readonly change: (log: ChatLog) => ChatLog }
  | { readonly name: "ended"; readonly reason: EndedReason };

export function initialState(
  you: CallState["you"],
  room: string,
  mode: CallState["mode"],
  tracks: RemoteTracks,
): CallState {
  return {
    phase: { name: "lobby", error: null },
    signaling: { name: "idle" },
    path: "none",
    mode,
    room,
    you,
    participants: [],
    paths: {},
    outspoken: [],
    flowing: { camera: false, screen: false },
    departed: null,
    tracks,
    billing: null,
    warning: null,
    quality: { up: null, down: null },
    chat: emptyChat,
    draining: null,
    mediaError: null,
  };
}

/** The one on the other side. Observers are present, but the call is not with them. */
export function counterpart(state: CallState): Participant | null {
  return state.participants.find(({ userId, role }) => userId !== state.you.userId && role !== "observer") ?? null;
}

export interface Shown {
  readonly mic: boolean;
  readonly camera: boolean;
  readonly screen: boolean;
}

/** What of the other side is there to be heard and seen. */
export function shownOf(state: CallState, other: Participant): Shown {
  const { mic, camera, screen } = other.media;
  if (mic || camera || screen || state.outspoken.includes(other.userId)) return other.media;
  return { mic: true, ...state.flowing };
}

/** Whom the call is with; for observers, whom they watch. */
export function counterpartNames(state: CallState): string | null {
  const names = state.participants
    .filter(({ userId, role }) => userId !== state.you.userId && role !== "observer")
    .map(({ name }) => name);
  return names.length === 0 ? null : names.join(" and ");
}

/** What a final close means for the call. */
export function endedBy(reason: FinalReason): EndedReason {
  switch (reason) {
    case "finished":
      return "closed";
    case "replaced":
    case "rejected":
    case "unauthenticated":
      return reason;
  }
}

function withParticipant(list: readonly Participant[], one: Participant): readonly Participant[] {
  return [...list.filter(({ userId }) => userId !== one.userId), one];
}

function changeParticipant(
  state: CallState,
  id: string,
  change: (participant: Participant) => Participant,
): CallState {
  return {
    ...state,
    participants: state.participants.map((participant) =>
      participant.userId === id ? change(participant) : participant),
  };
}

export function reduce(state: CallState, event: CallEvent): CallState {
  if (state.phase.name === "ended") return state;
  switch (event.name) {
    case "joining":
      return { ...state, phase: { name: "joining" } };
    case "refused":
      return { ...state, phase: { name: "lobby", error: event.error } };
    case "entered": {
      const { room, mode, you, participants, billing } = event.room;
      const others = participants.filter(({ userId }) => userId !== you.userId);
      return {
        ...state,
        phase: { name: "call" },
        room,
        mode,
        you,
        participants: others,
        departed: others.length > 0 ? null : state.departed,
        billing,
        warning: state.warning !== null && outlives(state.warning, billing) ? state.warning : null,
      };
    }
    case "signaling":
      return { ...state, signaling: event.state };
    case "path":
      return { ...state, path: event.path, mediaError: event.path === "connected" ? null : state.mediaError };
    case "tracks":
      return { ...state, tracks: event.tracks };
    case "joined": {
      const { participant } = event.params;
      if (participant.userId === state.you.userId) return state;
      return {
        ...state,
        participants: withParticipant(state.participants, participant),
        departed: participant.role === "observer" ? state.departed : null,
      };
    }
    case "left": {
      const { userId: id, reason } = event.params;
      const gone = state.participants.find(({ userId }) => userId === id);
      if (gone === undefined) return state;
      const departure: Departure = { name: gone.name, reason };
      const paths = Object.fromEntries(Object.entries(state.paths).filter(([key]) => key !== id));
      return {
        ...state,
        participants: state.participants.filter((participant) => participant !== gone),
        paths,
        departed: gone.role === "observer" ? state.departed : departure,
        quality: gone.role === "observer" ? state.quality : { up: state.quality.up, down: null },
      };
    }
    case "media-state": {
      const { userId: id, mic, camera, screen } = event.params;
      const next = changeParticipant(state, id, (one) => ({ ...one, media: { mic, camera, screen } }));
      return state.outspoken.includes(id) ? next : { ...next, outspoken: [...state.outspoken, id] };
    }
    case "flow": {
      const { camera, screen } = state.flowing;
      return camera === event.flow.camera && screen === event.flow.screen ? state : { ...state, flowing: event.flow };
    }
    case "media-connection": {
      const { userId: id, state: path } = event.params;
      return { ...state, paths: { ...state.paths, [id]: path } };
    }
    case "media-error":
      return { ...state, mediaError: event.reason };
    case "billing":
      return {
        ...state,
        billing: event.status,
        warning: state.warning !== null && outlives(state.warning, event.status) ? state.warning : null,
      };
    case "warning": {
      const { reason, secondsLeft } = event.params;
      return { ...state, warning: warn(reason, secondsLeft, state.billing, event.now) };
    }
    case "quality": {
      const { userId, up, down, weak } = event.params;
      // Observers are told about everybody; what is shown is one's own.
      return userId === undefined || userId === state.you.userId ? { ...state, quality: weak === undefined ? { up, down } : { up, down, weak } } : state;
    }
    case "draining":
      return { ...state, draining: event.deadline };
    case "chat":
      return { ...state, chat: event.change(state.chat) };
    case "ended":
      return { ...state, phase: { name: "ended", reason: event.reason } };
  }
}

export type ConnectionSummary =
  | "connecting"
  | "waiting"
  | "connected"
  | "reconnecting"
  | "offline"
  | "peer-reconnecting"
  | "failed"
  | "ended";

/** One word for all the connections a call has, the most pressing first. */
export function summarize(state: CallState): ConnectionSummary {
  if (state.phase.name === "ended") return "ended";
  const { signaling } = state;
  if (state.phase.name === "call" && signaling.name !== "open") {
    return signaling.name === "waiting" && signaling.cause === "offline" ? "offline" : "reconnecting";
  }
  if (state.phase.name !== "call") return "connecting";
  if (state.mediaError !== null) return "failed";
  const other = counterpart(state);
  if (other === null) return "waiting";
  if (state.you.role === "observer") return "connected";
  const otherPath = state.paths[other.userId];
  if (state.path === "interrupted") return "reconnecting";
  if (state.path !== "connected") return "connecting";
  if (otherPath === "disconnected" || otherPath === "failed") return "peer-reconnecting";
  return otherPath === "connecting" ? "connecting" : "connected";
}
