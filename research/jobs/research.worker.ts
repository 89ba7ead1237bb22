/**
 * What a thread of the research pool runs: each exported function is a kind of task. A thread keeps the data it was sent
 * last, by its hash, with the indicators computed on it, and answers failures as data, because an Error loses its type
 * between threads. Imports nothing of the floor: no venue driver, no journal, no network.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { ValidationCheck } from "../../domain/contract/views/research.ts";
import { ColumnCache } from "../../domain/indicator/column-series.ts";
import { encodeError } from "../../domain/kernel/error-record.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import { type PathMaker, pathMaker } from "../../domain/validation/monte-carlo.ts";
import type { PathResult } from "../../domain/validation/monte-carlo-paths.ts";
import { type CheckName, CHECKS, validate } from "../../domain/validation/validate.ts";
import { type Catalogue, loadCatalogue } from "../../strategies/catalogue.ts";
import { backtestInput } from "../run/input.ts";
import { evaluateTrial, type TrialBench } from "./evaluate.ts";
import type { MonteCarloSpec } from "./job.ts";
import { keepStandardOutput } from "./strategy-console.ts";
import { WHOLE, WindowedData } from "./time-window.ts";
import type { CheckTask, DataRef, PathTask, TrialResult, TrialTask, WorkerAnswer, WorkerProgress, WorkerSettings } from "./worker-task.ts";

let held: { readonly hash: string; readonly data: WindowedData; readonly cache: ColumnCache } | null = null;
let made: { readonly key: string; readonly data: WindowedData; readonly maker: PathMaker } | null = null;
let catalogue: Promise<Catalogue> | null = null;

export function trials({ data, spec, trials: requests }: TrialTask): Promise<WorkerAnswer<readonly TrialResult[]>> {
  return onData(data, (bench) => requests.map((request) => evaluateTrial(spec, bench, request)));
}

export function paths({ data, spec, range }: PathTask): Promise<WorkerAnswer<readonly PathResult[]>> {
  return onData(data, (bench) => {
    const maker = makerOf(spec, bench);
    return Array.from({ length: range.to - range.from }, (_, index) => maker.path(range.from + index));
  });
}

export function checks({ data, spec, names, id }: CheckTask): Promise<WorkerAnswer<readonly ValidationCheck[]>> {
  return onData(data, (bench) => {
    const skip = Object.fromEntries(CHECKS.filter((name) => !names.includes(name)).map((name) => [name, "runs in another task"]));
    const input = backtestInput(spec, bench.data.at(WHOLE), bench.strategyNamed);
    const rows = validate(runBacktest, input, { seed: spec.seed, skip, onProgress: teller(id, names) });
    return rows.filter(({ name }) => (names as readonly string[]).includes(name));
  });
}

/** The backtest that paths are made of runs once a thread. */
function makerOf(spec: MonteCarloSpec, { data, strategyNamed }: TrialBench): PathMaker {
  const key = JSON.stringify(spec);
  if (made?.key === key && made.data === data) return made.maker;
  const input = backtestInput(spec.backtest, data.at(WHOLE), strategyNamed);
  made = { key, data, maker: pathMaker(runBacktest, input, runBacktest(input), spec) };
  return made.maker;
}

/** A message a hundredth, not one a path. */
function teller(id: number, names: readonly CheckName[]): (check: CheckName, part: number) => void {
  let told = 0;
  return (check, part) => {
    const at = names.indexOf(check);
    const done = (at + part) / names.length;
    if (at < 0 || done - told < 0.01) return;
    told = done;
    const progress: WorkerProgress = { task: id, done, total: 1 };
    parentPort?.postMessage(progress, []);
  };
}

async function onData<T>({ hash, data }: DataRef, work: (bench: TrialBench) => T): Promise<WorkerAnswer<T>> {
  if (data !== null && held?.hash !== hash) held = { hash, data: new WindowedData(data), cache: new ColumnCache() };
  if (held?.hash !== hash) return { kind: "needs-data" };
  const { data: windows, cache } = held;
  try {
    const { strategyNamed } = await strategies();
    return { kind: "done", value: work({ strategyNamed, data: windows, cache }) };
  } catch (error) {
    return { kind: "failed", error: encodeError(error) };
  }
}

/** Loaded once a thread. */
function strategies(): Promise<Catalogue> {
  if (catalogue === null) keepStandardOutput();
  catalogue ??= loadCatalogue((workerData as WorkerSettings).ownModule);
  return catalogue;
}
