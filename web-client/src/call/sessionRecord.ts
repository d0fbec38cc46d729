/**
 * What survives a reload: the resume string and how the user had things. It lives in sessionStorage, which belongs to
 * one tab and ends with it.
 */
import { boolean, choice, integer, object, string } from "../signaling/shape";
import type { Infer } from "../signaling/shape";

const micWish = choice(["on", "muted", "off"], "off");

const shape = object({
  room: string,
  userId: string,
  resume: string,
  seenAt: integer,
  mic: micWish,
  camera: boolean,
  readSequence: integer,
});

export type SessionRecord = Infer<typeof shape>;

export interface RecordStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const key = "consult.call";

/** The server keeps a participation for this long without a connection. */
export const resumeWindow = 60_000;

export class SessionRecords {
  readonly #storage: RecordStorage | null;

  constructor(storage: RecordStorage | null) {
    this.#storage = storage;
  }

  static inBrowser(): SessionRecords {
    try {
      return new SessionRecords(window.sessionStorage);
    } catch {
      return new SessionRecords(null);
    }
  }

  /** The record of this participation, if it was alive a moment ago. */
  find(room: string, userId: string, now: number): SessionRecord | null {
    try {
      const text = this.#storage?.getItem(key) ?? null;
      if (text === null) return null;
      const record = shape.read(JSON.parse(text), "record");
      const age = now - record.seenAt;
      return record.room === room && record.userId === userId && age >= 0 && age < resumeWindow ? record : null;
    } catch {
      return null;
    }
  }

  keep(record: SessionRecord): void {
    try {
      this.#storage?.setItem(key, JSON.stringify(record));
    } catch {
      // Full or forbidden storage costs the comfort of resuming, nothing else.
    }
  }

  forget(): void {
    try {
      this.#storage?.removeItem(key);
    } catch {
      // As above.
    }
  }
}
