/**
 * The connection of somebody who is signed in: one for each tab. It comes back by itself with a fresh token, and says a
 * consultant's wish to be available again after each `hello`.
 */
import { Store } from "../store";
import type { OpenSocket, SignalingOptions } from "./client";
import { SignalingClient } from "./client";
import { asSignalingError, SignalingError } from "./errors";
import type { Lifecycle } from "./lifecycle";
import { accountNotifications } from "./messages";
import type {
  AccountNotificationMethod, RequestMethod, RequestParams, RequestResult, ServerNotificationParams,
} from "./messages";

export interface AccountState {
  readonly lifecycle: Lifecycle;
  /** How often `hello` was accepted; with each time something may have been missed before it. */
  readonly welcomes: number;
  /** How far the server's clock is ahead, in milliseconds. */
  readonly skew: number;
}

export interface AccountOptions extends Pick<SignalingOptions, "network" | "backoff" | "random"> {
  readonly url: string;
  /** A token that holds; null where nobody is signed in any more. */
  readonly token: () => Promise<string | null>;
  /** Another token after one was refused; null where there is none. */
  readonly renew: (refused: string) => Promise<string | null>;
  readonly openSocket?: OpenSocket;
  readonly now?: () => number;
}

type Handler<M extends AccountNotificationMethod> = (params: ServerNotificationParams<M>) => void;
type Handlers = { readonly [M in AccountNotificationMethod]: Set<Handler<M>> };

const wishAgainAfter = 3_000;
const renewAgainAfter = 10_000;

export class AccountConnection {
  readonly store: Store<AccountState>;
  readonly #options: AccountOptions;
  readonly #client: SignalingClient;
  readonly #handlers: Handlers = {
    "request.created": new Set(),
    "request.withdrawn": new Set(),
    "question.status": new Set(),
    "session.ready": new Set(),
    "session.ended": new Set(),
    "session.billing": new Set(),
  };
  #shown = "";
  #wish: boolean | null = null;
  #wishTimer: ReturnType<typeof setTimeout> | undefined;
  #renewTimer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the token was renewed since the last `hello` that was accepted. */
  #isRenewed = false;
  #isStopped = false;

  constructor(options: AccountOptions) {
    this.#options = options;
    this.store = new Store<AccountState>({ lifecycle: { name: "idle" }, welcomes: 0, skew: 0 });
    const { network, backoff, random, openSocket } = options;
    this.#client = new SignalingClient(
      {
        url: options.url,
        token: () => this.#token(),
        ...(network === undefined ? {} : { network }),
        ...(backoff === undefined ? {} : { backoff }),
        ...(random === undefined ? {} : { random }),
        ...(openSocket === undefined ? {} : { openSocket }),
      },
      {
        stateChanged: (lifecycle) => {
          this.store.update((state) => ({ ...state, lifecycle }));
          if (lifecycle.name === "ended" && lifecycle.reason === "unauthenticated") this.#refused();
        },
        welcomed: ({ serverTime }) => {
          this.#isRenewed = false;
          const skew = Date.parse(serverTime) - (options.now ?? Date.now)();
          this.store.update((state) => ({ ...state, welcomes: state.welcomes + 1, skew }));
          void this.#sayWish();
        },
        misunderstood: (what) => console.warn("consult: dropped a message:", what),
      },
    );
    for (const method of accountNotifications) this.#pass(method);
  }

  start(): void {
    this.#isStopped = false;
    this.#client.start();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#wishTimer);
    clearTimeout(this.#renewTimer);
    this.#client.stop();
  }

  /** Tries to connect now. */
  retry(): void {
    this.#client.retry();
  }

  /** Hears a notification until the returned function is called. */
  on<M extends AccountNotificationMethod>(method: M, handler: Handler<M>): () => void {
    const handlers: Set<Handler<M>> = this.#handlers[method];
    handlers.add(handler);
    return () => {
      handlers.delete(handler);
    };
  }

  request<M extends RequestMethod>(method: M, params: RequestParams<M>): Promise<RequestResult<M>> {
    return this.#client.request(method, params);
  }

  /** Keeps the wish to be available or not, and says it; null: there is none to repeat. Answers what the server kept. */
  async setAvailable(available: boolean): Promise<boolean> {
    this.wish(available);
    return (await this.#client.request("presence.set", { available })).available;
  }

  /** The wish that is repeated after each `hello`, as another tab may have said it. */
  wish(available: boolean | null): void {
    clearTimeout(this.#wishTimer);
    this.#wish = available;
  }

  async #token(): Promise<string> {
    const token = await this.#options.token();
    if (token === null) throw new SignalingError("unauthenticated", "signed out");
    this.#shown = token;
    return token;
  }

  /** The token was refused, or its sign-in has ended: with another token it goes on, without one it does not. */
  #refused(): void {
    if (this.#isStopped) return;
    clearTimeout(this.#renewTimer);
    // A server that refuses fresh tokens, too, is not asked for one after the other.
    this.#renewTimer = setTimeout(() => void this.#renew(), this.#isRenewed ? renewAgainAfter : 0);
    this.#isRenewed = true;
  }

  async #renew(): Promise<void> {
    try {
      const next = await this.#options.renew(this.#shown);
      if (next !== null && !this.#isStopped) this.#client.start();
    } catch {
      // Nobody answers at the moment.
      this.#refused();
    }
  }

  async #sayWish(): Promise<void> {
    const available = this.#wish;
    if (available === null) return;
    try {
      await this.#client.request("presence.set", { available });
    } catch (error) {
      if (asSignalingError(error).kind === "disconnected" || !asSignalingError(error).isPassing) return;
      this.#wishTimer = setTimeout(() => void this.#sayWish(), wishAgainAfter);
    }
  }

  #pass<M extends AccountNotificationMethod>(method: M): void {
    const handlers: Set<Handler<M>> = this.#handlers[method];
    this.#client.on(method, (params) => {
      for (const handler of Array.from(handlers)) handler(params);
    });
  }
}
