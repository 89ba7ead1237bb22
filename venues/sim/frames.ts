/**
 * What the simulated venue says on its public stream: Binance's spot dialect, as text.
 * Source of the shapes: developers.binance.com, "WebSocket Streams for Binance" and "Market Data endpoints, order book".
 */
import type { DepthChange, Execution } from "../../domain/simulation/matching-engine.ts";

export interface FrameMarket {
  readonly venueSymbol: string;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
}

export function depthFrame(market: FrameMarket, change: DepthChange, atMs: number): string {
  const { venueSymbol } = market;
  return (
    `{"stream":"${venueSymbol.toLowerCase()}@depth@100ms","data":{"e":"depthUpdate","E":${atMs},"s":"${venueSymbol}",` +
    `"U":${change.firstId},"u":${change.lastId},"b":${levels(market, change.bids)},"a":${levels(market, change.asks)}}}`
  );
}

/** `m` says whether the buyer was the maker. */
export function tradeFrame(market: FrameMarket, execution: Execution, atMs: number): string {
  const { venueSymbol } = market;
  return (
    `{"stream":"${venueSymbol.toLowerCase()}@trade","data":{"e":"trade","E":${atMs},"s":"${venueSymbol}","t":${execution.tradeId},` +
    `"p":"${unitsText(execution.price, market.priceDecimals)}","q":"${unitsText(execution.quantity, market.quantityDecimals)}",` +
    `"T":${atMs},"m":${execution.takerSide === "sell"},"M":true}}`
  );
}

/** The REST depth answer; levels are [price, quantity] pairs, best first. */
export function snapshotText(
  market: FrameMarket,
  lastId: number,
  bids: readonly (readonly [number, number])[],
  asks: readonly (readonly [number, number])[],
): string {
  return `{"lastUpdateId":${lastId},"bids":${levels(market, bids.flat())},"asks":${levels(market, asks.flat())}}`;
}

function levels(market: FrameMarket, pairs: readonly number[]): string {
  let text = "[";
  for (let index = 0; index < pairs.length; index += 2) {
    const price = unitsText(pairs[index]!, market.priceDecimals);
    const quantity = unitsText(pairs[index + 1]!, market.quantityDecimals);
    text += `${index === 0 ? "" : ","}["${price}","${quantity}"]`;
  }
  return `${text}]`;
}

/** Integer units as a plain decimal text: 6173763 with 2 decimals is 61737.63. */
export function unitsText(units: number, decimals: number): string {
  if (decimals === 0) return String(units);
  const digits = String(units).padStart(decimals + 1, "0");
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
