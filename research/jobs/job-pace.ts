/**
 * How far a job is and how long it still takes. Owns the counts and the pace; time is the caller's clock. What an earlier
 * process finished counts as done and not towards the pace.
 */
import type { MetricValues } from "../../domain/contract/views/research.ts";
import type { ParamValues } from "../../domain/contract/views/strategy.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import type { JobProgress } from "./job.ts";

/** A pace of fewer is chance. */
const PACE_MIN = 2;

export class JobPace {
  readonly #clock: Clock;
  readonly #onProgress: (progress: JobProgress) => void;
  readonly #startedAtMs: number;
  #total = 0;
  #earlier = 0;
  #finished = 0;
  #running = 0;
  #skipped = 0;
  #bars = 0;
  #best: { readonly params: ParamValues; readonly metrics: MetricValues } | null = null;

  constructor(clock: Clock, onProgress: (progress: JobProgress) => void = () => undefined) {
    this.#clock = clock;
    this.#onProgress = onProgress;
    this.#startedAtMs = clock.now();
  }

  /** More is to be done, or, below 0, less than was thought. */
  expect(count: number): void {
    this.#total += count;
  }

  /** Finished before this process. */
  resume(count: number): void {
    this.#earlier += count;
  }

  skip(count: number): void {
    this.#skipped += count;
  }

  start(count: number): void {
    this.#running += count;
    this.#tell();
  }

  finish(count: number, bars: number): void {
    this.#running -= count;
    this.#finished += count;
    this.#bars += bars;
    this.#tell();
  }

  best(params: ParamValues, metrics: MetricValues): void {
    this.#best = { params, metrics };
  }

  /** Of work that counts itself: paths, checks. */
  at(done: number, total: number): void {
    this.#finished = done;
    this.#total = total;
    this.#tell();
  }

  get progress(): JobProgress {
    const elapsedMs = this.#clock.now() - this.#startedAtMs;
    const left = Math.max(0, this.#total - this.#earlier - this.#finished);
    const hasPace = this.#finished >= PACE_MIN && elapsedMs > 0;
    return {
      done: this.#earlier + this.#finished,
      total: this.#total,
      running: this.#running,
      skipped: this.#skipped,
      etaMs: hasPace ? Math.round((elapsedMs / this.#finished) * left) : null,
      barsPerSecond: elapsedMs > 0 && this.#bars > 0 ? Math.round((this.#bars / elapsedMs) * 1_000) : null,
      bestParams: this.#best?.params ?? null,
      bestMetrics: this.#best?.metrics ?? null,
    };
  }

  #tell(): void {
    this.#onProgress(this.progress);
  }
}
