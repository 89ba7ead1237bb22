/** The metrics of an outcome of the engine: exact money becomes floats here, and nowhere before. */
import { type Metrics, metricsOf } from "../../domain/analytics/metrics.ts";
import { toNumber } from "../../domain/kernel/decimal.ts";
import type { BacktestOutcome } from "../../domain/simulation/backtest/types.ts";

type Measured = Pick<BacktestOutcome, "equity" | "trades" | "turnover" | "exposureRatio" | "fees" | "funding" | "slippage">;

export function outcomeMetrics(outcome: Measured): Metrics {
  return metricsOf({
    equity: outcome.equity,
    trades: outcome.trades,
    turnover: toNumber(outcome.turnover),
    exposureRatio: outcome.exposureRatio,
    fees: toNumber(outcome.fees),
    funding: toNumber(outcome.funding),
    slippage: toNumber(outcome.slippage),
  });
}
