/** Every message of the WebSocket protocol, as shapes. `docs/protocol.md` tells the story around them. */
import { boolean, choice, integer, list, nullable, number, object, string, timestamp } from "./shape";
import type { Infer } from "./shape";

export const slots = ["mic", "camera", "screen"] as const;
export type Slot = typeof slots[number];

export const endReasons = ["unpaid", "left", "closed", "shutdown", "replaced", "ended"] as const;
export type EndReason = typeof endReasons[number];

const nothing = object({});

const role = choice(["customer", "consultant", "observer"], "observer");
const accountRole = choice(["customer", "consultant", "observer", "admin"], "observer");
const mode = choice(["relay", "p2p"], "relay");
const connectionStates = choice(["connecting", "connected", "disconnected", "failed"], "connecting");

// Each choice has a name here: inside another call TypeScript would read it as any text.
const billingState = choice(["unmetered", "free", "paid", "grace", "closed"], "closed");
const warningReason = choice(["threshold", "horizon", "unpaid"], "horizon");
const withdrawReason = choice(["accepted_elsewhere", "cancelled", "expired", "unavailable", "answered"], "cancelled");
const questionState = choice(["open", "matching", "accepted", "expired", "cancelled"], "open");
const endedState = choice(["completed", "cancelled", "failed"], "failed");
const billingPush = choice(
  ["held", "captured", "declined", "authentication_required", "unconfirmed", "processor_away", "settled"], "held");
const leaveReason = choice(["left", "timeout"], "left");
const endReason = choice(endReasons, "closed");
const slot = choice(slots, "mic");

const mediaState = object({ mic: boolean, camera: boolean, screen: boolean });

export const participant = object({
  userId: string,
  name: string,
  role,
  media: mediaState,
  connected: boolean,
});

export const money = object({ amount: integer, currency: string });

/** What a consultant reads of a question. */
export const askedQuestion = object({
  id: string,
  title: string,
  body: string,
  tags: list(string),
  budget: nullable(money),
});

export const billingStatus = object({
  state: billingState,
  mediaSeconds: integer,
  thresholdSeconds: nullable(integer),
  horizonSeconds: nullable(integer),
  charged: nullable(money),
  running: boolean,
});

const iceServer = object({ urls: list(string) }, { username: string, credential: string });

export const room = object(
  {
    room: string,
    mode,
    participants: list(participant),
    iceServers: list(iceServer),
    billing: billingStatus,
    slots: list(slot),
    you: object({ userId: string, name: string, role }),
  },
  { offerer: boolean },
);

const description = object({ sdp: string });
const describedBy = object({ sdp: string, from: string });

const candidateFields = {
  sdpMid: nullable(string),
  sdpMLineIndex: nullable(integer),
  usernameFragment: nullable(string),
};

const received = object(
  { bytesReceived: integer, packetsReceived: integer, packetsLost: integer, jitter: number },
  {
    jitterBufferDelay: number,
    jitterBufferEmittedCount: integer,
    totalSamplesReceived: integer,
    concealedSamples: integer,
    silentConcealedSamples: integer,
  },
);
const receivedVideo = object(
  { bytesReceived: integer, packetsReceived: integer, packetsLost: integer, jitter: number },
  {
    framesDecoded: integer,
    frameWidth: integer,
    frameHeight: integer,
    freezeCount: integer,
    totalFreezesDuration: number,
  },
);

const quality = object(
  { score: number, bitrate: number, loss: number, jitter: number, rtt: nullable(number) },
  {
    audioScore: nullable(number),
    videoScore: nullable(number),
    lossAfterRecovery: nullable(number),
    framesPerSecond: nullable(number),
    freezes: nullable(integer),
  },
);
const bothQualities = object({ up: nullable(quality), down: nullable(quality) });
const weakSide = choice(["yours", "theirs", "both"], "both");

const availability = object({ available: boolean });

