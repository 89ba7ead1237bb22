/** Research as shown: runs, their results, trials of a search, and how far to trust them. One schema a row; see ../views.ts. */
import { z } from "zod";
import { timeMs } from "../fields.ts";
import { backtestSpec } from "../research/spec.ts";
import { searchSpec } from "../research/search.ts";
import { paramValues } from "./strategy.ts";

export const researchKind = z.enum(["backtest", "optimize", "walk-forward", "monte-carlo", "validate"]);
export const researchState = z.enum(["queued", "running", "done", "failed", "cancelled", "interrupted"]);

/** Metrics by name; null is undefined and `why` says why. Ratios are shares: 0.12 is 12 %. */
export const metricValues = z.record(z.string(), z.number().nullable());

export const researchWarning = z.object({
  code: z.string(),
  severity: z.enum(["info", "warn", "critical"]),
  text: z.string(),
});

export const researchTrade = z.object({
  strategyId: z.string(),
  symbol: z.string(),
  side: z.enum(["long", "short"]),
  entryTime: timeMs,
  entryPrice: z.number(),
  exitTime: timeMs.nullable().meta({ description: "null while open at the end" }),
  exitPrice: z.number().nullable(),
  quantity: z.number(),
  fee: z.number(),
  funding: z.number(),
  pnl: z.number().meta({ description: "Net of fees and funding; of an open trade at the last mark" }),
  returnRatio: z.number().nullable(),
  bars: z.number().int(),
  mae: z.number().nullable().meta({ description: "Largest adverse excursion as a share of the entry price" }),
  mfe: z.number().nullable(),
  why: z.string(),
  exitWhy: z.string().nullable(),
});

export const valuePoint = z.object({ time: timeMs, value: z.number() });

export const researchRun = z.object({
  id: z.string(),
  kind: researchKind,
  state: researchState,
  title: z.string().meta({ description: "sma-cross, grid" }),
  strategy: z.string(),
  strategyVersion: z.number().int(),
  symbols: z.array(z.string()),
  fromMs: timeMs.nullable(),
  toMs: timeMs.nullable(),
  submittedAtMs: timeMs,
  startedAtMs: timeMs.nullable(),
  endedAtMs: timeMs.nullable(),
  by: z.string(),
  done: z.number().int().meta({ description: "Trials, paths or bars finished" }),
  total: z.number().int(),
  skipped: z.number().int(),
  running: z.number().int(),
  etaMs: z.number().nullable(),
  barsPerSecond: z.number().nullable(),
  error: z.object({ type: z.string(), message: z.string() }).nullable(),
  /** Of the run, or of the best trial so far; null before the first. */
  bestParams: paramValues.nullable(),
  metrics: metricValues.nullable(),
  heldOut: metricValues.nullable(),
  deflatedSharpe: z.number().nullable(),
  dataHash: z.string().nullable(),
  codeVersion: z.string(),
  seed: z.string(),
  hash: z.string().nullable(),
  node: z.string(),
  workers: z.number().int(),
});

/** Everything a finished backtest says; series thinned to `points` unless all are asked for. */
export const backtestReport = z.object({
  run: researchRun,
  spec: backtestSpec,
  metrics: metricValues,
  why: z.record(z.string(), z.string()).meta({ description: "Why a metric is null" }),
  benchmark: z.object({ name: z.string(), metrics: metricValues, equity: z.array(valuePoint) }).nullable(),
  equity: z.array(valuePoint),
  drawdown: z.array(valuePoint).meta({ description: "0 or below, as a share of the peak" }),
  trades: z.array(researchTrade),
  tradesTotal: z.number().int(),
  monthly: z.array(z.object({ year: z.number().int(), months: z.array(z.number().nullable()), total: z.number().nullable() })),
  drawdowns: z.array(z.object({ fromMs: timeMs, troughMs: timeMs, toMs: timeMs.nullable(), depth: z.number(), days: z.number() })),
  attribution: z.array(
    z.object({
      by: z.enum(["symbol", "strategy", "side", "hour", "why"]),
      name: z.string(),
      pnl: z.number(),
      fee: z.number(),
      trades: z.number().int(),
    }),
  ),
  costs: z.object({ fee: z.number(), slippage: z.number(), funding: z.number(), turnover: z.number().nullable() }),
  /** What fills cost against the price they were decided at; absent for inverse contracts, which it does not fit. */
  costRows: z
    .array(
      z.object({
        by: z.enum(["total", "symbol", "strategy"]),
        name: z.string(),
        fills: z.number().int(),
        arrivalNotional: z.number(),
        delay: z.number(),
        slippage: z.number(),
        fee: z.number(),
        shortfall: z.number().meta({ description: "delay + slippage + fee" }),
        shortfallBps: z.number().nullable(),
        slippageBps: z.number().nullable(),
        vwapCost: z.number().nullable().meta({ description: "Against the day's volume-weighted price, without fees" }),
        vwapBps: z.number().nullable(),
      }),
    )
    .optional(),
  warnings: z.array(researchWarning),
  finalEquity: z.number(),
  bars: z.number().int(),
  barsPerSecond: z.number().nullable(),
  hash: z.string(),
  refusals: z.array(z.object({ code: z.string(), count: z.number().int(), example: z.string() })),
});

