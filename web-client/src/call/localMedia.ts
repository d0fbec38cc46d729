import { slots } from "../signaling/messages";
import type { Slot } from "../signaling/messages";
import { problemOf } from "./mediaProblem";
import type { MediaProblem } from "./mediaProblem";
import { Store } from "../store";

export interface Source {
  /** Wanted and working: others hear or see it. */
  readonly on: boolean;
  readonly starting: boolean;
  readonly track: MediaStreamTrack | null;
  readonly problem: MediaProblem | null;
}

export interface Device {
  readonly id: string;
  readonly label: string;
}

export interface LocalMediaState {
  readonly mic: Source;
  readonly camera: Source;
  readonly screen: Source;
  readonly microphones: readonly Device[];
  readonly cameras: readonly Device[];
  readonly speakers: readonly Device[];
  /** What the user chose; null: what the system suggests. */
  readonly chosen: ChosenDevices;
}

export interface ChosenDevices {
  readonly mic: string | null;
  readonly camera: string | null;
  readonly speaker: string | null;
}

export type MicWish = "on" | "muted" | "off";

type Captured = Exclude<Slot, "screen">;

const silent: Source = { on: false, starting: false, track: null, problem: null };
const devicesKey = "consult.devices";

function storedDevices(): ChosenDevices {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(devicesKey) ?? "{}");
    const text = (name: string) => {
      const value = typeof stored === "object" && stored !== null ? Object.entries(stored) : [];
      const entry: unknown = value.find(([key]) => key === name)?.[1];
      return typeof entry === "string" && entry !== "" ? entry : null;
    };
    return { mic: text("mic"), camera: text("camera"), speaker: text("speaker") };
  } catch {
    return { mic: null, camera: null, speaker: null };
  }
}

