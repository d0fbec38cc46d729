/** The little of a browser that the engine touches. What a browser decides is tested in browsers. */

/** A media track that can be stopped, and nothing else. */
export class FakeTrack {
  readonly id: string;
  readonly kind: string;
  enabled = true;
  readyState = "live";
  onended: (() => void) | null = null;

  constructor(kind: string, id: string) {
    this.kind = kind;
    this.id = id;
  }

  stop(): void {
    this.readyState = "ended";
  }

  getSettings(): object {
    return {};
  }
}

class FakeSender {
  track: FakeTrack | null = null;

  replaceTrack(track: FakeTrack | null): Promise<void> {
    this.track = track;
    return Promise.resolve();
  }

  getParameters(): object {
    return { encodings: [{}] };
  }

  setParameters(): Promise<void> {
    return Promise.resolve();
  }

  setStreams(): void {
    // Nothing plays here.
  }
}

class FakeTransceiver {
  readonly sender = new FakeSender();
  readonly receiver: { readonly track: FakeTrack };
  readonly mid: string;
  direction = "recvonly";
  currentDirection: string | null = null;

  constructor(kind: string, mid: string) {
    this.mid = mid;
    this.receiver = { track: new FakeTrack(kind, `remote-${mid}`) };
  }
}

interface Description {
  readonly type: string;
  readonly sdp: string;
}

/** Keeps the rules of signaling states and nothing of media. */
export class FakeConnection {
  static made: FakeConnection[] = [];
  readonly identity: number;
  readonly transceivers: FakeTransceiver[] = [];
  readonly candidates: unknown[] = [];
  signalingState = "stable";
  connectionState = "new";
  iceConnectionState = "new";
  localDescription: Description | null = null;
  remoteDescription: Description | null = null;
  restarts = 0;
  onicecandidate: ((event: { readonly candidate: unknown }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;

  constructor() {
    FakeConnection.made.push(this);
    this.identity = FakeConnection.made.length;
  }

  static get last(): FakeConnection {
    const connection = FakeConnection.made[FakeConnection.made.length - 1];
    if (connection === undefined) throw new Error("no connection was made");
    return connection;
  }

  addTransceiver(kind: string, init: { readonly direction: string }): FakeTransceiver {
    const transceiver = new FakeTransceiver(kind, String(this.transceivers.length));
    transceiver.direction = init.direction;
    this.transceivers.push(transceiver);
    return transceiver;
  }

  getTransceivers(): readonly FakeTransceiver[] {
    return this.transceivers;
  }

  setLocalDescription(description?: Description): Promise<void> {
    if (description?.type === "rollback") {
      this.signalingState = "stable";
      return Promise.resolve();
    }
    const answering = this.signalingState === "have-remote-offer";
    const media = this.transceivers.map(({ receiver }) => `m=${receiver.track.kind} 9\r\n`).join("");
    this.localDescription = {
      type: answering ? "answer" : "offer",
      sdp: `v=0\r\no=- ${this.identity} ${this.restarts} IN IP4 0.0.0.0\r\n${media}`,
    };
    this.signalingState = answering ? "stable" : "have-local-offer";
    return Promise.resolve();
  }

  setRemoteDescription(description: Description): Promise<void> {
    if (description.type === "answer" && this.signalingState !== "have-local-offer") {
      return Promise.reject(new DOMException("wrong state", "InvalidStateError"));
    }
    this.remoteDescription = description;
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    if (description.type === "offer" && this.transceivers.length === 0) {
      for (const [, kind] of description.sdp.matchAll(/^m=(audio|video)/gm)) {
        this.transceivers.push(new FakeTransceiver(kind ?? "video", String(this.transceivers.length)));
      }
    }
    return Promise.resolve();
  }

  addIceCandidate(candidate: unknown): Promise<void> {
    this.candidates.push(candidate);
    return Promise.resolve();
  }

  restartIce(): void {
    this.restarts += 1;
  }

  getStats(): Promise<ReadonlyMap<string, object>> {
    return Promise.resolve(new Map());
  }

  close(): void {
    this.signalingState = "closed";
    this.connectionState = "closed";
  }

  become(state: string): void {
    this.connectionState = state;
    this.iceConnectionState = state;
    this.onconnectionstatechange?.();
  }
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

let trackCount = 0;

define("navigator", {
  onLine: true,
  hardwareConcurrency: 4,
  mediaDevices: {
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    enumerateDevices: () => Promise.resolve([]),
    getUserMedia: (wanted: { readonly audio?: unknown; readonly video?: unknown }) => {
      trackCount += 1;
      const audio = wanted.audio === undefined ? [] : [new FakeTrack("audio", `mic-${trackCount}`)];
      const video = wanted.video === undefined ? [] : [new FakeTrack("video", `camera-${trackCount}`)];
      return Promise.resolve({
        getAudioTracks: () => audio,
        getVideoTracks: () => video,
        getTracks: () => [...audio, ...video],
      });
    },
  },
});
define("MediaStream", class {});
