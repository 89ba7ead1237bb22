/**
 * The checks of a strategy from its spec to their report. Checks know nothing of each other, so each is a task of its own
 * on the pool, the longest first; those that share their runs go together.
 */
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { ValidationCheck, ValidationReport } from "../../domain/contract/views/research.ts";
import { CHECKS, type CheckName } from "../../domain/validation/validate.ts";
import type { LoadedData } from "../data/load.ts";
import { JobPace } from "./job-pace.ts";
import { inParallel } from "./parallel.ts";
import type { JobPorts } from "./ports.ts";
import { finishedRun, resultHash } from "./run-row.ts";

const TOGETHER: readonly (readonly CheckName[])[] = [
  ["candle-bootstrap"],
  ["costs", "latency"],
  ["look-ahead"],
  ["warm-up"],
  ["foreknowledge"],
  ["trade-order"],
  ["block-bootstrap"],
  ["random-entry"],
  ["holding"],
];
/** Progress is told in hundredths of a check. */
const STEPS = 100;

/** @throws {DstaError} VALIDATION_ERROR; what the strategy throws; CANCELLED */
export async function validateJob(spec: BacktestSpec, data: LoadedData, ports: JobPorts): Promise<ValidationReport> {
  const { pool, clock, catalogue, head, signal } = ports;
  const pace = new JobPace(clock, ports.onProgress);
  const startedAtMs = clock.now();
  const parts = new Map<number, number>();
  const found: ValidationCheck[] = [];
  let asked = 0;
  await inParallel(pool, signal, () => {
    const at = asked++;
    const names = TOGETHER[at];
    if (names === undefined) return null;
    return async (either) => {
      const onProgress = (done: number, total: number): void => {
        parts.set(at, (done / total) * names.length * STEPS);
        pace.at(Math.round([...parts.values()].reduce((sum, part) => sum + part, 0)), CHECKS.length * STEPS);
      };
      found.push(...(await pool.runOn<readonly ValidationCheck[]>("checks", data, { spec, names }, { signal: either, onProgress })));
      onProgress(1, 1);
    };
  });
  const checks = found.toSorted((a, b) => CHECKS.indexOf(a.name as CheckName) - CHECKS.indexOf(b.name as CheckName));
  const run = finishedRun(head, spec, data, catalogue.strategyNamed, {
    kind: "validate",
    what: "validation",
    seed: spec.seed,
    startedAtMs,
    endedAtMs: clock.now(),
    workers: pool.workers,
    progress: pace.progress,
    bestParams: null,
    metrics: null,
    heldOut: null,
    deflatedSharpe: null,
    hash: resultHash(checks),
  });
  return { run, checks };
}