function storeDevices(chosen: ChosenDevices): void {
  try {
    localStorage.setItem(devicesKey, JSON.stringify(chosen));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

/** A picture that the machine can encode and decode beside everything else it does. */
function pictureSize(): { readonly width: number; readonly height: number } {
  const cores = navigator.hardwareConcurrency;
  if (cores <= 2) return { width: 640, height: 360 };
  return cores <= 4 ? { width: 960, height: 540 } : { width: 1280, height: 720 };
}

function constraintsFor(kind: Captured, deviceId: string | null): MediaStreamConstraints {
  const device = deviceId === null ? {} : { deviceId: { ideal: deviceId } };
  if (kind === "mic") {
    return { audio: { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };
  }
  const { width, height } = pictureSize();
  return { video: { ...device, width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30, max: 30 } } };
}

/**
 * The user's own microphone, camera and screen: opened, switched, replaced and closed here and nowhere else, before the
 * call as in it.
 *
 * A muted microphone stays open and sends silence, so that unmuting is instant; a camera that is off is closed, so that
 * its light is off too.
 */
export class LocalMedia {
  readonly store: Store<LocalMediaState>;
  /** A newer wish for a source makes an older one that is still being opened void. */
  readonly #wish: { [S in Slot]: number } = { mic: 0, camera: 0, screen: 0 };
  #startMuted = false;
  #closed = false;

  constructor() {
    this.store = new Store<LocalMediaState>({
      mic: silent,
      camera: silent,
      screen: silent,
      microphones: [],
      cameras: [],
      speakers: [],
      chosen: storedDevices(),
    });
    navigator.mediaDevices?.addEventListener("devicechange", this.#devicesChanged);
  }

  static get isAvailable(): boolean {
    return typeof navigator !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined;
  }

  static get canShareScreen(): boolean {
    return typeof navigator !== "undefined" && navigator.mediaDevices?.getDisplayMedia !== undefined;
  }

  /** Opens what is wanted with one question to the user, where the browser can ask for both at once. */
  async open(wanted: { readonly mic: MicWish; readonly camera: boolean }): Promise<void> {
    this.#startMuted = wanted.mic === "muted";
    const mic = wanted.mic !== "off";
    if (!LocalMedia.isAvailable) {
      this.#set("mic", { problem: "insecure" });
      this.#set("camera", { problem: "insecure" });
      return;
    }
    if (mic && wanted.camera) {
      await this.#openBoth();
    } else {
      if (mic) await this.#capture("mic");
      if (wanted.camera) await this.setCamera(true);
    }
    await this.#listDevices();
  }

  async setMic(on: boolean): Promise<void> {
    const track = this.store.get().mic.track;
    if (track !== null && track.readyState === "live") {
      track.enabled = on;
      this.#set("mic", { on, problem: null });
    } else if (on) {
      this.#startMuted = false;
      await this.#capture("mic");
    } else {
      this.#wish.mic += 1;
      this.#set("mic", { ...silent, problem: this.store.get().mic.problem });
    }
  }

  async setCamera(on: boolean): Promise<void> {
    if (on) {
      await this.#capture("camera");
    } else {
      this.#wish.camera += 1;
      this.#stop("camera");
    }
  }

  async chooseMic(id: string): Promise<void> {
    this.#choose({ mic: id });
    if (this.store.get().mic.track !== null || this.store.get().mic.problem !== null) await this.#capture("mic");
  }

  async chooseCamera(id: string): Promise<void> {
    this.#choose({ camera: id });
    const { track, problem } = this.store.get().camera;
    // Many phones cannot have two cameras open at once, so the old one goes first.
    if (track !== null) this.#stop("camera", true);
    if (track !== null || problem !== null) await this.#capture("camera");
  }

  chooseSpeaker(id: string): void {
    this.#choose({ speaker: id });
  }

  /** False: the user changed their mind, or the browser refused. */
  async startScreen(): Promise<boolean> {
    if (!LocalMedia.canShareScreen || this.#closed) return false;
    const wish = this.#nextWish("screen");
    this.#set("screen", { starting: true, problem: null });
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({
        video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 15, max: 30 } },
        audio: false,
      });
      const track = stream.getVideoTracks()[0] ?? null;
      if (!this.#accept("screen", wish, track)) return false;
      if (track !== null && "contentHint" in track) track.contentHint = "detail";
      return true;
    } catch (error) {
      if (wish === this.#wish.screen) this.#set("screen", { ...silent, problem: problemOf(error) });
      return false;
    }
  }

  get micWish(): MicWish {
    const { track, on } = this.store.get().mic;
    if (track === null) return "off";
    return on ? "on" : "muted";
  }

  stopScreen(): void {
    this.#wish.screen += 1;
    this.#stop("screen");
  }

  close(): void {
    this.#closed = true;
    navigator.mediaDevices?.removeEventListener("devicechange", this.#devicesChanged);
    for (const slot of slots) {
      this.#wish[slot] += 1;
      this.#stop(slot);
    }
  }

  async #openBoth(): Promise<void> {
    const { chosen } = this.store.get();
    const micWish = this.#nextWish("mic");
    const cameraWish = this.#nextWish("camera");
    this.#set("mic", { starting: true, problem: null });
    this.#set("camera", { starting: true, problem: null });
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        ...constraintsFor("mic", chosen.mic),
        ...constraintsFor("camera", chosen.camera),
      });
      this.#accept("mic", micWish, stream.getAudioTracks()[0] ?? null);
      this.#accept("camera", cameraWish, stream.getVideoTracks()[0] ?? null);
    } catch (error) {
      const problem = problemOf(error);
      // The two together fail when either does. Whoever was asked and refused is not asked twice, unless it is known
      // that the refusal concerned only one of them.
      const [mic, camera] = await Promise.all([permission("microphone"), permission("camera")]);
      const askAgain = problem !== "refused" || mic !== camera;
      await this.#captureAfter(askAgain && mic !== "denied", "mic", micWish, problem);
      await this.#captureAfter(askAgain && camera !== "denied", "camera", cameraWish, problem);
    }
  }

  async #captureAfter(ask: boolean, kind: Captured, wish: number, problem: MediaProblem): Promise<void> {
    if (wish !== this.#wish[kind]) return;
    if (ask) await this.#capture(kind);
    else this.#set(kind, { ...silent, problem: problem === "unknown" ? "refused" : problem });
  }

  async #capture(kind: Captured, anyDevice = false): Promise<void> {
    if (this.#closed) return;
    if (!LocalMedia.isAvailable) {
      this.#set(kind, { ...silent, problem: "insecure" });
      return;
    }
    const wish = this.#nextWish(kind);
    this.#set(kind, { starting: true, problem: null });
    try {
      const deviceId = anyDevice ? null : this.store.get().chosen[kind];
      const stream = await navigator.mediaDevices.getUserMedia(constraintsFor(kind, deviceId));
      this.#accept(kind, wish, stream.getTracks()[0] ?? null);
      await this.#listDevices();
    } catch (error) {
      if (wish !== this.#wish[kind]) return;
      this.#stop(kind);
      this.#set(kind, { ...silent, problem: problemOf(error) });
    }
  }

  #accept(slot: Slot, wish: number, track: MediaStreamTrack | null): boolean {
    if (track === null) {
      if (wish === this.#wish[slot]) this.#set(slot, { ...silent, problem: "absent" });
      return false;
    }
    if (wish !== this.#wish[slot] || this.#closed) {
      track.stop();
      return false;
    }
    const { track: before, on: wasOn } = this.store.get()[slot];
    // Another microphone in place of a muted one is muted too.
    const on = slot !== "mic" || (before?.readyState === "live" ? wasOn : !this.#startMuted);
    if (slot === "mic") this.#startMuted = false;
    track.enabled = on;
    track.onended = () => this.#ended(slot, track);
    this.#set(slot, { on, starting: false, track, problem: null });
    if (before !== null && before !== track) release(before);
    return true;
  }

  /** The browser ended the track: a screen share stopped from the browser's own bar, or a device that went away. */
  #ended(slot: Slot, track: MediaStreamTrack): void {
    if (this.store.get()[slot].track !== track) return;
    this.#stop(slot);
    if (slot === "screen") return;
    this.#set(slot, { problem: "gone" });
    void this.#capture(slot, true).then(() => {
      // The replacement could not be had: what the user needs to know is that the device went away.
      if (this.store.get()[slot].problem === "absent") this.#set(slot, { problem: "gone" });
    });
  }

  #stop(slot: Slot, starting = false): void {
    const track = this.store.get()[slot].track;
    this.#set(slot, { ...silent, starting });
    if (track !== null) release(track);
  }

  #nextWish(slot: Slot): number {
    this.#wish[slot] += 1;
    return this.#wish[slot];
  }

  #set(slot: Slot, change: Partial<Source>): void {
    this.store.update((state) => ({ ...state, [slot]: { ...state[slot], ...change } }));
  }

  #choose(change: Partial<ChosenDevices>): void {
    this.store.update((state) => ({ ...state, chosen: { ...state.chosen, ...change } }));
    storeDevices(this.store.get().chosen);
  }

  readonly #devicesChanged = (): void => {
    void this.#listDevices();
  };

  async #listDevices(): Promise<void> {
    try {
      const all = await navigator.mediaDevices.enumerateDevices();
      const of = (kind: MediaDeviceKind, word: string) =>
        all
          .filter((device) => device.kind === kind && device.deviceId !== "")
          .map((device, index) => ({ id: device.deviceId, label: device.label || `${word} ${index + 1}` }));
      this.store.update((state) => ({
        ...state,
        microphones: of("audioinput", "Microphone"),
        cameras: of("videoinput", "Camera"),
        speakers: of("audiooutput", "Speaker"),
      }));
    } catch {
      // The lists stay as they were; the devices in use are not concerned.
    }
  }
}

function release(track: MediaStreamTrack): void {
  track.onended = null;
  track.stop();
}

/** What the browser would answer, where it tells; `unknown` where it does not. */
async function permission(name: "microphone" | "camera"): Promise<PermissionState | "unknown"> {
  try {
    const status = await navigator.permissions.query({ name: name as PermissionName });
    return status.state;
  } catch {
    return "unknown";
  }
}
