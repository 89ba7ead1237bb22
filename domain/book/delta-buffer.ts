/**
 * A bounded queue of depth updates waiting for a snapshot. Updates come in buffers their owner refills, so each one is
 * copied, to exactly the levels it has. At the bound the oldest update is dropped: the snapshot that ends the wait must
 * then be newer than it.
 */
import { invalid, invariant } from "../kernel/errors.ts";
import type { DepthUpdate } from "./depth.ts";

export class DeltaBuffer {
  readonly #deltasMax: number;
  #deltas: DepthUpdate[] = [];
  #head = 0;

  constructor(deltasMax: number) {
    if (!Number.isSafeInteger(deltasMax) || deltasMax < 1) throw invalid("bufferMax", "a whole number of deltas, at least 1", deltasMax);
    this.#deltasMax = deltasMax;
  }

  get length(): number {
    return this.#deltas.length - this.#head;
  }

  /** Copies `update` in as the newest; returns true when that pushed the oldest out. */
  push(update: DepthUpdate): boolean {
    this.#deltas.push(compactCopy(update));
    if (this.length <= this.#deltasMax) return false;
    this.dropOldest(1);
    return true;
  }

  /** 0 is the oldest. @throws {InvariantError} beyond the end. */
  at(index: number): DepthUpdate {
    const delta = this.#deltas[this.#head + index];
    invariant(delta !== undefined, `delta buffer has no element ${index}`);
    return delta;
  }

  newest(): DepthUpdate | undefined {
    return this.length === 0 ? undefined : this.#deltas[this.#deltas.length - 1];
  }

  dropOldest(count: number): void {
    this.#head += count;
    if (this.#head >= this.#deltas.length) {
      this.clear();
    } else if (this.#head > this.#deltasMax) {
      this.#deltas = this.#deltas.slice(this.#head);
      this.#head = 0;
    }
  }

  clear(): void {
    this.#deltas = [];
    this.#head = 0;
  }
}

function compactCopy(update: DepthUpdate): DepthUpdate {
  return { ...update, bids: update.bids.slice(0, update.bidCount * 2), asks: update.asks.slice(0, update.askCount * 2) };
}
