/** A question that is being written. It lives in sessionStorage, so that a reload loses nothing. */
import { list, object, string } from "../../signaling/shape";
import type { Infer } from "../../signaling/shape";
import { newKey } from "../../key";

const shape = object({
  title: string,
  body: string,
  budget: string,
  currency: string,
  /** Tags that the customer added, and suggested ones that they took away. */
  added: list(string),
  removed: list(string),
  /** Makes the same question, sent twice, one. */
  key: string,
});

export type Draft = Infer<typeof shape>;

export interface DraftStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const place = "consult.question";

export function emptyDraft(): Draft {
  return { title: "", body: "", budget: "", currency: "usd", added: [], removed: [], key: newKey() };
}

/** Whatever changes makes it another question. */
export function edited(draft: Draft, changes: Partial<Draft>): Draft {
  return { ...draft, ...changes, key: newKey() };
}

export class Drafts {
  readonly #storage: DraftStorage | null;

  constructor(storage: DraftStorage | null) {
    this.#storage = storage;
  }

  static inBrowser(): Drafts {
    try {
      return new Drafts(window.sessionStorage);
    } catch {
      return new Drafts(null);
    }
  }

  find(): Draft {
    try {
      const text = this.#storage?.getItem(place) ?? null;
      return text === null ? emptyDraft() : shape.read(JSON.parse(text), "draft");
    } catch {
      return emptyDraft();
    }
  }

  keep(draft: Draft): void {
    try {
      this.#storage?.setItem(place, JSON.stringify(draft));
    } catch {
      // Full or forbidden storage costs the draft on a reload, nothing else.
    }
  }

  forget(): void {
    try {
      this.#storage?.removeItem(place);
    } catch {
      // As above.
    }
  }
}
