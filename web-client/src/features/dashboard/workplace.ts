import { acceptRequest, declineRequest, myProfile, pendingRequests } from "../../api/market";
import { ApiError } from "../../api/error";
import type { Api } from "../../api/http";
import type { AccountConnection } from "../../signaling/account";
import { SignalingError } from "../../signaling/errors";
import { Store } from "../../store";
import { emptyDesk, reduceDesk } from "./desk";
import type { Desk, DeskEvent } from "./desk";
import { Wishes } from "./wishes";

/** Where a consultant is to go after an accept; the token where the answer brought it along. */
export interface Accepted {
  readonly sessionId: string;
  readonly token: string | null;
}

/** A consultant's live requests: keeps the desk in step with the server, and carries the answers. */
export class Workplace {
  readonly desk = new Store<Desk>(emptyDesk);
  readonly #api: Api;
  readonly #connection: AccountConnection;
  readonly #wishes: Wishes;
  readonly #now: () => number;
  #stops: (() => void)[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #welcomes = 0;

  constructor(api: Api, connection: AccountConnection, userId: string, now: () => number = Date.now) {
    this.#api = api;
    this.#wishes = new Wishes(userId);
    this.#connection = connection;
    this.#now = now;
  }

  start(): void {
    const connection = this.#connection;
    this.#stops = [
      connection.on("request.created", (request) => this.#dispatch({ name: "created", request })),
      connection.on("request.withdrawn", ({ requestId, reason }) => {
        this.#dispatch({ name: "withdrawn", requestId, reason });
      }),
      connection.store.subscribe(() => this.#connected()),
      // What another tab wishes is what this one repeats.
      this.#wishes.listen((available) => connection.wish(available)),
    ];
    this.#timer = setInterval(() => this.#tick(), 1_000);
    void this.load();
    void this.#findWish();
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** A page that was loaded anew goes on with what was wished before, as long as the server has not given it up. */
  async #findWish(): Promise<void> {
    const profile = await myProfile(this.#api).catch(() => null);
    if (profile === null) return;
    const { availability, availableAfterCall } = profile;
    if (availability === "available" || availableAfterCall === true) this.#connection.wish(true);
  }

  /** Brings the desk in step with what the server has. */
  async load(): Promise<void> {
    const askedAt = this.desk.get().clock;
    try {
      const requests = await pendingRequests(this.#api);
      this.#dispatch({ name: "listed", requests, askedAt });
    } catch {
      // What is pending is pushed again after each `hello`.
    }
  }

  /** Takes the call; null where it was too late, or the answer did not get through (the card says so). */
  async accept(requestId: string): Promise<Accepted | null> {
    if (!this.#begin(requestId, "accepting")) return null;
    try {
      const accepted = await this.#sendAccept(requestId);
      this.#dispatch({ name: "answered", requestId });
      return accepted;
    } catch (error) {
      this.#failed(requestId, error);
      return null;
    }
  }

  async decline(requestId: string): Promise<void> {
    if (!this.#begin(requestId, "declining")) return;
    try {
      await this.#sendDecline(requestId);
      this.#dispatch({ name: "answered", requestId });
    } catch (error) {
      this.#failed(requestId, error);
    }
  }

  dismiss(requestId: string): void {
    this.#dispatch({ name: "dismissed", requestId });
  }

  #dispatch(event: DeskEvent): void {
    this.desk.update((desk) => reduceDesk(desk, event));
  }

  #begin(requestId: string, answer: "accepting" | "declining"): boolean {
    const card = this.desk.get().cards.find((one) => one.requestId === requestId);
    if (card === undefined || card.answering !== "no") return false;
    this.#dispatch({ name: "answering", requestId, answer });
    return true;
  }

  /** By the connection that is open anyway; where it is not, by the API. Accepting twice answers the same. */
  async #sendAccept(requestId: string): Promise<Accepted> {
    try {
      const { sessionId, token } = await this.#connection.request("request.accept", { requestId });
      return { sessionId, token };
    } catch (error) {
      if (!isUnheard(error)) throw error;
      return { sessionId: await acceptRequest(this.#api, requestId), token: null };
    }
  }

  async #sendDecline(requestId: string): Promise<void> {
    try {
      await this.#connection.request("request.decline", { requestId });
    } catch (error) {
      if (!isUnheard(error)) throw error;
      await declineRequest(this.#api, requestId);
    }
  }

  #failed(requestId: string, error: unknown): void {
    if (isOver(error)) this.#dispatch({ name: "too-late", requestId });
    else this.#dispatch({ name: "failed", requestId, problem: "The answer did not get through. Try again." });
  }

  #connected(): void {
    const { welcomes } = this.#connection.store.get();
    if (welcomes === this.#welcomes) return;
    this.#welcomes = welcomes;
    void this.load();
  }

  #tick(): void {
    if (this.desk.get().cards.length === 0) return;
    this.#dispatch({ name: "time", now: this.#now() + this.#connection.store.get().skew });
  }
}

/** Nobody knows whether the server heard it; the same may be said again by another way. */
function isUnheard(error: unknown): boolean {
  return error instanceof SignalingError && (error.isPassing || error.kind === "invalid_result");
}

function isOver(error: unknown): boolean {
  if (error instanceof SignalingError) return error.kind === "conflict" || error.kind === "not_found";
  return error instanceof ApiError && (error.is("request_closed") || error.is("not_found"));
}
