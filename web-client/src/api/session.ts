/**
 * Being signed in. The access token stays in memory; what survives a reload is the refresh token, a cookie that no page
 * can read. A fresh access token is got ahead of the old one's end, and once where one is refused before it.
 *
 *     starting ──cookie holds──► signed-in ◄──signIn── signed-out
 *        │ │ nobody answers          │ signOut, or the cookie holds no more   ▲
 *        │ └──────► unreachable      └────────────────────────────────────────┤
 *        └──no cookie─────────────────────────────────────────────────────────┘
 */
import { Store } from "../store";
import { refresh, signIn, signOut } from "./accounts";
import type { Kept } from "./account";
import { ApiError } from "./error";
import type { Api, Credentials } from "./http";
import type { Tokens, User } from "./shapes";

export type SessionState =
  | { readonly name: "starting" }
  | { readonly name: "unreachable"; readonly error: ApiError }
  /** `ended`: somebody was signed in on this page, and is no longer. `erased`: their account is gone, and this is kept. */
  | { readonly name: "signed-out"; readonly ended: boolean; readonly erased?: readonly Kept[] }
  | { readonly name: "signed-in"; readonly user: User };

/** Runs one piece of work at a time, in all tabs together. */
export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

const exclusivelyInBrowser: Exclusively = async (work) => {
  // Two tabs that show the same refresh token at once look like a thief; the lock keeps them apart.
  if (typeof navigator === "undefined" || navigator.locks === undefined) return work();
  return navigator.locks.request("consult.refresh", work);
};

export interface SessionOptions {
  readonly now?: () => number;
  readonly exclusively?: Exclusively;
}

/** A token that ends within this time is replaced before it is used. */
const margin = 30_000;
const retryAfter = 10_000;

export class Session implements Credentials {
  readonly store = new Store<SessionState>({ name: "starting" });
  readonly #api: Api;
  readonly #now: () => number;
  readonly #exclusively: Exclusively;
  #access: { readonly token: string; readonly endsAt: number } | null = null;
  #refreshing: Promise<string | null> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;
  #isHeld = false;
  #endedMeanwhile = false;

  constructor(api: Api, options: SessionOptions = {}) {
    this.#api = api;
    this.#now = options.now ?? Date.now;
    this.#exclusively = options.exclusively ?? exclusivelyInBrowser;
  }

  /** Finds out whether the cookie says who this is. */
  async start(): Promise<void> {
    this.store.set({ name: "starting" });
    try {
      await this.#refresh();
    } catch (error) {
      if (!this.#isDisposed) this.store.set({ name: "unreachable", error: asApiError(error) });
    }
  }

  async signIn(email: string, password: string): Promise<void> {
    this.#take(await signIn(this.#api, email, password));
  }

  /** Ends the sign-in. Refused where the server cannot be reached: the cookie would stay. */
  async signOut(): Promise<void> {
    await signOut(this.#api);
    this.#forget(false);
  }

  /**
   * What goes on needs no sign-in, and is not cut by the end of one: while it is held, the server's word that the sign-in has
   * ended is kept for later. Whoever signs out themselves does so at once.
   */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld || !this.#endedMeanwhile) return;
    this.#endedMeanwhile = false;
    this.#forget(true);
  }

  /** The server has ended this sign-in together with all others. */
  end(): void {
    this.#forget(false);
  }

  /** The account is gone, and every sign-in with it. */
  erased(kept: readonly Kept[]): void {
    this.#forget(false, kept);
  }

  async token(): Promise<string | null> {
    const access = this.#access;
    if (access === null) return null;
    if (access.endsAt - this.#now() > margin) return access.token;
    try {
      return await this.#refresh();
    } catch (error) {
      // One that still holds is better than none.
      if (access.endsAt > this.#now()) return access.token;
      throw error;
    }
  }

  async renew(refused: string): Promise<string | null> {
    // Somebody else's request may have found out first.
    if (this.#access !== null && this.#access.token !== refused) return this.#access.token;
    return this.#refresh();
  }

  /** What the server says of the account in its next answer may differ from what was known. */
  async reload(): Promise<void> {
    await this.#refresh().catch(() => null);
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  /** All who need a token wait for the same answer. */
  #refresh(): Promise<string | null> {
    this.#refreshing ??= this.#exclusively(() => this.#exchange()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #exchange(): Promise<string | null> {
    try {
      const tokens = await refresh(this.#api);
      this.#take(tokens);
      return tokens.accessToken;
    } catch (error) {
      const refusal = asApiError(error);
      if (refusal.failure.kind === "refused" && refusal.failure.status === 401) {
        this.#lose();
        return null;
      }
      this.#schedule(retryAfter);
      throw refusal;
    }
  }

  #take({ accessToken, expiresIn, user }: Tokens): void {
    if (this.#isDisposed) return;
    this.#endedMeanwhile = false;
    const lifetime = expiresIn * 1000;
    this.#access = { token: accessToken, endsAt: this.#now() + lifetime };
    this.#schedule(Math.max(lifetime - 2 * margin, lifetime / 2));
    const before = this.store.get();
    if (before.name !== "signed-in" || !isSame(before.user, user)) this.store.set({ name: "signed-in", user });
  }

  /** The server knows of no sign-in here any more. */
  #lose(): void {
    const wasSignedIn = this.store.get().name === "signed-in";
    if (!wasSignedIn || !this.#isHeld) {
      this.#forget(wasSignedIn);
      return;
    }
    clearTimeout(this.#timer);
    this.#access = null;
    this.#endedMeanwhile = true;
  }

  #forget(ended: boolean, erased?: readonly Kept[]): void {
    clearTimeout(this.#timer);
    this.#access = null;
    const before = this.store.get();
    // Who has left knows it; a request that is refused afterwards is no news.
    if (this.#isDisposed || (before.name === "signed-out" && erased === undefined)) return;
    this.store.set({ name: "signed-out", ended, ...(erased === undefined ? {} : { erased }) });
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    if (this.#isDisposed || this.#access === null) return;
    this.#timer = setTimeout(() => void this.#refresh().catch(() => undefined), delay);
  }
}

function isSame(one: User, other: User): boolean {
  return one.id === other.id && one.name === other.name && one.role === other.role
    && one.emailVerified === other.emailVerified;
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError({ kind: "network" });
}
