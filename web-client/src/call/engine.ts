import type { RoomClaims } from "../api/roomToken";
import { browserNetwork, SignalingClient } from "../signaling/client";
import type { Network, OpenSocket } from "../signaling/client";
import { asSignalingError } from "../signaling/errors";
import type { SignalingError } from "../signaling/errors";
import type { Lifecycle } from "../signaling/lifecycle";
import { endReasons, maximumChatLength, slots } from "../signaling/messages";
import type { MediaState, Room, Welcome } from "../signaling/messages";
import * as chat from "./chat";
import { noTracks } from "./link/interface";
import { MediaLink } from "./link/link";
import type { LocalMedia } from "./localMedia";
import { isPolite } from "./link/negotiation";
import type { SessionRecord, SessionRecords } from "./sessionRecord";
import { counterpart, endedBy, initialState, reduce } from "./state";
import type { CallEvent, CallState, EndedReason } from "./state";
import { newKey } from "../key";
import { Store } from "../store";

export interface EngineOptions {
  readonly websocket: string;
  readonly token: string;
  readonly claims: RoomClaims;
  readonly media: LocalMedia;
  readonly records: SessionRecords;
  readonly openSocket?: OpenSocket;
  readonly network?: Network;
  readonly createConnection?: (configuration: RTCConfiguration) => RTCPeerConnection;
  readonly now?: () => number;
}

const statsPeriod = 2_000;
const enterAgainAfter = 2_000;

/**
 * One visit to one room: joins, keeps the media path, and knows everything there is to show. It needs no interface;
 * whoever shows the call watches `store` and calls the verbs.
 */
