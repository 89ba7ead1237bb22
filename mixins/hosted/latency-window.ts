/**
 * The last 128 handling times of an actor, for its p99 in the actors table. Allocated on first use, so that an actor
 * nobody talks to stays small.
 */

const SIZE = 128;

export class LatencyWindow {
  #samples: Float32Array | null = null;
  #count = 0;

  add(elapsedMs: number): void {
    this.#samples ??= new Float32Array(SIZE);
    this.#samples[this.#count++ % SIZE] = elapsedMs;
  }

  /** Microseconds, or null before the first message. */
  p99Us(): number | null {
    if (!this.#samples) return null;
    const sorted = this.#samples.slice(0, Math.min(this.#count, SIZE)).sort();
    return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))]! * 1_000);
  }
}
