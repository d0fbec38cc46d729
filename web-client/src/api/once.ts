/**
 * Requests that must take effect once. As long as nobody knows what became of one, it is sent under the same key again, also
 * by a page that was loaded anew; once it is answered, or is another one, it gets another key.
 */
import { ApiError } from "./error";
import { newKey } from "../key";
import { object, string } from "../signaling/shape";
import type { Infer } from "../signaling/shape";

const shape = object({ content: string, key: string });
type Sent = Infer<typeof shape>;

export interface OnceStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class Once {
  readonly #place: string;
  readonly #storage: OnceStorage | null;
  #last: Sent | null = null;

  /** @param name what the requests are about; each has a place of its own. */
  constructor(name: string, storage: OnceStorage | null) {
    this.#place = `consult.once.${name}`;
    this.#storage = storage;
  }

  static inBrowser(name: string): Once {
    try {
      return new Once(name, window.sessionStorage);
    } catch {
      return new Once(name, null);
    }
  }

  /** @param content tells the request from another one. */
  async send<T>(content: string, work: (key: string) => Promise<T>): Promise<T> {
    const key = this.#find(content) ?? newKey();
    this.#keep(content, key);
    try {
      const result = await work(key);
      this.#forget();
      return result;
    } catch (error) {
      if (!(error instanceof ApiError && error.isUnknown)) this.#forget();
      throw error;
    }
  }

  #find(content: string): string | null {
    const kept = this.#last ?? this.#read();
    return kept?.content === content ? kept.key : null;
  }

  #read(): Sent | null {
    try {
      const text = this.#storage?.getItem(this.#place) ?? null;
      return text === null ? null : shape.read(JSON.parse(text), this.#place);
    } catch {
      return null;
    }
  }

  #keep(content: string, key: string): void {
    this.#last = { content, key };
    try {
      this.#storage?.setItem(this.#place, JSON.stringify(this.#last));
    } catch {
      // Full or forbidden storage: the key holds as long as this page.
    }
  }

  #forget(): void {
    this.#last = null;
    try {
      this.#storage?.removeItem(this.#place);
    } catch {
      // As above.
    }
  }
}