export const researchTrial = z.object({
  trial: z.number().int(),
  fold: z.number().int().nullable(),
  params: paramValues,
  state: z.enum(["done", "pruned", "skipped", "failed"]),
  reason: z.string().nullable(),
  objectives: z.array(z.number().nullable()),
  metrics: metricValues,
  feasible: z.boolean(),
  onFront: z.boolean(),
});

export const searchReport = z.object({
  run: researchRun,
  spec: searchSpec,
  best: researchTrial.nullable(),
  trials: z.array(researchTrial),
  front: z.array(z.number().int()).meta({ description: "Trials no other one dominates" }),
  hypervolume: z.number().nullable(),
  folds: z.array(
    z.object({
      fold: z.number().int(),
      trainFromMs: timeMs,
      trainToMs: timeMs,
      testFromMs: timeMs,
      testToMs: timeMs,
      params: paramValues.nullable(),
      inSample: metricValues.nullable(),
      outOfSample: metricValues.nullable(),
    }),
  ),
  /** Out-of-sample windows one after another. */
  stitched: z.array(valuePoint),
  trust: z.object({
    verdict: z.enum(["none", "weak", "fair", "good"]),
    text: z.string(),
    trials: z.number().int(),
    deflatedSharpe: z.number().nullable(),
    luckSharpe: z.number().nullable().meta({ description: "Yearly Sharpe that the best of so many trials would show by luck" }),
    pbo: z.number().nullable().meta({ description: "Probability of backtest overfitting, 0 to 1" }),
    stability: z.number().nullable().meta({ description: "Mean objective of the neighbours over the winner's" }),
    sharpe: z.object({ searched: z.number().nullable(), walkForward: z.number().nullable(), heldOut: z.number().nullable() }),
    heldOutTrades: z.number().int().nullable(),
    warnings: z.array(researchWarning),
  }),
  equity: z.array(valuePoint),
});

export const monteCarloReport = z.object({
  run: researchRun,
  method: z.enum(["trade-order", "block-bootstrap", "candle-bootstrap"]),
  paths: z.number().int(),
  quantiles: z.array(z.object({ quantile: z.number(), finalEquity: z.number(), maxDrawdown: z.number() })),
  ruinShare: z.number().nullable().meta({ description: "Share of paths that lost half of the capital" }),
  fan: z.array(z.object({ time: timeMs, p05: z.number(), p25: z.number(), p50: z.number(), p75: z.number(), p95: z.number() })),
  warnings: z.array(researchWarning),
});

export const validationCheck = z.object({
  name: z.string(),
  verdict: z.enum(["pass", "warn", "fail", "skipped"]),
  text: z.string(),
  numbers: z.record(z.string(), z.number().nullable()),
});

export const validationReport = z.object({ run: researchRun, checks: z.array(validationCheck) });

export const comparisonReport = z.object({
  runs: z.array(researchRun),
  /** Where the runs' data or costs differ; a comparison is fair only when it is empty. */
  differences: z.array(z.object({ field: z.string(), values: z.array(z.string()) })),
  metrics: z.array(z.object({ name: z.string(), values: z.array(z.number().nullable()) })),
  equity: z.array(z.object({ run: z.string(), points: z.array(valuePoint) })),
});

export const researchDataSet = z.object({
  name: z.string(),
  venue: z.string(),
  symbols: z.array(z.string()),
  intervalMs: z.number().int().nullable(),
  fromMs: timeMs.nullable(),
  toMs: timeMs.nullable(),
  rows: z.number().int(),
  sizeBytes: z.number().int(),
  kind: z.enum(["bars", "l2", "funding"]),
  problems: z.array(z.string()),
});

/** A chart of trades on candles, down-sampled on the server. */
export const tradeChart = z.object({
  symbol: z.string(),
  intervalMs: z.number().int().meta({ description: "Of the bars shown, a multiple of the run's own" }),
  bars: z.array(z.object({ time: timeMs, open: z.number(), high: z.number(), low: z.number(), close: z.number(), volume: z.number() })),
  markers: z.array(
    z.object({
      time: timeMs,
      price: z.number(),
      side: z.enum(["buy", "sell"]),
      count: z.number().int(),
      pnl: z.number().nullable(),
      text: z.string(),
    }),
  ),
});

export const acceptedRun = z.object({ id: z.string(), state: researchState });

export type ResearchKind = z.infer<typeof researchKind>;
export type ResearchState = z.infer<typeof researchState>;
export type MetricValues = z.infer<typeof metricValues>;
export type ResearchWarning = z.infer<typeof researchWarning>;
export type ResearchTrade = z.infer<typeof researchTrade>;
export type ResearchRun = z.infer<typeof researchRun>;
export type BacktestReport = z.infer<typeof backtestReport>;
export type ResearchTrial = z.infer<typeof researchTrial>;
export type SearchReport = z.infer<typeof searchReport>;
export type MonteCarloReport = z.infer<typeof monteCarloReport>;
export type ValidationCheck = z.infer<typeof validationCheck>;
export type ValidationReport = z.infer<typeof validationReport>;
export type ComparisonReport = z.infer<typeof comparisonReport>;
export type ResearchDataSet = z.infer<typeof researchDataSet>;
export type TradeChart = z.infer<typeof tradeChart>;
export type WalkForwardFold = z.infer<typeof searchReport>["folds"][number];
