/** The newest latencies and their quantiles; older ones are overwritten. Cost is paid by the reader (one sort). */
export class LatencyRing {
  readonly #samplesMs: Float64Array;
  #recorded = 0;

  constructor(capacity = 1_024) {
    this.#samplesMs = new Float64Array(capacity);
  }

  record(ms: number): void {
    this.#samplesMs[this.#recorded++ % this.#samplesMs.length] = ms;
  }

  /** The smallest sample that at least `share` (0 to 1) of the samples do not exceed; 0 without samples. */
  quantile(share: number): number {
    const count = Math.min(this.#recorded, this.#samplesMs.length);
    if (count === 0) return 0;
    const sorted = this.#samplesMs.slice(0, count).sort();
    return sorted[Math.max(0, Math.ceil(share * count) - 1)]!;
  }
}
