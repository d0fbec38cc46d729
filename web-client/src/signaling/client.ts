import type { BackoffPolicy } from "./backoff";
import { defaultBackoff } from "./backoff";
import { asSignalingError, SignalingError } from "./errors";
import type { FinalReason, Lifecycle, LifecycleAction, LifecycleEvent } from "./lifecycle";
import { advance } from "./lifecycle";
import type {
  ClientNotificationMethod,
  ClientNotificationParams,
  RequestMethod,
  RequestParams,
  RequestResult,
  ServerNotificationMethod,
  ServerNotificationParams,
  Welcome,
} from "./messages";
import { requests, serverNotifications } from "./messages";
import { isRecord } from "./shape";
import type { Shape } from "./shape";

/** The part of a WebSocket that the client uses. */
export interface Socket {
  readonly isOpen: boolean;
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  readonly opened: () => void;
  readonly received: (data: unknown) => void;
  readonly closed: (code: number, reason: string) => void;
}

export type OpenSocket = (url: string, events: SocketEvents) => Socket;

const openBrowserSocket: OpenSocket = (url, events) => {
  const socket = new WebSocket(url, "consult.v1");
  socket.onopen = () => events.opened();
  socket.onmessage = (event: MessageEvent<unknown>) => events.received(event.data);
  socket.onclose = (event) => events.closed(event.code, event.reason);
  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    send: (text) => socket.send(text),
    close: () => socket.close(1000),
  };
};

/** Where the client learns whether the machine has a network at all. */
export interface Network {
  isOnline(): boolean;
  subscribe(changed: () => void): () => void;
}

export interface SignalingOptions {
  readonly url: string;
  /** The token, or where a fresh one comes from for each connection. */
  readonly token: string | (() => Promise<string>);
  /** The resume string of an earlier connection of the same page session. */
  readonly resume?: string | null;
  /** The highest chat sequence seen, so that nothing is missed after a resume. */
  readonly chatSequence?: () => number;
  readonly openSocket?: OpenSocket;
  readonly network?: Network;
  readonly backoff?: BackoffPolicy;
  readonly random?: () => number;
  readonly requestTimeout?: number;
}

export interface SignalingListener {
  readonly stateChanged?: (state: Lifecycle) => void;
  /** `hello` was accepted; after a `resumed: true` the participation goes on and `room` says how things are. */
  readonly welcomed?: (welcome: Welcome) => void;
  readonly heartbeat?: () => void;
  /** Something arrived that the protocol does not have. It was dropped. */
  readonly misunderstood?: (what: string) => void;
}

type Handlers = {
  [M in ServerNotificationMethod]?: (params: ServerNotificationParams<M>) => void;
};

interface Pending {
  readonly accept: (result: unknown) => void;
  readonly fail: (error: SignalingError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

const connectTimeout = 10_000;
const probeTimeout = 4_000;

export const browserNetwork: Network = {
  isOnline: () => typeof navigator === "undefined" || navigator.onLine !== false,
  subscribe(changed) {
    if (typeof window === "undefined") return () => undefined;
    window.addEventListener("online", changed);
    window.addEventListener("offline", changed);
    return () => {
      window.removeEventListener("online", changed);
      window.removeEventListener("offline", changed);
    };
  },
};

/**
 * The JSON-RPC connection to the server: typed requests and notifications, a heartbeat, and reconnecting by itself.
 *
 * Requests are never replayed over a reconnect: they fail with `disconnected`, and whoever asked decides. What state a
 * connection is in is the business of `lifecycle.ts`; this class runs its actions.
 */
export class SignalingClient {
  readonly #options: SignalingOptions;
  readonly #listener: SignalingListener;
  readonly #handlers: Handlers = {};
  readonly #pending = new Map<number, Pending>();
  readonly #network: Network;
  #state: Lifecycle = { name: "idle" };
  #socket: Socket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connectTimer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #stopNetwork: (() => void) | null = null;
  #nextId = 1;
  #resume: string | null;

  constructor(options: SignalingOptions, listener: SignalingListener = {}) {
    this.#options = options;
    this.#listener = listener;
    this.#network = options.network ?? browserNetwork;
    this.#resume = options.resume ?? null;
  }

  get state(): Lifecycle {
    return this.#state;
  }

  /** What continues this participation on a new connection. */
  get resume(): string | null {
    return this.#resume;
  }

  start(): void {
    this.#stopNetwork ??= this.#network.subscribe(() => {
      this.#dispatch({ name: this.#network.isOnline() ? "online" : "offline" });
    });
    this.#dispatch({ name: "start" });
  }

