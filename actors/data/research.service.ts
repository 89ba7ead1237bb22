/** Research for the outside: the actions behind its REST routes, which are the commands of the prompt too. */
import type { ServiceSchema } from "moleculer";
import type { SearchSpec } from "../../domain/contract/research/search.ts";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { BacktestReport, MonteCarloReport } from "../../domain/contract/views/research.ts";
import { compareReports } from "../../domain/validation/compare.ts";
import { backtestOf } from "../../research/store/run-record.ts";
import { type Asked, ResearchDesk, type ResearchDeskDeps } from "./research-desk.ts";

interface OfRun {
  readonly id: string;
}

type MonteCarloAsked = Pick<MonteCarloReport, "method" | "paths"> & { readonly run: string; readonly seed: string };
type ChartAsked = OfRun & { readonly symbol?: string; readonly fromMs?: number; readonly toMs?: number; readonly points: number };
type PageAsked = OfRun & { readonly from: number; readonly limit: number };

export function researchService(deps: ResearchDeskDeps): ServiceSchema {
  const desk = new ResearchDesk(deps);
  let leave: () => void = () => undefined;
  return {
    name: "research",
    started: () => void (leave = desk.table.follow(deps.feed)),
    stopped: () => leave(),
    actions: { ...startingActions(desk), ...readingActions(desk) },
  };
}

function startingActions(desk: ResearchDesk) {
  return {
    backtest: (ctx: Asked<BacktestSpec>) => desk.submit(ctx, { kind: "backtest", spec: ctx.params }),
    optimize: (ctx: Asked<SearchSpec>) => desk.submit(ctx, { kind: "optimize", spec: ctx.params }),
    validate: (ctx: Asked<BacktestSpec>) => desk.submit(ctx, { kind: "validate", spec: ctx.params }),
    async monteCarlo(ctx: Asked<MonteCarloAsked>) {
      const { run, method, paths, seed } = ctx.params;
      const { job } = await desk.table.record(run);
      return desk.submit(ctx, { kind: "monte-carlo", spec: { backtest: backtestOf(job), method, paths, seed } });
    },
    /** The same again, computed anew: its numbers have to be the same. */
    async rerun(ctx: Asked<OfRun>) {
      const { job } = await desk.table.record(ctx.params.id);
      return desk.submit(ctx, job, ctx.params.id);
    },
    cancel: (ctx: Asked<OfRun>) => desk.order("cancel", ctx),
    async resume(ctx: Asked<OfRun>) {
      const { id, state } = await desk.order("resume", ctx);
      return { id, state };
    },
  };
}

function readingActions(desk: ResearchDesk) {
  return {
    data: (ctx: Asked<unknown>) => desk.dataSets(ctx),
    runs: (ctx: Asked<{ limit: number; before?: string }>) => desk.table.page(ctx.params.limit, ctx.params.before),
    run: (ctx: Asked<OfRun>) => desk.run(ctx.params.id),
    results: (ctx: Asked<OfRun & { points: number }>) => desk.read(ctx, "results", ctx.params.id, { points: ctx.params.points }),
    trades(ctx: Asked<PageAsked>) {
      const { id, from, limit } = ctx.params;
      return desk.read(ctx, "rows", id, { what: "trades", from, limit });
    },
    trials: (ctx: Asked<PageAsked>) => desk.trials(ctx, ctx.params.id, ctx.params.from, ctx.params.limit),
    chart(ctx: Asked<ChartAsked>) {
      const { id, symbol = null, fromMs = null, toMs = null, points } = ctx.params;
      return desk.read(ctx, "chart", id, { symbol, fromMs, toMs, points });
    },
    report: (ctx: Asked<OfRun & { format: string }>) => desk.file(ctx, ctx.params.id, ctx.params.format),
    async compare(ctx: Asked<{ runs: string; points: number }>) {
      const { runs, points } = ctx.params;
      return compareReports(await Promise.all(runs.split(",").map((id) => desk.read<BacktestReport>(ctx, "results", id, { points }))));
    },
  };
}
