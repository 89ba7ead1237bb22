/**
 * What a search keeps of its trials in memory until its report: the numbers that the report is made of, flat, under a
 * kilobyte a trial. Everything else of a trial is on the checkpoint; a search of 100,000 trials so stays below 100 MB.
 */
import type { BlockMoments } from "../../domain/analytics/block-moments.ts";
import type { SearchSpec } from "../../domain/contract/research/search.ts";
import type { MetricValues } from "../../domain/contract/views/research.ts";
import { parseConstraint, parseObjective } from "../../domain/optimization/objective.ts";
import type { TrialRecord } from "./job.ts";

/** Shown of every trial, besides what the search itself asks for. */
const SHOWN = [
  "totalReturn",
  "cagr",
  "volatility",
  "sharpe",
  "sortino",
  "calmar",
  "maxDrawdown",
  "exposure",
  "turnover",
  "trades",
  "winRate",
  "profitFactor",
  "periodsPerYear",
];

export interface KeptTrial extends Pick<TrialRecord, "trial" | "fold" | "params" | "state" | "reason"> {
  /** Metrics in the keeper's order; NaN is null. Empty unless done. */
  readonly values: readonly number[];
  /** Count, sum and squares of block after block. */
  readonly moments: readonly number[];
}

export class TrialKeeper {
  readonly #names: readonly string[];

  constructor({ objectives, constraints }: Pick<SearchSpec, "objectives" | "constraints">) {
    const asked = [...objectives.map((text) => parseObjective(text).metric), ...constraints.map((text) => parseConstraint(text).metric)];
    this.#names = [...new Set([...SHOWN, ...asked])];
  }

  keep({ trial, fold, params, state, reason, metrics, blocks }: TrialRecord): KeptTrial {
    const values = state === "done" ? this.#names.map((name) => metrics[name] ?? Number.NaN) : [];
    return { trial, fold, params, state, reason, values, moments: blocks.flat() };
  }

  metricsOf({ values }: KeptTrial): MetricValues {
    return Object.fromEntries(values.map((value, index) => [this.#names[index]!, Number.isNaN(value) ? null : value]));
  }

  blocksOf({ moments }: KeptTrial): BlockMoments[] {
    return Array.from({ length: moments.length / 3 }, (_, block) => [
      moments[block * 3]!,
      moments[block * 3 + 1]!,
      moments[block * 3 + 2]!,
    ]);
  }
}
