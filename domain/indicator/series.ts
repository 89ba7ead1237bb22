/**
 * What a strategy sees of a number over time: the current value and a bounded past. The future cannot be indexed.
 *
 * A `Timeline` is one stream of bars: its owner records the inputs, then `advance` updates every indicator hung on it
 * in the order of creation, so an indicator may feed another. `HISTORY_LENGTH` values are kept; asking further back
 * throws instead of answering something old.
 */
import { invalid } from "../kernel/errors.ts";

/** Values kept of every series: `at(0)` to `at(511)`. A power of two. */
export const HISTORY_LENGTH = 512;
const MASK = HISTORY_LENGTH - 1;

export interface Series {
  readonly name: string;
  /** The newest value; NaN while warming up. */
  readonly value: number;
  /** Bars until the first value. */
  readonly warmup: number;
  readonly ready: boolean;
  /**
   * The value `barsAgo` bars before the newest: `at(0)` is `value`. NaN where the past does not reach.
   * @throws {DstaError} VALIDATION_ERROR for a negative or fractional index, or one beyond the history kept.
   */
  at(barsAgo: number): number;
}

export interface Step {
  update(slot: number): void;
}

export class Timeline {
  /** Bars seen. */
  count = 0;
  /** Where the bar being recorded goes. */
  slot = 0;
  /** The longest warm-up of anything on this timeline, in bars. */
  warmup = 0;
  readonly #steps: Step[] = [];
  #sealed = false;

  /** @throws {DstaError} VALIDATION_ERROR once sealed: a late indicator would have missed the past. */
  add(name: string, warmup: number, step: Step): void {
    if (this.#sealed) throw invalid("indicator", `to be made in setup(), where ${name} would see every bar`);
    this.#steps.push(step);
    if (warmup > this.warmup) this.warmup = warmup;
  }

  seal(): void {
    this.#sealed = true;
  }

  get ready(): boolean {
    return this.count >= this.warmup;
  }

  /** Updates the indicators from the inputs recorded at `slot` and moves on. */
  advance(): void {
    const steps = this.#steps;
    const slot = this.slot;
    for (let index = 0; index < steps.length; index++) steps[index]!.update(slot);
    this.count += 1;
    this.slot = this.count & MASK;
  }
}

/** A series and its owner's side of it. Authors hold it as `Series`, which cannot write. */
export class RecordedSeries implements Series {
  readonly name: string;
  readonly warmup: number;
  readonly timeline: Timeline;
  value = Number.NaN;
  readonly #past = new Float64Array(HISTORY_LENGTH);

  constructor(name: string, timeline: Timeline, warmup: number) {
    this.name = name;
    this.timeline = timeline;
    this.warmup = warmup;
  }

  /** The writable side of a series. @throws {DstaError} VALIDATION_ERROR for anything not made here. */
  static of(series: Series, field: string): RecordedSeries {
    if (!(series instanceof RecordedSeries)) throw invalid(field, "a series of the strategy's data or of an indicator", series);
    return series;
  }

  get ready(): boolean {
    return !Number.isNaN(this.value);
  }

  /** `slot` is the timeline's, passed in because it is the same for everything recorded on one bar. */
  record(value: number, slot: number): void {
    this.value = value;
    this.#past[slot] = value;
  }

  at(barsAgo: number): number {
    const index = checkBarsAgo(barsAgo);
    const count = this.timeline.count;
    return index < count ? this.#past[(count - 1 - index) & MASK]! : Number.NaN;
  }
}

/** @throws {DstaError} VALIDATION_ERROR unless `barsAgo` is an index into the history kept. */
export function checkBarsAgo(barsAgo: number): number {
  if (Number.isInteger(barsAgo) && barsAgo >= 0 && barsAgo < HISTORY_LENGTH) return barsAgo;
  throw invalid("at", `a number of bars ago from 0 (now) to ${HISTORY_LENGTH - 1}; there is no future`, barsAgo);
}
