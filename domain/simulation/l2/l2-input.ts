/** What a backtest on a recording takes beyond one on bars, and what must hold of it. */
import { invalid } from "../../kernel/errors.ts";
import { format, ZERO } from "../../kernel/decimal.ts";
import type { RiskLimits } from "../../risk/limits.ts";
import type { BacktestInput } from "../backtest/types.ts";
import type { L2Recording } from "./l2-recording.ts";
import { rowsOfL2 } from "./l2-table.ts";

/** The one market's `bars` are those of the chart and of the equity curve; strategies get theirs from the recording. */
export type L2Input = Omit<BacktestInput, "recording" | "limits"> & { readonly recording: L2Recording; readonly limits: RiskLimits };

/** @throws {DstaError} VALIDATION_ERROR naming what does not fit. */
export function checkL2Input({ markets, strategies, cash, costs, recording }: L2Input): void {
  const { table, rules } = recording;
  const [market] = markets;
  if (market === undefined || markets.length > 1) throw invalid("markets", "the one market of the recording", markets.length);
  if (rowsOfL2(table) === 0) throw invalid("recording", "at least one message");
  if (rules.name !== table.rules) throw invalid("recording.rules", table.rules, rules.name);
  if (market.kind === "inverse") throw invalid("market.kind", "spot or linear: the recorded venue settles in the quote asset", market.kind);
  if (market.instrument.symbol !== table.symbol)
    throw invalid("markets", `the market of the recording, ${table.symbol}`, market.instrument.symbol);
  if (strategies.length === 0) throw invalid("strategies", "at least one strategy");
  if (cash <= ZERO) throw invalid("cash", "an amount above 0", format(cash));
  if (costs.slippage.model !== "none")
    throw invalid("costs.slippage", "none: the recorded book says what an order pays", costs.slippage.model);
  if (costs.tiers.length > 0)
    throw invalid("costs.tiers", "no tiers: a recording is shorter than the 30 days they count", costs.tiers.length);
  if (costs.feeAsset !== null)
    throw invalid("costs.feeAsset", "none: the recorded venue takes its fees in the quote asset", costs.feeAsset.asset);
  const ids = new Set<string>();
  for (const { id, symbol } of strategies) {
    if (ids.has(id)) throw invalid("strategies.id", "an id of its own for each strategy", id);
    if (symbol !== table.symbol) throw invalid("strategies.symbol", table.symbol, symbol);
    ids.add(id);
  }
}
