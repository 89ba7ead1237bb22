/**
 * The last 128 handling times that were taken of an actor, for its p99 in the actors table. Begins with room for a few
 * and grows, so that an actor nobody talks to much stays small.
 */

const SIZE_FIRST = 8;
const SIZE = 128;

export class LatencyWindow {
  #samples: Float32Array | null = null;
  #count = 0;

  add(elapsedMs: number): void {
    this.#samples ??= new Float32Array(SIZE_FIRST);
    if (this.#count === this.#samples.length && this.#count < SIZE) this.#grow(this.#samples);
    this.#samples[this.#count++ % SIZE] = elapsedMs;
  }

  /** Microseconds, or null before the first message. */
  p99Us(): number | null {
    if (!this.#samples) return null;
    const sorted = this.#samples.slice(0, Math.min(this.#count, SIZE)).sort();
    return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))]! * 1_000);
  }

  #grow(samples: Float32Array): void {
    this.#samples = new Float32Array(samples.length * 4);
    this.#samples.set(samples);
  }
}
