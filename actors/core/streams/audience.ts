/**
 * The clients that see the same state. Numbers what they are sent: a delta has the next number, a snapshot the number
 * of the last delta it contains. Texts are made once for all clients.
 */
import type { StreamClient } from "./stream-client.ts";

export class Audience {
  readonly #clients = new Set<StreamClient>();
  #seq = 0;

  get size(): number {
    return this.#clients.size;
  }

  add(client: StreamClient): void {
    this.#clients.add(client);
  }

  remove(client: StreamClient): void {
    this.#clients.delete(client);
  }

  sendDelta(delta: object): void {
    const text = JSON.stringify({ type: "delta", seq: ++this.#seq, delta });
    for (const client of this.#clients) client.sendDelta(text);
  }

  /** Sends `state` to those who are behind or hidden and due. */
  refresh(nowMs: number, state: object): void {
    let text: string | null = null;
    const snapshot = () => (text ??= JSON.stringify({ type: "snapshot", seq: this.#seq, state }));
    for (const client of this.#clients) client.refresh(nowMs, snapshot);
  }

  needSnapshot(): void {
    for (const client of this.#clients) client.needSnapshot();
  }

  sendError(type: string, message: string): void {
    for (const client of this.#clients) client.sendError(type, message);
  }
}
