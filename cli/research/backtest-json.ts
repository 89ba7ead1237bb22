/**
 * What `dsta backtest --json` prints: one object with every trade and every point of the curve. Its names are part of the
 * command's contract; times are UTC milliseconds, shares are shares (0.12 is 12 %), undefined is null with its reason in `why`.
 */
import type { LocalRun } from "./local-run.ts";
import { wholeReport } from "./local-run.ts";

export function backtestJson(local: LocalRun): object {
  const { data, outcome } = local;
  const { run, spec, equity, drawdown: _drawdown, benchmark, ...report } = wholeReport(local);
  return {
    id: run.id,
    bars: report.bars,
    barsPerSecond: report.barsPerSecond,
    finalEquity: report.finalEquity,
    hash: report.hash,
    dataHash: data.hash,
    codeVersion: run.codeVersion,
    seed: run.seed,
    symbols: run.symbols,
    fromMs: run.fromMs,
    toMs: run.toMs,
    metrics: report.metrics,
    why: report.why,
    benchmark: benchmark === null ? null : { name: benchmark.name, metrics: benchmark.metrics },
    warnings: report.warnings,
    findings: data.findings,
    orders: outcome.orders,
    refusals: report.refusals,
    liquidations: outcome.liquidations,
    notes: outcome.notes,
    costs: report.costs,
    costRows: report.costRows ?? null,
    monthly: report.monthly,
    drawdowns: report.drawdowns,
    attribution: report.attribution,
    spec,
    trades: report.trades,
    equity,
  };
}