export class CallEngine {
  readonly store: Store<CallState>;
  readonly media: LocalMedia;
  readonly #options: EngineOptions;
  readonly #now: () => number;
  #signaling: SignalingClient | null = null;
  #link: MediaLink | null = null;
  #statsTimer: ReturnType<typeof setInterval> | undefined;
  #enterTimer: ReturnType<typeof setTimeout> | undefined;
  #stopMedia: (() => void) | null = null;
  #stopNetwork: (() => void) | null = null;
  #told: MediaState | null = null;
  #frames = { camera: 0, screen: 0 };
  #iceServers: Room["iceServers"] = [];

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.media = options.media;
    const { claims } = options;
    const you = { userId: claims.userId, name: claims.name, role: claims.role };
    this.store = new Store(initialState(you, claims.room, claims.mode, noTracks));
  }

  get state(): CallState {
    return this.store.get();
  }

  get peerConnection(): RTCPeerConnection | null {
    return this.#link?.connection ?? null;
  }

  get canSend(): boolean {
    return this.state.you.role !== "observer";
  }

  /** Enters the room; with a record, goes on where a page that was reloaded left off. */
  join(record: SessionRecord | null = null): void {
    if (this.state.phase.name !== "lobby") return;
    this.#dispatch({ name: "joining" });
    if (record !== null) {
      this.#dispatch({ name: "chat", change: (log) => ({ ...log, readSequence: record.readSequence }) });
    }
    this.#stopMedia = this.media.store.subscribe(() => this.#mediaChanged());
    const network = this.#options.network ?? browserNetwork;
    this.#stopNetwork = network.subscribe(() => {
      if (network.isOnline()) this.#link?.networkChanged();
    });
    const client: SignalingClient = new SignalingClient(
      {
        url: this.#options.websocket,
        token: this.#options.token,
        resume: record?.resume ?? null,
        chatSequence: () => chat.lastSequence(this.state.chat),
        ...(this.#options.openSocket === undefined ? {} : { openSocket: this.#options.openSocket }),
      },
      {
        stateChanged: (state) => this.#signalingChanged(client, state),
        welcomed: (welcome) => void this.#welcomed(client, welcome),
        heartbeat: () => this.keepRecord(),
        misunderstood: (what) => console.warn("consult: dropped a message:", what),
      },
    );
    this.#signaling = client;
    this.#listen(client);
    client.start();
  }

  /** Hangs up, for good. */
  leave(): void {
    const client = this.#signaling;
    if (this.state.phase.name === "ended" || client === null) return;
    this.#signaling = null;
    const farewell = client.state.name === "open" ? client.request("room.leave", {}, 1_000) : Promise.resolve({});
    farewell.catch(() => undefined).finally(() => client.stop());
    this.#finish("hangup");
  }

  /** Gives up a join that has not succeeded yet. */
  cancel(): void {
    if (this.state.phase.name !== "joining") return;
    this.#backToLobby(null);
  }

  /** Tries to reconnect now. */
  retry(): void {
    this.#signaling?.retry();
  }

  /** Closes everything without a word to the server, which keeps the participation for a while. */
  dispose(): void {
    this.keepRecord();
    this.#dropSignaling();
    this.#closeLink();
    this.#stopListening();
    clearInterval(this.#statsTimer);
    clearTimeout(this.#enterTimer);
    this.media.close();
  }

  sendChat(text: string): void {
    const trimmed = text.trim().slice(0, maximumChatLength);
    if (trimmed === "" || !this.canSend) return;
    const id = newKey();
    const sentAt = new Date(this.#now()).toISOString();
    this.#dispatch({ name: "chat", change: (log) => chat.written(log, id, this.state.you.name, trimmed, sentAt) });
    void this.#deliver(id, trimmed);
  }

  resendChat(id: string): void {
    this.#dispatch({ name: "chat", change: (log) => chat.retried(log, id) });
    const entry = chat.pending(this.state.chat).find((candidate) => candidate.id === id);
    if (entry !== undefined) void this.#deliver(entry.id, entry.text);
  }

  readChat(): void {
    this.#dispatch({ name: "chat", change: chat.read });
  }

  /** Writes down what a reload needs. */
  keepRecord(): void {
    const resume = this.#signaling?.resume ?? null;
    if (resume === null || this.state.phase.name !== "call") return;
    this.#options.records.keep({
      room: this.#options.claims.room,
      userId: this.#options.claims.userId,
      resume,
      seenAt: this.#now(),
      mic: this.media.micWish,
      camera: this.media.store.get().camera.on,
      readSequence: this.state.chat.readSequence,
    });
  }

  #dispatch(event: CallEvent): void {
    this.store.update((state) => reduce(state, event));
  }

  // Signaling

  #listen(client: SignalingClient): void {
    client.on("room.joined", (params) => {
      this.#dispatch({ name: "joined", params });
      if (params.participant.role === "observer" || params.participant.userId === this.state.you.userId) return;
      this.#tellMediaState(true);
      if (this.state.mode === "p2p") this.#peerArrived(params.offerer === true);
    });
    client.on("room.left", (params) => {
      const wasCounterpart = counterpart(this.state)?.userId === params.userId;
      this.#dispatch({ name: "left", params });
      if (wasCounterpart && this.state.mode === "p2p") this.#closeLink();
    });
    client.on("room.ended", ({ reason }) => this.#end(reason));
    client.on("media.offer", ({ sdp }) => {
      if (this.state.mode === "p2p") this.#ensureLink().takeOffer(sdp);
    });
    client.on("media.answer", ({ sdp }) => this.#link?.takeAnswer(sdp));
    client.on("media.candidate", (params) => {
      const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = params;
      this.#link?.takeCandidate({ candidate, sdpMid, sdpMLineIndex, usernameFragment });
    });
    client.on("media.state", (params) => this.#dispatch({ name: "media-state", params }));
    client.on("media.connection", (params) => this.#dispatch({ name: "media-connection", params }));
    client.on("media.renegotiate", ({ codecs }) => {
      if (this.state.mode === "relay") this.#link?.preferCodecs(codecs);
    });
    client.on("billing.status", (status) => this.#dispatch({ name: "billing", status }));
    client.on("billing.warning", (params) => this.#dispatch({ name: "warning", params, now: this.#now() }));
    client.on("quality.status", (params) => this.#dispatch({ name: "quality", params }));
    client.on("chat.message", (message) => {
      this.#dispatch({ name: "chat", change: (log) => chat.received(log, message, this.state.you.userId) });
    });
    client.on("server.draining", ({ deadline }) => this.#dispatch({ name: "draining", deadline }));
  }

  #signalingChanged(client: SignalingClient, state: Lifecycle): void {
    if (client !== this.#signaling) return;
    this.#dispatch({ name: "signaling", state });
    if (state.name !== "open") this.#link?.suspend();
    if (state.name !== "ended") return;
    if (this.state.phase.name === "joining") {
      const reason = state.detail.startsWith("token_") ? state.detail : state.reason;
      this.#backToLobby({ reason, message: state.detail });
    } else {
      this.#end(endedBy(state.reason));
    }
  }

  async #welcomed(client: SignalingClient, welcome: Welcome): Promise<void> {
    if (welcome.resumed && welcome.room !== undefined) {
      this.#entered(welcome.room, true);
      return;
    }
    await this.#enter(client);
  }

  async #enter(client: SignalingClient): Promise<void> {
    try {
      const room = await client.request("room.join", { token: this.#options.token });
      if (client === this.#signaling) this.#entered(room, false);
    } catch (error) {
      if (client === this.#signaling) this.#joinRefused(asSignalingError(error));
    }
  }

  #joinRefused(error: SignalingError): void {
    if (error.kind === "disconnected") return;
    if (error.reason === "room_ended") {
      const reason = endReasons.find((known) => known === error.data["reason"]);
      this.#end(reason ?? "closed");
    } else if (this.state.phase.name === "joining") {
      this.#backToLobby({ reason: error.reason ?? error.kind, message: error.message });
    } else if (error.isPassing) {
      this.#enterTimer = setTimeout(() => this.#enterAgain(), enterAgainAfter);
    } else {
      this.#end("refused");
    }
  }

  #enterAgain(): void {
    const client = this.#signaling;
    if (client !== null && client.state.name === "open") void this.#enter(client);
  }

  #backToLobby(error: { readonly reason: string; readonly message: string } | null): void {
    this.#dropSignaling();
    this.#stopListening();
    const { claims } = this.#options;
    const you = { userId: claims.userId, name: claims.name, role: claims.role };
    const fresh = initialState(you, claims.room, claims.mode, noTracks);
    this.store.set({ ...fresh, phase: { name: "lobby", error } });
  }

  // The room

  #entered(room: Room, resumed: boolean): void {
    this.#iceServers = room.iceServers;
    this.#dispatch({ name: "entered", room });
    this.keepRecord();
    this.#tellMediaState(true);
    for (const entry of chat.pending(this.state.chat)) void this.#deliver(entry.id, entry.text);
    this.#statsTimer ??= setInterval(() => void this.#report(), statsPeriod);
    if (!this.canSend) return;
    // A new participation knows nothing of the old one's media path.
    if (!resumed) this.#closeLink();
    if (this.#link !== null) this.#link.restore();
    else this.#openPath(room, resumed);
  }

  #openPath(room: Room, resumed: boolean): void {
    if (room.mode === "relay") {
      this.#ensureLink().offer();
    } else if (counterpart(this.state) !== null && (room.offerer === true || resumed)) {
      // After a reload this page is the one that rejoins, and whoever rejoins offers.
      this.#ensureLink().offer();
    }
  }

  /** Peer to peer: a new page, or the first, is on the other side. */
  #peerArrived(weOffer: boolean): void {
    if (!this.canSend) return;
    if (weOffer) {
      this.#closeLink();
      this.#ensureLink().offer();
    } else {
      this.#link?.expectOffer();
    }
  }

  #ensureLink(): MediaLink {
    if (this.#link !== null) return this.#link;
    const { createConnection } = this.#options;
    const link = new MediaLink({
      iceServers: this.#iceServers,
      polite: isPolite(this.state.you.userId, counterpart(this.state)?.userId ?? ""),
      ...(createConnection === undefined ? {} : { createConnection }),
      signals: {
        offer: async (sdp) => {
          const result = await this.#request("media.offer", sdp);
          return this.state.mode === "relay" ? result.sdp ?? null : null;
        },
        answer: async (sdp) => {
          await this.#request("media.answer", sdp);
        },
        candidate: (candidate) => {
          this.#signaling?.notify("media.candidate", candidate);
        },
      },
      events: {
        tracksChanged: (tracks) => this.#dispatch({ name: "tracks", tracks }),
        pathChanged: (path) => {
          this.#dispatch({ name: "path", path });
          // A network that is gone takes the WebSocket with it, and TCP may not notice for minutes.
          if (path === "interrupted") this.#signaling?.retry();
        },
        failed: (error) => this.#linkFailed(error),
      },
    });
    this.#link = link;
    this.#applySources();
    this.#dispatch({ name: "path", path: "connecting" });
    return link;
  }

  #closeLink(): void {
    this.#link?.close();
    this.#link = null;
    this.#dispatch({ name: "path", path: "none" });
  }

  #request(method: "media.offer" | "media.answer", sdp: string): Promise<{ readonly sdp?: string }> {
    const client = this.#signaling;
    if (client === null) return Promise.reject(new Error("the call is over"));
    return client.request(method, { sdp });
  }

  #linkFailed(error: SignalingError): void {
    const client = this.#signaling;
    if (error.reason === "not_in_room" && client !== null) {
      // The server forgot that this connection is in the room.
      void this.#enter(client);
    } else {
      this.#dispatch({ name: "media-error", reason: error.reason ?? error.kind });
    }
  }

  // Media

  #applySources(): void {
    const media = this.media.store.get();
    for (const slot of slots) this.#link?.setSource(slot, media[slot].track);
  }

  #mediaChanged(): void {
    this.#applySources();
    this.#tellMediaState(false);
  }

  /** Tells the room what this side sends, when it changed or when somebody may not know. */
  #tellMediaState(always: boolean): void {
    if (!this.canSend || this.state.phase.name !== "call") return;
    const media = this.media.store.get();
    const now = { mic: media.mic.on, camera: media.camera.on, screen: media.screen.on };
    const same = slots.every((slot) => this.#told?.[slot] === now[slot]);
    if (same && !always) return;
    if (this.#signaling?.notify("media.state", now) === true) this.#told = now;
    this.keepRecord();
  }

  async #report(): Promise<void> {
    const stats = (await this.#link?.stats().catch(() => null)) ?? null;
    const frames = { camera: stats?.camera?.framesDecoded ?? 0, screen: stats?.screen?.framesDecoded ?? 0 };
    this.#dispatch({
      name: "flow",
      flow: { camera: frames.camera > this.#frames.camera, screen: frames.screen > this.#frames.screen },
    });
    this.#frames = frames;
    if (stats !== null) this.#signaling?.notify("media.stats", stats);
  }

  // Chat

  async #deliver(id: string, text: string): Promise<void> {
    const client = this.#signaling;
    if (client === null || client.state.name !== "open") return;
    try {
      const { sequence, sentAt } = await client.request("chat.send", { id, text });
      this.#dispatch({ name: "chat", change: (log) => chat.delivered(log, id, sequence, sentAt) });
    } catch (error) {
      // What the lost connection swallowed is sent again when it is back; the id keeps it from arriving twice.
      if (asSignalingError(error).kind === "disconnected") return;
      this.#dispatch({ name: "chat", change: (log) => chat.failed(log, id) });
    }
  }

  // The end

  #end(reason: EndedReason): void {
    this.#dropSignaling();
    this.#finish(reason);
  }

  /** Forgotten first and stopped then, so that its end is not taken for the end of the call. */
  #dropSignaling(): void {
    const client = this.#signaling;
    this.#signaling = null;
    client?.stop();
  }

  #stopListening(): void {
    this.#stopMedia?.();
    this.#stopMedia = null;
    this.#stopNetwork?.();
    this.#stopNetwork = null;
  }

  #finish(reason: EndedReason): void {
    clearInterval(this.#statsTimer);
    clearTimeout(this.#enterTimer);
    this.#stopListening();
    this.#closeLink();
    this.media.close();
    // The tab that took over has a record of its own, in its own storage.
    this.#options.records.forget();
    this.#dispatch({ name: "ended", reason });
  }
}
