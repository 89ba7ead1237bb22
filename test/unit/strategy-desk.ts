/** One instance of a strategy at a desk that fills: market orders at once at the price given, limits when told to. */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { add, decimal, div, fromNumber, mul, negate, ZERO, type Decimal } from "../../domain/kernel/decimal.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import type { Bar, BookTop, Trade } from "../../domain/market/events.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import type { Decision } from "../../domain/strategy/decision.ts";
import type { OrderUpdate } from "../../domain/strategy/own-orders.ts";
import { FLAT, type PositionState } from "../../domain/strategy/position-view.ts";
import { createRunner, type RunnerInput, type StrategyRunner } from "../../domain/strategy/runner.ts";

export const BTC: Instrument = {
  venue: "binance",
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

export const PERPETUAL: Instrument = { ...BTC, kind: "linear" };

export const INSTANCE = { id: "test-1", account: "paper", venue: "binance", symbol: "BTC/USDT", epoch: "7" } as const;

export function runnerOf(definition: RunnerInput["definition"], given: Partial<RunnerInput> = {}): StrategyRunner {
  return createRunner({ definition, params: {}, instance: INSTANCE, instrument: BTC, random: seededRandom("desk"), ...given });
}

export function bar(minute: number, close: number, intervalMs = 60_000): Bar {
  return {
    venue: "binance",
    symbol: "BTC/USDT",
    intervalMs,
    openTimeMs: minute * intervalMs,
    open: close,
    high: close,
    low: close,
    close,
    volume: 1,
  };
}

/** Prices with two decimals, quantities 1 each side. */
export function top(atMs: number, bid: number, ask: number, quality: BookTop["quality"] = "LIVE"): BookTop {
  const [bidPrice, askPrice] = [Math.round(bid * 100), Math.round(ask * 100)];
  const sizes = { bidQuantity: 100_000, askQuantity: 100_000 };
  return {
    venue: "binance",
    symbol: "BTC/USDT",
    quality,
    updateId: atMs,
    bidPrice,
    askPrice,
    ...sizes,
    venueTimeMs: atMs,
    receivedAtMs: atMs,
  };
}

export function trade(atMs: number, price: number, quantity = 1): Trade {
  const units = { price: Math.round(price * 100), quantity: Math.round(quantity * 100_000) };
  return { venue: "binance", symbol: "BTC/USDT", tradeId: String(atMs), ...units, side: "buy", venueTimeMs: atMs, receivedAtMs: atMs };
}

export function orderOf(
  intent: OrderIntent,
  status: OrderUpdate["status"],
  filledQuantity: Decimal = ZERO,
  orderId: string | null = `o-${intent.intentId}`,
): OrderUpdate {
  const { intentId, side, type, quantity, limitPrice, reduceOnly, why } = intent;
  return {
    orderId,
    intentId,
    side,
    type,
    quantity,
    filledQuantity,
    limitPrice,
    reduceOnly,
    status,
    reason: "",
    why,
    atMs: intent.decidedAtMs,
  };
}

/** Fills an intent whole and tells the runner as the floor would: fill, then order. Returns what was decided on the way. */
export class Desk {
  position: PositionState = FLAT;
  readonly filled: OrderIntent[] = [];
  readonly runner: StrategyRunner;

  constructor(runner: StrategyRunner) {
    this.runner = runner;
  }

  fill(intent: OrderIntent, price: Decimal, atMs: number): readonly Decision[] {
    this.filled.push(intent);
    this.position = after(this.position, intent, price);
    const { intentId, side, why, quantity } = intent;
    const fill = { tradeId: `t-${intentId}`, price, quantity, fee: ZERO, feeAsset: "USDT", liquidity: "taker", venueTimeMs: atMs } as const;
    const onFill = this.runner.onFill({ orderId: `o-${intentId}`, intentId, side, why, fill, atMs }, this.position);
    return [onFill, this.runner.onOrder({ ...orderOf(intent, "Filled", quantity), atMs })];
  }

  fillAll(decision: Decision, price: number, atMs: number): void {
    for (const intent of decision.intents) this.fill(intent, intent.limitPrice ?? fromNumber(price), atMs);
  }
}

function after(position: PositionState, intent: OrderIntent, price: Decimal): PositionState {
  const signed = intent.side === "buy" ? intent.quantity : negate(intent.quantity);
  const quantity = add(position.quantity, signed);
  if (quantity === ZERO) return FLAT;
  const sameSide = position.quantity === ZERO || position.quantity > ZERO === signed > ZERO;
  if (!sameSide) return { quantity, averagePrice: position.quantity > ZERO === quantity > ZERO ? position.averagePrice : price };
  const cost = add(mul(position.quantity, position.averagePrice ?? ZERO), mul(signed, price));
  return { quantity, averagePrice: div(cost, quantity) };
}