/** Requests of the client, with what they are answered. */
export const requests = {
  hello: {
    params: object({ token: string }, { resume: string, chatSequence: integer }),
    result: object(
      {
        connectionId: string,
        userId: string,
        role: accountRole,
        resume: string,
        heartbeatSeconds: number,
        serverTime: timestamp,
        resumed: boolean,
      },
      { room },
    ),
  },
  ping: { params: nothing, result: nothing },
  "presence.set": { params: availability, result: availability },
  "request.accept": {
    params: object({ requestId: string }),
    result: object({ sessionId: string, room: string, token: string }),
  },
  "request.decline": { params: object({ requestId: string }, { reason: string }), result: nothing },
  "room.join": { params: object({ token: string }), result: room },
  "room.leave": { params: nothing, result: nothing },
  "media.offer": { params: description, result: object({}, { sdp: string }) },
  "media.answer": { params: description, result: nothing },
  "chat.send": {
    params: object({ id: string, text: string }),
    result: object({ id: string, sequence: integer, sentAt: timestamp }),
  },
} as const;

/** What the client sends without waiting for an answer. */
export const clientNotifications = {
  "media.candidate": object({ candidate: string }, candidateFields),
  "media.state": mediaState,
  "media.stats": object(
    {},
    { mic: received, camera: receivedVideo, screen: receivedVideo, bytesSent: integer, roundTripTime: number },
  ),
} as const;

/** What the server sends by itself. */
export const serverNotifications = {
  "room.joined": object({ participant }, { rejoined: boolean, offerer: boolean }),
  "room.left": object({ userId: string, reason: leaveReason }),
  "room.ended": object({ reason: endReason }),
  "media.offer": describedBy,
  "media.answer": describedBy,
  "media.candidate": object({ candidate: string }, { ...candidateFields, from: string }),
  "media.state": object({ userId: string, mic: boolean, camera: boolean, screen: boolean }),
  "media.renegotiate": object({ codecs: list(string) }),
  "media.connection": object({ userId: string, state: connectionStates }),
  "billing.status": billingStatus,
  "billing.warning": object({ secondsLeft: integer, reason: warningReason }),
  "quality.status": object(
    { up: nullable(quality), down: nullable(quality) },
    { userId: string, theirs: nullable(bothQualities), weak: nullable(weakSide) },
  ),
  "chat.message": object({
    id: string,
    sequence: integer,
    from: string,
    name: string,
    text: string,
    sentAt: timestamp,
  }),
  "server.draining": object({ deadline: timestamp }),
  "request.created": object({
    requestId: string,
    question: askedQuestion,
    score: number,
    reasons: list(string),
    rate: money,
    expiresAt: timestamp,
  }),
  "request.withdrawn": object({ requestId: string, reason: withdrawReason }),
  "question.status": object({
    questionId: string,
    state: questionState,
    asked: integer,
    waiting: boolean,
    message: string,
    sessionId: nullable(string),
  }),
  "session.ready": object({ sessionId: string, room: string, token: string, otherName: string }),
  "session.ended": object({
    sessionId: string,
    state: endedState,
    endReason: nullable(string),
    endReasonText: nullable(string),
  }),
  "session.billing": object(
    { sessionId: string, kind: billingPush, text: string, charged: money, simulated: boolean },
    { window: integer, code: string },
  ),
} as const;

/** Those that come on a connection with an access token, whatever it does. */
export const accountNotifications = [
  "request.created", "request.withdrawn", "question.status", "session.ready", "session.ended",
  "session.billing",
] as const;
export type AccountNotificationMethod = typeof accountNotifications[number];

type Requests = typeof requests;
type ClientNotifications = typeof clientNotifications;
type ServerNotifications = typeof serverNotifications;

export type RequestMethod = keyof Requests;
export type RequestParams<M extends RequestMethod> = Infer<Requests[M]["params"]>;
export type RequestResult<M extends RequestMethod> = Infer<Requests[M]["result"]>;

export type ClientNotificationMethod = keyof ClientNotifications;
export type ClientNotificationParams<M extends ClientNotificationMethod> = Infer<ClientNotifications[M]>;

export type ServerNotificationMethod = keyof ServerNotifications;
export type ServerNotificationParams<M extends ServerNotificationMethod> = Infer<ServerNotifications[M]>;

export type Room = Infer<typeof room>;
export type Participant = Infer<typeof participant>;
export type MediaState = Infer<typeof mediaState>;
export type BillingStatus = Infer<typeof billingStatus>;
export type Money = Infer<typeof money>;
export type Quality = Infer<typeof quality>;
export type MediaStats = ClientNotificationParams<"media.stats">;
export type ChatMessage = ServerNotificationParams<"chat.message">;
export type IceServer = Infer<typeof iceServer>;
export type Welcome = RequestResult<"hello">;

export const maximumMessageBytes = 65_536;
export const maximumChatLength = 4_000;
