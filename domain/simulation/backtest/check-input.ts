/** What must hold of the parts of a backtest taken together. */
import { format, ZERO } from "../../kernel/decimal.ts";
import { invalid } from "../../kernel/errors.ts";
import type { BacktestInput } from "./types.ts";

/** @throws {DstaError} VALIDATION_ERROR naming what does not fit. */
export function checkInput({ markets, strategies, cash, fill }: BacktestInput): void {
  if (fill === "l2") throw invalid("fill", "next-open, close, worst-case or volume-share: bars have no order book", fill);
  if (markets.length === 0) throw invalid("markets", "at least one market");
  if (strategies.length === 0) throw invalid("strategies", "at least one strategy");
  if (cash <= ZERO) throw invalid("cash", "an amount above 0", format(cash));
  const ids = new Set<string>();
  for (const { id, definition } of strategies) {
    if (ids.has(id)) throw invalid("strategies.id", "an id of its own for each strategy", id);
    ids.add(id);
    const other = Object.entries(definition.data).find(([, { source }]) => source !== "candles");
    if (other !== undefined) {
      throw invalid(
        `strategies.${id}`,
        `a strategy on candles: its source ${other[0]} (${other[1].source}) needs a recording of the order book`,
      );
    }
  }
}

/** Place of the symbol among the markets. @throws {DstaError} VALIDATION_ERROR naming the symbols there are. */
export function marketOf({ markets }: BacktestInput, symbol: string): number {
  const index = markets.findIndex(({ instrument }) => instrument.symbol === symbol);
  if (index < 0) throw invalid("strategies.symbol", `one of ${markets.map(({ instrument }) => instrument.symbol).join(", ")}`, symbol);
  return index;
}