  /** Tries again now instead of when the backoff says. */
  retry(): void {
    this.#dispatch({ name: "retry" });
  }

  stop(): void {
    this.#stopNetwork?.();
    this.#stopNetwork = null;
    this.#dispatch({ name: "stop" });
  }

  on<M extends ServerNotificationMethod>(method: M, handler: (params: ServerNotificationParams<M>) => void): void {
    const handlers: { [K in M]?: (params: ServerNotificationParams<K>) => void } = this.#handlers;
    handlers[method] = handler;
  }

  request<M extends RequestMethod>(
    method: M,
    params: RequestParams<M>,
    timeout: number = this.#options.requestTimeout ?? 15_000,
  ): Promise<RequestResult<M>> {
    if (this.#state.name !== "open") {
      return Promise.reject(new SignalingError("disconnected", "not connected"));
    }
    return this.#send(method, params, timeout);
  }

  /** Sends without waiting for an answer; says whether it could be sent. */
  notify<M extends ClientNotificationMethod>(method: M, params: ClientNotificationParams<M>): boolean {
    if (this.#state.name !== "open" || this.#socket?.isOpen !== true) return false;
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
    return true;
  }

  #send<M extends RequestMethod>(
    method: M,
    params: RequestParams<M>,
    timeout: number,
  ): Promise<RequestResult<M>> {
    const socket = this.#socket;
    if (!socket?.isOpen) {
      return Promise.reject(new SignalingError("disconnected", "not connected"));
    }
    const id = this.#nextId;
    this.#nextId += 1;
    const shape: Shape<unknown> = requests[method].result;
    return new Promise<RequestResult<M>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new SignalingError("timeout", `${method} was not answered in time`));
      }, timeout);
      this.#pending.set(id, {
        timer,
        fail: reject,
        accept: (result) => {
          try {
            resolve(shape.read(result, `${method} result`) as RequestResult<M>);
          } catch (error) {
            this.#listener.misunderstood?.(asSignalingError(error).message);
            reject(new SignalingError("invalid_result", asSignalingError(error).message));
          }
        },
      });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  #dispatch(event: LifecycleEvent): void {
    const before = this.#state;
    const step = advance(before, event, {
      policy: this.#options.backoff ?? defaultBackoff,
      random: this.#options.random ?? Math.random,
      isOnline: () => this.#network.isOnline(),
    });
    this.#state = step.state;
    if (before.name === "open" && step.state.name !== "open") this.#leaveOpen();
    for (const action of step.actions) this.#perform(action);
    if (before !== step.state) this.#listener.stateChanged?.(step.state);
  }

  #perform(action: LifecycleAction): void {
    switch (action) {
      case "connect":
        this.#connect();
        break;
      case "greet":
        void this.#greet();
        break;
      case "probe":
        void this.#ping(probeTimeout);
        break;
      case "close":
        this.#drop();
        break;
      case "cancel-timer":
        clearTimeout(this.#timer);
        break;
      case "schedule":
        clearTimeout(this.#timer);
        if (this.#state.name === "waiting" && this.#state.delay !== null) {
          this.#timer = setTimeout(() => this.#dispatch({ name: "timer" }), this.#state.delay);
        }
        break;
    }
  }

  #connect(): void {
    this.#drop();
    const open = this.#options.openSocket ?? openBrowserSocket;
    try {
      const socket: Socket = open(this.#options.url, {
        opened: () => {
          if (this.#socket === socket) this.#dispatch({ name: "opened" });
        },
        received: (data) => {
          if (this.#socket === socket) this.#receive(data);
        },
        closed: (code, reason) => {
          if (this.#socket === socket) this.#lost(code, reason);
        },
      });
      this.#socket = socket;
    } catch (error) {
      // Only an address that cannot be one gets here; no later attempt would do better.
      const detail = asSignalingError(error).message;
      queueMicrotask(() => this.#dispatch({ name: "lost", code: 1003, detail }));
      return;
    }
    this.#connectTimer = setTimeout(() => this.#abandon("no answer"), connectTimeout);
  }

  async #greet(): Promise<void> {
    const socket = this.#socket;
    const chatSequence = this.#options.chatSequence?.() ?? 0;
    const { token: source } = this.#options;
    try {
      const token = typeof source === "string" ? source : await source();
      if (this.#socket !== socket) return;
      const welcome = await this.#send(
        "hello",
        { token, ...(this.#resume === null ? {} : { resume: this.#resume }), chatSequence },
        connectTimeout,
      );
      if (this.#socket !== socket) return;
      clearTimeout(this.#connectTimer);
      this.#resume = welcome.resume;
      this.#dispatch({ name: "accepted" });
      const period = Math.max(1, welcome.heartbeatSeconds * 0.75) * 1000;
      this.#heartbeat = setInterval(() => void this.#ping(this.#options.requestTimeout ?? 10_000), period);
      this.#listener.welcomed?.(welcome);
    } catch (error) {
      if (this.#socket !== socket) return;
      const refusal = asSignalingError(error);
      if (refusal.kind === "disconnected") return;
      this.#dispatch({ name: "refused", kind: refusal.kind, detail: refusal.reason ?? refusal.message });
    }
  }

  async #ping(timeout: number): Promise<void> {
    const socket = this.#socket;
    try {
      await this.#send("ping", {}, timeout);
      this.#listener.heartbeat?.();
    } catch (error) {
      const kind = asSignalingError(error).kind;
      if (this.#socket === socket && kind === "timeout") this.#abandon("no heartbeat");
    }
  }

  /** The connection may still look open, but nobody answers: go on without it. */
  #abandon(why: string): void {
    this.#drop();
    this.#dispatch({ name: "lost", code: 1006, detail: why });
  }

  #lost(code: number, detail: string): void {
    this.#drop();
    this.#dispatch({ name: "lost", code, detail });
  }

  #drop(): void {
    clearTimeout(this.#connectTimer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.close();
    this.#failAll();
  }

  #leaveOpen(): void {
    clearInterval(this.#heartbeat);
    this.#failAll();
  }

  #failAll(): void {
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.fail(new SignalingError("disconnected", "the connection was lost"));
    }
    this.#pending.clear();
  }

  #receive(data: unknown): void {
    let message: unknown;
    try {
      message = typeof data === "string" ? JSON.parse(data) : null;
    } catch {
      message = null;
    }
    if (!isRecord(message)) {
      this.#listener.misunderstood?.("a frame that is not a JSON object");
      return;
    }
    if (typeof message["method"] === "string") {
      this.#notified(message["method"], message["params"]);
    } else {
      this.#answered(message);
    }
  }

  #answered(message: { readonly [key: string]: unknown }): void {
    const id = message["id"];
    const pending = typeof id === "number" ? this.#pending.get(id) : undefined;
    const error = message["error"];
    if (pending === undefined || typeof id !== "number") {
      // An error without an id answers something the server could not read; a late answer has nobody waiting.
      if (isRecord(error)) this.#listener.misunderstood?.(SignalingError.fromWire(error).message);
      return;
    }
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (isRecord(error)) {
      pending.fail(SignalingError.fromWire(error));
    } else {
      pending.accept(message["result"]);
    }
  }

  #notified(method: string, params: unknown): void {
    if (!isServerNotification(method)) return;
    try {
      this.#deliver(method, params);
    } catch (error) {
      this.#listener.misunderstood?.(asSignalingError(error).message);
    }
  }

  #deliver<M extends ServerNotificationMethod>(method: M, params: unknown): void {
    const shape: Shape<unknown> = serverNotifications[method];
    const handler = this.#handlers[method] as ((params: ServerNotificationParams<M>) => void) | undefined;
    handler?.(shape.read(params ?? {}, method) as ServerNotificationParams<M>);
  }
}

function isServerNotification(method: string): method is ServerNotificationMethod {
  return Object.hasOwn(serverNotifications, method);
}

export function isFinal(state: Lifecycle): state is Extract<Lifecycle, { name: "ended" }> {
  return state.name === "ended";
}

export type { FinalReason, Lifecycle };
