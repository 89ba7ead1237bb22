/** REST routes: backtests, searches and what became of them. The table that uses them is ../routes.ts. */
import { z } from "zod";
import { pageOf, symbolText, timeMs } from "../fields.ts";
import { searchSpec } from "../research/search.ts";
import { backtestSpec } from "../research/spec.ts";
import * as view from "../views/research.ts";
import { nothing, page, route, type Route } from "./route.ts";

const runId = z.strictObject({ id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "expected the id of a run") });
/** Reading long series or drawing a report. */
const READ_MS = 60_000;
const points = z.coerce.number().int().min(2).max(100_000).default(1_000).meta({ description: "Points of a series at most" });

const monteCarloBody = z.strictObject({
  /** A finished backtest. */
  run: runId.shape.id,
  method: z.enum(["trade-order", "block-bootstrap", "candle-bootstrap"]).default("block-bootstrap"),
  paths: z.number().int().min(100).max(100_000).default(1_000),
  seed: z.string().min(1).max(64).default("dsta"),
});

export const researchRoutes: readonly Route[] = [
  route("GET research/data", "research.data", "research:read", {
    summary: "Data sets in the floor's research folder",
    params: nothing,
    timeoutMs: READ_MS,
    result: z.object({ items: z.array(view.researchDataSet) }),
  }),
  route("GET backtest/runs", "research.runs", "research:read", {
    summary: "Every run, newest first",
    params: z.strictObject({ ...page }),
    result: pageOf(view.researchRun),
  }),
  route("GET backtest/compare", "research.compare", "research:read", {
    summary: "Runs side by side, and where their data or costs differ",
    params: z.strictObject({ runs: z.string().regex(/^[a-z0-9-]+(,[a-z0-9-]+){1,7}$/, "expected 2 to 8 run ids with commas"), points }),
    timeoutMs: READ_MS,
    result: view.comparisonReport,
  }),
  route("POST backtest/run", "research.backtest", "research:write", {
    summary: "Starts a backtest",
    params: backtestSpec,
    result: view.acceptedRun,
    status: 202,
  }),
  route("POST backtest/optimize", "research.optimize", "research:write", {
    summary: "Starts a search over parameters; with folds a walk-forward",
    params: searchSpec,
    result: view.acceptedRun,
    status: 202,
  }),
  route("POST backtest/monte-carlo", "research.monteCarlo", "research:write", {
    summary: "Starts a Monte Carlo of a finished backtest",
    params: monteCarloBody,
    result: view.acceptedRun,
    status: 202,
  }),
  route("POST backtest/validate", "research.validate", "research:write", {
    summary: "Starts the checks of a strategy: look-ahead, warm-up, costs, random entries",
    params: backtestSpec,
    result: view.acceptedRun,
    status: 202,
  }),
  route("GET backtest/{id}", "research.run", "research:read", {
    summary: "State and progress of one run",
    params: runId,
    result: view.researchRun,
  }),
  route("GET backtest/{id}/results", "research.results", "research:read", {
    summary: "What a finished run says: a backtest's, search's, Monte Carlo's or validation's report",
    params: runId.extend({ points }),
    timeoutMs: READ_MS,
    result: z.union([view.backtestReport, view.searchReport, view.monteCarloReport, view.validationReport]),
  }),
  route("GET backtest/{id}/trades", "research.trades", "research:read", {
    summary: "The trades of a backtest, oldest first",
    params: runId.extend({
      from: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
    }),
    timeoutMs: READ_MS,
    result: z.object({ items: z.array(view.researchTrade), total: z.number().int() }),
  }),
  route("GET backtest/{id}/chart", "research.chart", "research:read", {
    summary: "Trades on candles, down-sampled to the points asked for",
    params: runId.extend({
      symbol: symbolText.optional(),
      fromMs: z.coerce.number().pipe(timeMs).optional(),
      toMs: z.coerce.number().pipe(timeMs).optional(),
      points,
    }),
    timeoutMs: READ_MS,
    result: view.tradeChart,
  }),
  route("GET backtest/{id}/trials", "research.trials", "research:read", {
    summary: "The trials of a search, as they finished",
    params: runId.extend({
      from: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
    }),
    timeoutMs: READ_MS,
    result: z.object({ items: z.array(view.researchTrial), total: z.number().int() }),
  }),
  route("GET backtest/{id}/report", "research.report", "research:read", {
    summary: "The report as a file: html, pdf, csv or parquet of trades or equity",
    params: runId.extend({
      format: z.enum(["html", "pdf", "trades.csv", "equity.csv", "trades.parquet", "equity.parquet"]).default("html"),
    }),
    timeoutMs: READ_MS,
    file: true,
    result: z.unknown(),
  }),
  route("POST backtest/{id}/cancel", "research.cancel", "research:write", {
    summary: "Ends a run at once; what finished is kept",
    params: runId,
    result: view.researchRun,
  }),
  route("POST backtest/{id}/resume", "research.resume", "research:write", {
    summary: "Goes on with a search that was interrupted or cancelled",
    params: runId,
    result: view.acceptedRun,
    status: 202,
  }),
  route("POST backtest/{id}/rerun", "research.rerun", "research:write", {
    summary: "Computes a run again from its record, as a new run; equal data and code give equal numbers",
    params: runId,
    result: view.acceptedRun,
    status: 202,
  }),
];
