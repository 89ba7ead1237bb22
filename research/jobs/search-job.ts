/**
 * A search from its spec to its report: over the searched range; with folds also inside each training window, whose
 * choice is then run on the window after it; and the winner, once, on the newest data that no trial saw.
 *
 * Parameters are chosen from training windows only: a test window or the held-out range is read by trials that are run
 * after the choice and change nothing.
 */
import { METRIC_NAMES } from "../../domain/analytics/metric-names.ts";
import type { SearchSpec } from "../../domain/contract/research/search.ts";
import type { SearchReport } from "../../domain/contract/views/research.ts";
import type { ParamValues } from "../../domain/contract/views/strategy.ts";
import { DstaError, invalid } from "../../domain/kernel/errors.ts";
import { createJudge, parseObjective } from "../../domain/optimization/objective.ts";
import { createSpace } from "../../domain/optimization/space.ts";
import type { LoadedData } from "../data/load.ts";
import { specHash } from "./identity.ts";
import type { TrialRecord } from "./job.ts";
import { JobPace } from "./job-pace.ts";
import type { JobPorts } from "./ports.ts";
import { type FoldPlan, planOf, type SearchPlan } from "./search-plan.ts";
import type { FoldOutcome, OutOfSample } from "./search-findings.ts";
import { searchReport } from "./search-report.ts";
import { runSearch, type SearchOutcome, type SearchParts } from "./search-run.ts";
import { WHOLE } from "./time-window.ts";
import { TrialKeeper } from "./trial-keeper.ts";
import { TrialLedger } from "./trial-ledger.ts";
import { runTrials, type TrialRunner } from "./trial-runner.ts";
import type { TimeWindow, TrialResult } from "./worker-task.ts";

const CURVE_POINTS = 1_000;

/** @throws {DstaError} VALIDATION_ERROR naming the field of the spec; CHECKPOINT_OTHER, CHECKPOINT_DAMAGED; CANCELLED */
export async function searchJob(spec: SearchSpec, data: LoadedData, ports: JobPorts): Promise<SearchReport> {
  const { catalogue, checkpoint, head } = ports;
  const [row, ...others] = spec.backtest.strategies;
  if (row === undefined || others.length > 0) throw invalid("backtest.strategies", "one strategy", spec.backtest.strategies.length);
  if (spec.prune) checkPrunable(spec);
  const space = createSpace(spec.space, catalogue.strategyNamed(row.strategy), row.params);
  const judge = createJudge(spec, METRIC_NAMES);
  const plan = planOf(spec, data);
  const log = await checkpoint({ specHash: specHash(spec), dataHash: data.hash, codeVersion: head.codeVersion });
  try {
    const ledger = await TrialLedger.open(log);
    const job = new SearchJob(spec, data, ports, { space, judge, keeper: new TrialKeeper(spec), ledger, plan });
    return await job.run();
  } finally {
    await log.close();
  }
}

type Made = Pick<SearchParts, "space" | "judge" | "keeper" | "ledger"> & { readonly plan: SearchPlan };

class SearchJob {
  readonly #spec: SearchSpec;
  readonly #data: LoadedData;
  readonly #ports: JobPorts;
  readonly #made: Made;
  readonly #runner: TrialRunner;
  readonly #pace: JobPace;
  readonly #startedAtMs: number;

  constructor(spec: SearchSpec, data: LoadedData, ports: JobPorts, made: Made) {
    this.#spec = spec;
    this.#data = data;
    this.#ports = ports;
    this.#made = made;
    this.#runner = { pool: ports.pool, data, spec: spec.backtest, signal: ports.signal };
    this.#pace = new JobPace(ports.clock, ports.onProgress);
    this.#startedAtMs = ports.clock.now();
  }

