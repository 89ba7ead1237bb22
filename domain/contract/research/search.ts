/** What a search over parameters is asked: space, method, objectives, constraints, folds, hold-out. */
import { z } from "zod";
import { backtestSpec } from "./spec.ts";

export const SEARCH_METHODS = ["grid", "random", "nsga2", "bayes"] as const;

/** A dimension: a stepped or continuous range of a numeric parameter, or listed values of any. */
export const dimensionSpec = z.union([
  z.strictObject({ from: z.number(), to: z.number(), step: z.number().positive().optional(), log: z.boolean().default(false) }),
  z.strictObject({
    values: z
      .array(z.union([z.number(), z.string(), z.boolean()]))
      .min(1)
      .max(10_000),
  }),
]);

/** `sharpe` is maximised, `-maxDrawdown` minimised: any metric of a run by its name. */
export const objectiveText = z.string().regex(/^-?[a-zA-Z][A-Za-z0-9]{1,40}$/, "expected a metric such as sharpe or -maxDrawdown");

/** `trades >= 30`, `maxDrawdown <= 0.3`. */
export const constraintText = z.string().regex(/^[a-zA-Z][A-Za-z0-9]{1,40}\s*(>=|<=)\s*-?\d+(\.\d+)?$/, "expected such as trades >= 30");

export const foldSpec = z.strictObject({
  mode: z.enum(["rolling", "anchored"]).default("rolling"),
  count: z.number().int().min(2).max(50).default(6),
  /** Length of a test window as a share of its training window. */
  testShare: z.number().positive().max(1).default(0.25),
  embargoMs: z.number().int().min(0).max(31_536_000_000).default(86_400_000),
});

export const searchSpec = z.strictObject({
  backtest: backtestSpec,
  space: z.record(z.string(), dimensionSpec),
  method: z.enum(SEARCH_METHODS).default("grid"),
  objectives: z.array(objectiveText).min(1).max(4).default(["sharpe"]),
  constraints: z.array(constraintText).max(10).default([]),
  /** Bound of every method; a larger grid is refused. */
  trials: z.number().int().min(1).max(100_000).default(100),
  workers: z.number().int().min(1).max(256).optional(),
  /** Newest share of the data that no trial sees. */
  holdOutShare: z.number().min(0).max(0.5).default(0.2),
  folds: foldSpec.nullable().default(null),
  /** Ends a trial whose result after a part of the data lies below the median of the finished ones at that point. */
  prune: z.boolean().default(false),
  seed: z.string().min(1).max(64).default("dsta"),
});

export type DimensionSpec = z.infer<typeof dimensionSpec>;
export type FoldSpec = z.infer<typeof foldSpec>;
export type SearchSpec = z.infer<typeof searchSpec>;
export type SearchSpecInput = z.input<typeof searchSpec>;
export type SearchMethod = (typeof SEARCH_METHODS)[number];
