/** The one way to the API: JSON over HTTP, answers checked against shapes, refusals as `ApiError`. */
import type { Shape } from "../signaling/shape";
import { ApiError, mediaType, readRefusal } from "./error";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type Send = (address: string, init: RequestInit) => Promise<Response>;

/** After this long nobody answers any more. */
const patience = 20_000;

export class Api {
  readonly #base: string;
  readonly #send: Send;

  /** @param base where the API is, as `config.json` says: `https://example.org/api/v1`. */
  constructor(base: string, send: Send = (address, init) => fetch(address, init)) {
    this.#base = base.replace(/\/+$/, "");
    this.#send = send;
  }

  /** For whatever is answered with content. */
  ask<T>(method: Method, path: string, shape: Shape<T>, body?: object): Promise<T> {
    return this.#exchange(method, path, body, async (response) => {
      try {
        if (mediaType(response) !== "application/json") throw new TypeError("no JSON");
        const content: unknown = await response.json();
        return shape.read(content, path);
      } catch {
        throw new ApiError({ kind: "unreadable", status: response.status });
      }
    });
  }

  /** For whatever is answered with nothing but its success. */
  tell(method: Method, path: string, body?: object): Promise<void> {
    return this.#exchange(method, path, body, () => Promise.resolve());
  }

  async #exchange<T>(
    method: Method, path: string, body: object | undefined, read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), patience);
    try {
      const response = await this.#reach(this.#base + path, {
        method,
        // The refresh token is a cookie, and the API may be at another port than the page.
        credentials: "include",
        cache: "no-store",
        signal: abort.signal,
        ...(body === undefined
          ? {}
          : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
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
