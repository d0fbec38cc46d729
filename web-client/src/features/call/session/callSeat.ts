/**
 * Which tab has the call. `session.ready` comes to every tab of both people, and a second one that joins would throw the
 * first one out of the room; so a tab takes the seat first. It is the tab's: within it, whoever asks shares it, and it is
 * free again when the last of them has left, or the tab is gone.
 */
export interface Seat {
  leave(): void;
}

interface Held {
  /** Frees the lock; null where another tab has it. */
  readonly free: Promise<(() => void) | null>;
  sharers: number;
}

export class CallSeats {
  readonly #locks: LockManager | undefined;
  readonly #held = new Map<string, Held>();

  /** Browsers without locks give the seat to whoever asks. */
  constructor(locks: LockManager | undefined) {
    this.#locks = locks;
  }

  static inBrowser(): CallSeats {
    return new CallSeats(typeof navigator === "undefined" ? undefined : navigator.locks);
  }

  /** Takes the seat; null where another tab has it. */
  async take(sessionId: string): Promise<Seat | null> {
    const held = this.#held.get(sessionId) ?? this.#lock(sessionId);
    held.sharers += 1;
    const free = await held.free;
    let isSharing = true;
    const leave = () => {
      if (!isSharing) return;
      isSharing = false;
      held.sharers -= 1;
      if (held.sharers > 0) return;
      if (this.#held.get(sessionId) === held) this.#held.delete(sessionId);
      free?.();
    };
    if (free !== null) return { leave };
    leave();
    return null;
  }

  #lock(sessionId: string): Held {
    const locks = this.#locks;
    const free = locks === undefined ? Promise.resolve(() => undefined) : new Promise<(() => void) | null>((resolve) => {
      locks.request(`consult.call.${sessionId}`, { ifAvailable: true }, (lock) => {
        if (lock === null) {
          resolve(null);
          return undefined;
        }
        return new Promise<void>((release) => resolve(release));
      }).catch(() => resolve(() => undefined));
    });
    const held = { free, sharers: 0 };
    this.#held.set(sessionId, held);
    return held;
  }
}
