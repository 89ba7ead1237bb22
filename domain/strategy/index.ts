/** Everything an author needs to write a strategy, indicators included, in one import. */
export * from "../indicator/index.ts";
export type { Amount } from "./amounts.ts";
export type { Context, OrderWish, OwnFill } from "./context.ts";
export { candles, topOfBook, trades } from "./data.ts";
export { defineStrategy } from "./define.ts";
export type { TopView, TradeView } from "./market-view.ts";
export { numberText } from "./number-text.ts";
export type { OwnOrder } from "./own-orders.ts";
export { bool, choice, int, interval, number, quantity, quote } from "./params.ts";