  async run(): Promise<SearchReport> {
    const { plan } = this.#made;
    // One run out of sample a fold and one on what is held out, and one for the winner's curve.
    this.#pace.expect(plan.folds.length + (plan.heldOut === null ? 1 : 2));
    const searched = await this.#search(null, this.#spec.seed, plan.searched);
    const folds: FoldOutcome[] = [];
    for (const fold of plan.folds) folds.push(await this.#fold(fold));
    const { best } = searched;
    if (best === null) this.#pace.expect(plan.heldOut === null ? -1 : -2);
    const heldOut = best === null || plan.heldOut === null ? null : await this.#once(best, "hold-out", plan.heldOut, 0);
    const curve = best === null ? [] : (await this.#run(best.params, WHOLE, CURVE_POINTS)).curve;
    const { clock, pool, head, catalogue } = this.#ports;
    const times = { startedAtMs: this.#startedAtMs, endedAtMs: clock.now() };
    return searchReport(
      { searched, folds, heldOut, curve },
      {
        spec: this.#spec,
        data: this.#data,
        space: this.#made.space,
        judge: this.#made.judge,
        keeper: this.#made.keeper,
        head,
        strategyNamed: catalogue.strategyNamed,
        outcome: { ...times, workers: pool.workers, progress: this.#pace.progress },
      },
    );
  }

  async #fold(plan: FoldPlan): Promise<FoldOutcome> {
    const { fold } = plan.ranges;
    const { best } = await this.#search(fold, `${this.#spec.seed}/fold/${fold}`, plan.train);
    if (best === null) this.#pace.expect(-1);
    const points = Math.ceil(CURVE_POINTS / this.#made.plan.folds.length);
    return { plan, chosen: best, tested: best === null ? null : await this.#once(best, "test", plan.test, points) };
  }

  #search(fold: number | null, seed: string, window: TimeWindow): Promise<SearchOutcome> {
    return runSearch({ ...this.#made, settings: this.#spec, seed, fold, window, runner: this.#runner, pace: this.#pace });
  }

  /** What was chosen, out of sample; not run again when it was before, unless its curve is needed. */
  async #once(chosen: TrialRecord, part: "test" | "hold-out", window: TimeWindow, points: number): Promise<OutOfSample> {
    const { ledger } = this.#made;
    const place = { trial: chosen.trial, fold: chosen.fold, part };
    const before = ledger.before(place);
    if (before !== null && points === 0) {
      this.#pace.resume(1);
      return { record: before, curve: [] };
    }
    const { state, reason, metrics, blocks, hash, partial, curve } = await this.#run(chosen.params, window, points);
    const record: TrialRecord = { ...place, params: chosen.params, state, reason, metrics, blocks, hash, partial };
    if (before === null) await ledger.append([record]);
    else checkSame(before, record);
    return { record, curve };
  }

  async #run(params: ParamValues, window: TimeWindow, curvePoints: number): Promise<TrialResult> {
    this.#pace.start(1);
    const [result] = await runTrials(this.#runner, [{ params, window, prune: null, curvePoints }]);
    this.#pace.finish(1, result!.bars);
    return result!;
  }
}

/** Known of a part of a run already; the metrics behind them are of its trades and fills. */
const OF_THE_CURVE: ReadonlySet<string> = new Set(METRIC_NAMES.slice(0, METRIC_NAMES.indexOf("exposure")));

function checkPrunable({ objectives }: SearchSpec): void {
  const { metric } = parseObjective(objectives[0]!);
  if (!OF_THE_CURVE.has(metric)) throw invalid("prune", `a first objective of the equity curve: ${[...OF_THE_CURVE].join(", ")}`, metric);
}

function checkSame(before: TrialRecord, now: TrialRecord): void {
  if (before.hash === now.hash) return;
  throw new DstaError(
    "CHECKPOINT_OTHER",
    `trial ${now.trial} gave ${before.hash} before and gives ${now.hash} now: data or code have changed`,
    {
      data: { trial: now.trial, expected: before.hash, got: now.hash },
    },
  );
}
