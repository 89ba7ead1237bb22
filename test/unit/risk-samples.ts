/**
 * Orders, markets and events for the tests of risk and positions: a BTC/USDT spot and an ETH/USDT:USDT perpetual at the
 * venue `sim`, the account `paper`, and short ways to write intents, fills and books.
 */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { decimal, toUnits } from "../../domain/kernel/decimal.ts";
import type { BookTop, Side } from "../../domain/market/events.ts";
import type { OrderEvent, OrderOwner } from "../../domain/order/events.ts";
import type { Fill, OrderIntent } from "../../domain/order/types.ts";
import type { ReviewMarket } from "../../domain/risk/review.ts";

export const SPOT: Instrument = {
  venue: "sim",
  symbol: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  kind: "spot",
  priceDecimals: 2,
  quantityDecimals: 5,
  tickSize: decimal("0.01"),
  lotSize: decimal("0.00001"),
  minQuantity: decimal("0.00001"),
  maxQuantity: decimal("9000"),
  minNotional: decimal("5"),
  makerFeeRate: decimal("0.001"),
  takerFeeRate: decimal("0.001"),
};

export const PERPETUAL: Instrument = {
  ...SPOT,
  symbol: "ETH/USDT:USDT",
  base: "ETH",
  kind: "linear",
  lotSize: decimal("0.001"),
  minQuantity: decimal("0.001"),
};

export const START_MS = Date.UTC(2025, 0, 2, 12);

export function intentOf(
  over: Partial<Omit<OrderIntent, "quantity" | "limitPrice">> & { quantity?: string; limitPrice?: string | null } = {},
): OrderIntent {
  const { quantity = "1", limitPrice = "100", ...rest } = over;
  return {
    intentId: "s1.1.1",
    strategyId: "s1",
    account: "paper",
    venue: "sim",
    symbol: PERPETUAL.symbol,
    side: "buy",
    type: limitPrice === null ? "market" : "limit",
    timeInForce: "GTC",
    postOnly: false,
    reduceOnly: false,
    why: "test",
    decidedAtMs: START_MS,
    ...rest,
    quantity: decimal(quantity),
    limitPrice: limitPrice === null ? null : decimal(limitPrice),
  };
}

export function topOf(instrument: Instrument, bid: string | null, ask: string | null, over: Partial<BookTop> = {}): BookTop {
  const units = (price: string | null) => (price === null ? 0 : toUnits(decimal(price), instrument.priceDecimals));
  return {
    venue: instrument.venue,
    symbol: instrument.symbol,
    quality: "LIVE",
    updateId: 1,
    bidPrice: units(bid),
    bidQuantity: bid === null ? 0 : 1_000,
    askPrice: units(ask),
    askQuantity: ask === null ? 0 : 1_000,
    venueTimeMs: START_MS,
    receivedAtMs: START_MS,
    ...over,
  };
}

/** A live book around 100: 99.99 / 100.01. */
export function marketOf(over: Partial<ReviewMarket> = {}): ReviewMarket {
  const instrument = over.instrument ?? PERPETUAL;
  return { instrument, top: topOf(instrument, "99.99", "100.01"), markPrice: null, markAtMs: null, nowMs: START_MS, ...over };
}

export function fillOf(tradeId: string, price: string, quantity: string, fee = "0", feeAsset = "USDT"): Fill {
  return {
    tradeId,
    price: decimal(price),
    quantity: decimal(quantity),
    fee: decimal(fee),
    feeAsset,
    liquidity: "taker",
    venueTimeMs: START_MS,
  };
}

export function ownerOf(intent: OrderIntent): OrderOwner {
  const { intentId, strategyId, account, venue, symbol, side } = intent;
  return { orderId: `o-${intentId}`, intentId, strategyId, account, venue, symbol, side };
}

export function submittedOf(intent: OrderIntent): OrderEvent {
  return { ...ownerOf(intent), type: "OrderSubmitted", atMs: START_MS, intent };
}

export function filledOf(intent: OrderIntent, fill: Fill): OrderEvent {
  return { ...ownerOf(intent), type: "OrderFilled", atMs: START_MS, fill, why: intent.why };
}

export function canceledOf(intent: OrderIntent): OrderEvent {
  return { ...ownerOf(intent), type: "OrderCanceled", atMs: START_MS, reason: "asked" };
}

export function unknownOf(intent: OrderIntent): OrderEvent {
  return { ...ownerOf(intent), type: "OrderOutcomeUnknown", atMs: START_MS, request: "submit", reason: "timeout" };
}

let trades = 0;

/** A fill event outside any order of interest; each call is another trade. */
export function tradeOf(
  strategyId: string,
  symbol: string,
  side: Side,
  price: string,
  quantity: string,
  fee = "0",
  feeAsset = "USDT",
): OrderEvent {
  const tradeId = `t${++trades}`;
  return filledOf(intentOf({ intentId: `i-${tradeId}`, strategyId, symbol, side }), fillOf(tradeId, price, quantity, fee, feeAsset));
}
