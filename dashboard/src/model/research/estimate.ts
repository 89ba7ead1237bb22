/** What a run will take, before it is asked: trials × bars × folds, and the time that runs of late needed for so many. */
import type { ResearchDataSet, ResearchRun } from "../../../../domain/contract/views/research.ts";
import { number } from "../format.ts";
import type { ReadDraft } from "./form.ts";
import { duration } from "./runs.ts";

/** Bars of the chosen sets inside the chosen days; the share of the time is taken for the share of the rows. */
export function barsOf(sets: readonly ResearchDataSet[], fromMs: number | undefined, toMs: number | undefined): number {
  return sets.reduce((sum, set) => {
    if (set.fromMs === null || set.toMs === null || set.toMs <= set.fromMs) return sum + set.rows;
    const from = Math.max(set.fromMs, fromMs ?? set.fromMs);
    const to = Math.min(set.toMs, toMs ?? set.toMs);
    return sum + Math.round((set.rows * Math.max(0, to - from)) / (set.toMs - set.fromMs));
  }, 0);
}

export interface Estimate {
  readonly work: string;
  readonly time: string;
}

export function estimate(read: ReadDraft, sets: readonly ResearchDataSet[], runs: readonly ResearchRun[]): Estimate {
  const bars = barsOf(sets, read.backtest.data.fromMs, read.backtest.data.toMs);
  const searched = read.search;
  const trials = searched?.trials ?? 1;
  const folds = searched?.folds?.count ?? 1;
  const work =
    searched === null
      ? `${number(bars)} bars`
      : `${number(trials)} ${trials === 1 ? "trial" : "trials"} × ${number(bars)} bars${folds > 1 ? ` × ${folds} folds` : ""}`;
  const like = runs.find((run) => run.barsPerSecond !== null && run.barsPerSecond > 0);
  const seed = `seed ${read.backtest.seed ?? ""}`;
  if (like === undefined || like.barsPerSecond === null || bars === 0) return { work, time: seed };
  const ms = ((trials * folds * bars) / like.barsPerSecond) * 1_000;
  const workers = searched?.workers ?? like.workers;
  return {
    work,
    time: `about ${duration(ms)} at ${rate(like.barsPerSecond)}, ${workers} ${workers === 1 ? "worker" : "workers"}, ${seed}`,
  };
}

/** 5.4 M bars/s. */
export function rate(barsPerSecond: number): string {
  if (barsPerSecond >= 1e6) return `${number(barsPerSecond / 1e6, 1)} M bars/s`;
  return barsPerSecond >= 1e3 ? `${number(barsPerSecond / 1e3)} k bars/s` : `${number(barsPerSecond)} bars/s`;
}
