/**
 * One search over one stretch of time: asks the method, runs its candidates on the pool, writes each result down before
 * it counts. What is asked depends on results by number only, so neither the order of arrival nor the number of workers
 * nor a restart changes the outcome.
 */
import type { MetricValues } from "../../domain/contract/views/research.ts";
import { createSearch, type SearchSettings } from "../../domain/optimization/search.ts";
import { type Judge, type Objective, parseObjective } from "../../domain/optimization/objective.ts";
import { DEFAULT_PRUNING } from "../../domain/optimization/pruning.ts";
import { rankedOf, winnerOf } from "../../domain/optimization/pareto.ts";
import type { Space } from "../../domain/optimization/space.ts";
import type { Candidate, Search, SkippedPoint, TrialResult as Told } from "../../domain/optimization/types.ts";
import { invariant } from "../../domain/kernel/errors.ts";
import type { JobPace } from "./job-pace.ts";
import type { TrialRecord } from "./job.ts";
import { inParallel, partsAtOnce } from "./parallel.ts";
import { WindowedData } from "./time-window.ts";
import type { KeptTrial, TrialKeeper } from "./trial-keeper.ts";
import type { TrialLedger } from "./trial-ledger.ts";
import { runTrials, type TrialRunner } from "./trial-runner.ts";
import type { TimeWindow, TrialRequest, TrialResult } from "./worker-task.ts";

/** Work that makes the cost of handing it over (≈ 50 µs) not count: some 10 ms. */
const BATCH_BARS = 25_000;
const BATCH_MAX = 64;

export interface SearchParts {
  readonly settings: SearchSettings;
  readonly seed: string;
  readonly space: Space;
  readonly judge: Judge;
  readonly keeper: TrialKeeper;
  readonly fold: number | null;
  readonly window: TimeWindow;
  readonly runner: TrialRunner;
  readonly ledger: TrialLedger;
  readonly pace: JobPace;
}

export interface SearchOutcome {
  /** In the order of their numbers. */
  readonly trials: readonly KeptTrial[];
  readonly skips: readonly SkippedPoint[];
  readonly skipped: number;
  /** By the first objective, within the constraints; null when no trial is. */
  readonly best: TrialRecord | null;
}

/** @throws {DstaError} CANCELLED; what no trial of this spec can get past */
export async function runSearch(parts: SearchParts): Promise<SearchOutcome> {
  return new SearchRun(parts).run();
}

class SearchRun {
  readonly #parts: SearchParts;
  readonly #search: Search;
  readonly #objective: Objective;
  readonly #kept: KeptTrial[] = [];
  readonly #expected: number;
  #best: TrialRecord | null = null;
  readonly #rows: number;

  constructor(parts: SearchParts) {
    const { settings, space, seed, pace } = parts;
    this.#parts = parts;
    this.#search = createSearch(settings, space, seed);
    this.#objective = parseObjective(settings.objectives[0]!);
    this.#expected = this.#search.total;
    this.#rows = new WindowedData(parts.runner.data).at(parts.window).rows;
    pace.expect(this.#expected);
    pace.skip(this.#search.skipped);
  }

  async run(): Promise<SearchOutcome> {
    const { ledger, fold, pace } = this.#parts;
    const earlier = ledger.takeTrained(fold);
    pace.resume(earlier.length);
    for (const record of earlier) this.#count(record);
    await this.#carryOn();
    invariant(this.#search.finished, "a search gave nothing to run and was not finished");
    pace.expect(this.#kept.length - this.#expected);
    this.#kept.sort((a, b) => a.trial - b.trial);
    return { trials: this.#kept, skips: this.#search.skips, skipped: this.#search.skipped, best: this.#best };
  }

  async #carryOn(): Promise<void> {
    const { pool, signal } = this.#parts.runner;
    await inParallel(pool, signal, () => {
      const batch = this.#search.ask(this.#batchSize(partsAtOnce(pool)));
      return batch.length === 0 ? null : (either) => this.#runBatch({ ...this.#parts.runner, signal: either }, batch);
    });
  }

  async #runBatch(runner: TrialRunner, batch: readonly Candidate[]): Promise<void> {
    const { ledger, pace } = this.#parts;
    pace.start(batch.length);
    const results = await runTrials(
      runner,
      batch.map((candidate) => this.#request(candidate)),
    );
    const records = batch.map((candidate, index) => this.#record(candidate, results[index]!));
    await ledger.append(records);
    for (const record of records) this.#count(record);
    pace.finish(
      batch.length,
      results.reduce((sum, { bars }) => sum + bars, 0),
    );
  }

  #batchSize(atOnce: number): number {
    const fair = Math.ceil((this.#search.total - this.#search.told) / atOnce);
    return Math.max(1, Math.min(BATCH_MAX, fair, Math.ceil(BATCH_BARS / Math.max(this.#rows, 1))));
  }

  #request({ params, stopBelow }: Candidate): TrialRequest {
    const { settings, window } = this.#parts;
    const prune = settings.prune ? { objective: this.#objective, checkpoints: DEFAULT_PRUNING.checkpoints, stopBelow } : null;
    return { params, window, prune, curvePoints: 0 };
  }

  #record({ trial, params }: Candidate, result: TrialResult): TrialRecord {
    const { state, reason, metrics, blocks, hash, partial } = result;
    return { trial, fold: this.#parts.fold, part: "train", params, state, reason, metrics, blocks, hash, partial };
  }

  #count(record: TrialRecord): void {
    const { judge, keeper, pace, fold } = this.#parts;
    this.#kept.push(keeper.keep(record));
    this.#search.tell(record.trial, { ...told(record.state, record.metrics, judge), steps: record.partial });
    this.#best = better(this.#best, record, judge);
    if (fold === null && this.#best !== null) pace.best(this.#best.params, this.#best.metrics);
  }
}

/** Whatever the order in which trials finish: of equals the one asked first. */
function better(best: TrialRecord | null, record: TrialRecord, judge: Judge): TrialRecord | null {
  const pair = best === null ? [record] : [best, record].toSorted((a, b) => a.trial - b.trial);
  const index = winnerOf(pair.map(({ state, metrics }) => rankedOf(told(state, metrics, judge))));
  return index === null ? null : pair[index]!;
}

/** What the method is told of a trial. */
export function told(state: TrialRecord["state"], metrics: MetricValues, judge: Judge): Told {
  return { state, ...(state === "done" ? judge(metrics) : { objectives: [], feasible: false, violation: 1 }) };
}
