/**
 * Does the strategy know the future? It runs on the whole data, then with the data cut off, and with the future turned
 * upside down, at several times; everything before the cut must be the same to the last digit: decisions, fills, closed
 * trades, equity. Half of the cuts lie right where it decided something, because a peek of one bar shows only there.
 * Then the whole data once more: another answer means it remembers earlier runs. Foreknowledge that does not come from
 * the data it is given is the matter of foreknowledge.ts.
 */
import { type Random, seededRandom } from "../kernel/random.ts";
import type { BacktestInput } from "../simulation/backtest/types.ts";
import { mirroredAfter, truncated } from "./altered-future.ts";
import { type LoggedRun, type RunBacktest, runLogged } from "./logged-run.ts";
import { firstDifference } from "./prefix.ts";

export interface LookAheadOptions {
  readonly seed: string;
  /** Cuts. Default 8. */
  readonly points?: number;
  /** After each run: how many of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface LookAheadDifference {
  /** Null of a run on the same data again. */
  readonly cutMs: number | null;
  readonly future: "cut off" | "mirrored" | "run again";
  /** Time of the first thing that differs, and what it is in both. */
  readonly atMs: number;
  readonly what: string;
}

export interface LookAheadResult {
  readonly clean: boolean;
  /** Ascending. */
  readonly cutsMs: readonly number[];
  readonly runs: number;
  readonly decisions: number;
  /** One a cut and kind of future at most, in order of the cuts. */
  readonly differences: readonly LookAheadDifference[];
}

/** Runs the strategy 2 × points + 2 times. What the strategy throws comes out as it is. */
export function checkLookAhead(run: RunBacktest, input: BacktestInput, options: LookAheadOptions): LookAheadResult {
  const whole: BacktestInput = { ...input, closeAtEnd: false };
  const full = runLogged(run, whole);
  const cutsMs = chooseCuts(full, options.points ?? 8, seededRandom(`${options.seed}:look-ahead`));
  const runs = 2 + 2 * cutsMs.length;
  let done = 1;
  const advance = (): void => options.onProgress?.(done++, runs);
  advance();
  const differences: LookAheadDifference[] = [];
  for (const cutMs of cutsMs) {
    for (const [future, change] of [["cut off", truncated] as const, ["mirrored", mirroredAfter] as const]) {
      const found = firstDifference(full, runLogged(run, change(whole, cutMs)), cutMs);
      if (found !== null) differences.push({ cutMs, future, ...found });
      advance();
    }
  }
  const again = firstDifference(full, runLogged(run, whole), Number.POSITIVE_INFINITY);
  if (again !== null) differences.push({ cutMs: null, future: "run again", ...again });
  advance();
  return { clean: differences.length === 0, cutsMs, runs, decisions: full.log.timeMs.length, differences };
}

/** Half at times of decisions, the rest at any bar of the later nine tenths; each once, ascending. */
function chooseCuts({ outcome, log }: LoggedRun, points: number, random: Random): readonly number[] {
  const times = outcome.equity.timeMs;
  if (times.length < 2) return [];
  const cuts = new Set<number>();
  for (let tries = 0; log.timeMs.length > 0 && cuts.size < Math.floor(points / 2) && tries < points * 4; tries++) {
    cuts.add(log.timeMs[random.integer(0, log.timeMs.length - 1)]!);
  }
  for (let tries = 0; cuts.size < points && tries < points * 4; tries++) {
    cuts.add(times[random.integer(Math.floor(times.length / 10), times.length - 2)]!);
  }
  return [...cuts].sort((a, b) => a - b);
}
