/**
 * The instrument a table of bars is traded as in research. The tick is the finest decimal the prices show unless the spec
 * gives one; lot and smallest notional are the spec's. Fee rates are 0 here: the costs of a run set them.
 */
import type { MarketSpec } from "../../domain/contract/research/spec.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { type Decimal, decimal, format, fromUnits, mul, ZERO } from "../../domain/kernel/decimal.ts";
import { type BarTable, rowsOf } from "../../domain/market/bar-table.ts";

/** A float shows at most 15 decimal digits truly; more are its noise. */
const TRUE_DIGITS = 15;
const MAX_QUANTITY = decimal("1000000000000");

export function instrumentOf(table: BarTable, market: MarketSpec): Instrument {
  const [pair = table.symbol] = table.symbol.split(":");
  const [base = pair, quote = "USD"] = pair.split("/");
  const tickSize = market.tick === null ? fromUnits(1, priceDecimals(table)) : decimal(market.tick, "market.tick");
  const lotSize = decimal(market.lot, "market.lot");
  return {
    venue: table.venue,
    symbol: table.symbol,
    base,
    quote,
    kind: market.kind === "spot" ? "spot" : "linear",
    priceDecimals: decimalsOf(tickSize),
    quantityDecimals: decimalsOf(lotSize),
    tickSize,
    lotSize,
    minQuantity: lotSize,
    maxQuantity: MAX_QUANTITY,
    // By default nothing is too small but what is smaller than one lot at one tick.
    minNotional: market.minNotional === null ? mul(tickSize, lotSize, "down") : decimal(market.minNotional, "market.minNotional"),
    makerFeeRate: ZERO,
    takerFeeRate: ZERO,
  };
}

/** Fewest decimals that write every price exactly, as far as floats tell. */
export function priceDecimals(table: BarTable): number {
  const rows = rowsOf(table);
  let highest = 1;
  for (let row = 0; row < rows; row++) if (table.high[row]! > highest) highest = table.high[row]!;
  const most = Math.max(0, TRUE_DIGITS - 1 - Math.floor(Math.log10(highest)));
  let decimals = 0;
  for (const prices of [table.open, table.high, table.low, table.close]) {
    let scale = 10 ** decimals;
    for (let row = 0; row < rows; row++) {
      const price = prices[row]!;
      while (decimals < most && Math.round(price * scale) / scale !== price) scale = 10 ** ++decimals;
    }
    if (decimals === most) break;
  }
  return decimals;
}

function decimalsOf(step: Decimal): number {
  const text = format(step);
  const point = text.indexOf(".");
  return point === -1 ? 0 : text.length - point - 1;
}
