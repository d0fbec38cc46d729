/** The one way to the API: JSON over HTTP, answers checked against shapes, refusals as `ApiError`. */
import type { Shape } from "../signaling/shape";
import { ApiError, mediaType, readRefusal } from "./error";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type Send = (address: string, init: RequestInit) => Promise<Response>;

/** Who makes the requests of an `Api`. */
export interface Credentials {
  /** An access token that holds; null for nobody. */
  token(): Promise<string | null>;
  /** Another token after this one was refused; null where there is none. */
  renew(refused: string): Promise<string | null>;
}

export interface RequestOptions {
  /** Makes a request that is sent twice take effect once. */
  readonly idempotencyKey?: string;
}

/** After this long nobody answers any more. */
const patience = 20_000;

export class Api {
  readonly #base: string;
  readonly #send: Send;
  readonly #credentials: Credentials | null;

  /** @param base where the API is, as `config.json` says: `https://example.org/api/v1`. */
  constructor(
    base: string, send: Send = (address, init) => fetch(address, init), credentials: Credentials | null = null,
  ) {
    this.#base = base.replace(/\/+$/, "");
    this.#send = send;
    this.#credentials = credentials;
  }

  /** The same API, asked by somebody who is signed in. */
  as(credentials: Credentials): Api {
    return new Api(this.#base, this.#send, credentials);
  }

  /** For whatever is answered with content. */
  ask<T>(method: Method, path: string, shape: Shape<T>, body?: object, options: RequestOptions = {}): Promise<T> {
    return this.#exchange(method, path, body, options, async (response) => {
      try {
        if (mediaType(response) !== "application/json") throw new TypeError("no JSON");
        const content: unknown = await response.json();
        return shape.read(content, path);
      } catch {
        throw new ApiError({ kind: "unreadable", status: response.status });
      }
    });
  }

  /** For papers: whatever it is that is answered. */
  fetch(path: string): Promise<Blob> {
    return this.#exchange("GET", path, undefined, {}, (response) => response.blob());
  }

  /** For whatever is answered with nothing but its success. */
  tell(method: Method, path: string, body?: object, options: RequestOptions = {}): Promise<void> {
    return this.#exchange(method, path, body, options, () => Promise.resolve());
  }

  async #exchange<T>(
    method: Method, path: string, body: object | undefined, options: RequestOptions,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const token = (await this.#credentials?.token()) ?? null;
    try {
      return await this.#attempt(method, path, body, options, token, read);
    } catch (error) {
      // A token can be refused before its time: once, another one is got.
      if (token === null || !(error instanceof ApiError && error.is("unauthenticated"))) throw error;
      const next = (await this.#credentials?.renew(token)) ?? null;
      if (next === null) throw error;
      return this.#attempt(method, path, body, options, next, read);
    }
  }

  async #attempt<T>(
    method: Method, path: string, body: object | undefined, options: RequestOptions, token: string | null,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const headers = {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(options.idempotencyKey === undefined ? {} : { "Idempotency-Key": options.idempotencyKey }),
    };
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), patience);
    try {
      const response = await this.#reach(this.#base + path, {
        method,
        // The refresh token is a cookie, and the API may be at another port than the page.
        credentials: "include",
        cache: "no-store",
        signal: abort.signal,
        ...(Object.keys(headers).length === 0 ? {} : { headers }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new ApiError(await readRefusal(response));
      return await read(response);
    } finally {
      clearTimeout(timer);
    }
  }

  async #reach(address: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#send(address, init);
    } catch {
      throw new ApiError({ kind: "network" });
    }
  }
}
