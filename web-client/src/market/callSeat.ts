/**
 * Which tab has the call. `session.ready` comes to every tab of both people, and a second one that joins would throw the
 * first one out of the room; so a tab takes the seat first. It belongs to the tab, and goes with it.
 */
export interface Seat {
  leave(): void;
}

const name = (sessionId: string) => `consult.call.${sessionId}`;

/** Takes the seat; null where another tab has it. Browsers without locks give it to whoever asks. */
export function takeSeat(sessionId: string, locks: LockManager | undefined = navigator.locks): Promise<Seat | null> {
  if (locks === undefined) return Promise.resolve({ leave: () => undefined });
  return new Promise((resolve) => {
    locks.request(name(sessionId), { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(null);
        return undefined;
      }
      return new Promise<void>((leave) => resolve({ leave }));
    }).catch(() => resolve({ leave: () => undefined }));
  });
}

/** Whether some tab has the call. */
export async function isSeatTaken(sessionId: string, locks: LockManager | undefined = navigator.locks): Promise<boolean> {
  if (locks === undefined) return false;
  const { held = [] } = await locks.query();
  return held.some((lock) => lock.name === name(sessionId));
}
