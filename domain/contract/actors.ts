/**
 * Every message an actor understands, by kind. The key fields of a kind are part of each exposed schema.
 *
 *   connection  account                 sim:main
 *   book        venue, symbol           sim:BTC/USDT
 *   bars        venue, symbol, interval sim:BTC/USDT:5s
 *   positions, risk, execution  account sim:main
 *   strategy    id                      sma-btc-1
 */
export * from "./actors/connection.ts";
export * from "./actors/book.ts";
export * from "./actors/bars.ts";
export * from "./actors/positions.ts";
export * from "./actors/risk.ts";
export * from "./actors/execution.ts";
export * from "./actors/strategy.ts";
export type { Outcome } from "./actors/keys.ts";
