/** Tells the consultant's other tabs what was wished in this one, so that none of them repeats an older wish. */
export class Wishes {
  readonly #name: string;

  constructor(userId: string) {
    this.#name = `consult.presence.${userId}`;
  }

  tell(available: boolean): void {
    if (typeof BroadcastChannel === "undefined") return;
    const channel = new BroadcastChannel(this.#name);
    channel.postMessage(available);
    channel.close();
  }

  listen(heard: (available: boolean) => void): () => void {
    if (typeof BroadcastChannel === "undefined") return () => undefined;
    const channel = new BroadcastChannel(this.#name);
    channel.onmessage = (event: MessageEvent<unknown>) => {
      if (typeof event.data === "boolean") heard(event.data);
    };
    return () => channel.close();
  }
}
