/**
 * The ask/tell state machine around a method. Trials come in batches whose size the method sets, never the number of
 * workers; a batch is made from the results of a fixed set of earlier batches and waits until those are all told. That
 * is what makes the sequence the same for any order of arrival. Holds every trial's parameters and result: bounded by
 * the spec's `trials`.
 */
import type { ParamValues } from "../contract/views/strategy.ts";
import { invalid } from "../kernel/errors.ts";
import type { StopLevels } from "./pruning.ts";
import type { Candidate, Proposer, Search, SkippedPoint, Told, TrialResult } from "./types.ts";

/** Batch of the methods that learn nothing: small, so that pruning soon has finished trials to compare with. */
export const OPEN_BATCH = 16;

export class BatchedSearch implements Search {
  readonly #proposer: Proposer;
  readonly #stopLevels: StopLevels | null;
  readonly #points: ParamValues[] = [];
  readonly #stops: Candidate["stopBelow"][] = [];
  readonly #results: (TrialResult | undefined)[] = [];
  /** What methods are shown: a growing prefix of the trials. */
  readonly #known: Told[] = [];
  /** Trial after the last one of each batch. */
  readonly #ends: number[] = [];
  #over = false;
  #told = 0;
  /** Trials below it were asked or told. */
  #nextTrial = 0;
  /** Batches below it are all told. */
  #closedBatches = 0;

  /** @param stopLevels null: without pruning. */
  constructor(proposer: Proposer, stopLevels: StopLevels | null) {
    this.#proposer = proposer;
    this.#stopLevels = stopLevels;
  }

  ask(count: number): Candidate[] {
    const asked: Candidate[] = [];
    while (asked.length < count && (this.#nextTrial < this.#points.length || this.#openBatch())) {
      const trial = this.#nextTrial++;
      if (this.#results[trial] !== undefined) continue;
      asked.push({ trial, params: this.#points[trial]!, stopBelow: this.#stops[trial]! });
    }
    return asked;
  }

  tell(trial: number, result: TrialResult): void {
    if (!Number.isSafeInteger(trial) || trial < 0) throw invalid("trial", "a whole number from 0", trial);
    while (trial >= this.#points.length) {
      if (!this.#openBatch()) throw invalid("trial", `below ${this.#points.length}: results of earlier trials are missing`, trial);
    }
    if (this.#results[trial] !== undefined) throw invalid("trial", "a trial that was not told before", trial);
    this.#results[trial] = result;
    this.#told++;
    this.#closeBatches();
  }

  get finished(): boolean {
    return this.#over && this.#told === this.#points.length;
  }

  get total(): number {
    return this.#over ? this.#points.length : this.#proposer.total;
  }

  get told(): number {
    return this.#told;
  }

  get skipped(): number {
    return this.#proposer.skipped;
  }

  get skips(): readonly SkippedPoint[] {
    return this.#proposer.skips;
  }

  /** Makes the next batch, if its time has come. */
  #openBatch(): boolean {
    const batch = this.#ends.length;
    const needed = batch - this.#proposer.ahead;
    if (this.#over || needed > this.#closedBatches) return false;
    const known = this.#knownOf(needed);
    const proposed = this.#proposer.propose(batch, known).slice(0, this.#proposer.total - this.#points.length);
    const levels = this.#stopLevels === null ? [] : this.#stopLevels(known);
    for (const params of proposed) {
      this.#points.push(params);
      this.#stops.push(levels);
      this.#results.push(undefined);
    }
    this.#ends.push(this.#points.length);
    this.#over = proposed.length === 0 || this.#points.length >= this.#proposer.total;
    return proposed.length > 0;
  }

  /** Results of the first `batches` batches; asked for with ascending numbers only. */
  #knownOf(batches: number): readonly Told[] {
    const end = batches <= 0 ? 0 : this.#ends[batches - 1]!;
    for (let trial = this.#known.length; trial < end; trial++) {
      this.#known.push({ trial, params: this.#points[trial]!, result: this.#results[trial]! });
    }
    return this.#known;
  }

  #closeBatches(): void {
    while (this.#closedBatches < this.#ends.length) {
      const start = this.#closedBatches === 0 ? 0 : this.#ends[this.#closedBatches - 1]!;
      for (let trial = start; trial < this.#ends[this.#closedBatches]!; trial++) if (this.#results[trial] === undefined) return;
      this.#closedBatches++;
    }
  }
}
