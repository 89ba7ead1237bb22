/**
 * The positions book as JSON for the journal, and back. Decimals are texts. A snapshot that does not read as one is
 * refused with the path of the member (VALIDATION_ERROR); the owner then folds the stream from its first event.
 */
import { type Codec, fields, flag, list, money, oneOf, text, whole } from "../journal/codec.ts";
import { type Decimal, decimal, format } from "../kernel/decimal.ts";
import { invalid } from "../kernel/errors.ts";
import { PositionsBook } from "./positions-book.ts";
import type { DayRolled, PositionsState } from "./positions-state.ts";

/** Decimals by name, as `[name, text]` pairs in their order. */
const decimals: Codec<ReadonlyMap<string, Decimal>> = {
  encode: (map) => Array.from(map, ([key, value]) => [key, format(value)]),
  decode: (json, path) => {
    if (!Array.isArray(json)) throw invalid(path, "a list of [name, decimal] pairs", json);
    return new Map(
      json.map((pair: unknown, index) => {
        const [key, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
        if (typeof key !== "string" || typeof value !== "string") throw invalid(`${path}[${index}]`, "a [name, decimal] pair", pair);
        return [key, decimal(value, `${path}[${index}]`)];
      }),
    );
  },
};

const position = fields({
  quantity: money,
  costBasis: money,
  realisedPnl: money,
  cashFlow: money,
  feesInQuote: money,
  openFees: money,
  feesByAsset: decimals,
  volume: money,
  fills: whole,
});

const performance = fields({ closedTrades: whole, wins: whole, grossProfit: money, grossLoss: money, closingOrders: decimals });

const positionsState: Codec<PositionsState> = fields({
  terms: fields({ account: text, currency: text, startEquity: money, simulated: flag }),
  appliedVersion: whole,
  dayStartMs: whole,
  dayStartEquity: money,
  dayStartNetPnls: decimals,
  peakEquity: money,
  marks: decimals,
  assetPrices: decimals,
  seenFills: list(text),
  positions: list(fields({ strategyId: text, venue: text, symbol: text, position, performance })),
});

/** Journal codec of the book's own event. */
export const dayRolledCodec: Codec<DayRolled> = fields({
  type: oneOf("DayRolled"),
  atMs: whole,
  dayStartMs: whole,
  equity: money,
  peakEquity: money,
  netPnls: decimals,
});

/** JSON of everything the book knows. */
export function snapshotPositions(book: PositionsBook): unknown {
  return positionsState.encode(book.state());
}

/** @throws {DstaError} VALIDATION_ERROR naming the member that does not fit. */
export function restorePositions(json: unknown): PositionsBook {
  return PositionsBook.from(positionsState.decode(json, "positions"));
}
