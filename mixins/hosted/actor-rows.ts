/** Actors of a node as the actors table shows them; the rate of messages is taken between two looks, at least 250 ms apart. */
import type { ActorRow } from "../../domain/contract/views.ts";
import type { Cell } from "./cell.ts";

const RATE_MIN_MS = 250;

export class ActorRows {
  readonly #node: string;
  readonly #rates = new WeakMap<Cell, { processed: number; atMs: number; perSecond: number }>();

  constructor(node: string) {
    this.#node = node;
  }

  of(cell: Cell, nowMs: number): ActorRow {
    return {
      actorId: cell.actorId,
      kind: cell.kind,
      key: cell.id,
      node: this.#node,
      state: cell.status,
      epoch: String(cell.epoch),
      mailbox: cell.waiting,
      mailboxCapacity: cell.capacity,
      processed: cell.processed,
      messagesPerSecond: this.#rate(cell, nowMs),
      p99Us: cell.latency.p99Us(),
      restarts: cell.restarts,
      lastError: cell.lastError,
      lastErrorAtMs: cell.lastErrorAtMs,
      supervision: cell.supervision.describe(nowMs),
    };
  }

  #rate(cell: Cell, nowMs: number): number {
    const last = this.#rates.get(cell);
    if (last && nowMs - last.atMs < RATE_MIN_MS) return last.perSecond;
    const perSecond = last ? Math.round(((cell.processed - last.processed) * 1_000) / (nowMs - last.atMs)) : 0;
    this.#rates.set(cell, { processed: cell.processed, atMs: nowMs, perSecond });
    return perSecond;
  }
}
