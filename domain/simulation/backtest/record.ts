/**
 * What a backtest writes down as it goes: fills, counts, refusals, notes, the equity curve and the hash. Bounds: 100
 * notes, 50 kinds of refusal; beyond them they are counted, not kept.
 */
import type { EquitySeries } from "../../analytics/inputs.ts";
import { type Decimal, abs, add, mul, sub, toNumber, ZERO } from "../../kernel/decimal.ts";
import type { Order } from "../../order/order.ts";
import type { Fill } from "../../order/types.ts";
import type { Owner } from "./account.ts";
import { ResultHash } from "./result-hash.ts";
import type { BacktestFill, RefusalCount } from "./types.ts";

const NOTES_MAX = 100;
const REFUSALS_MAX = 50;

export interface FilledOrder {
  readonly owner: Owner;
  readonly order: Order;
  readonly fill: Fill;
  readonly referencePrice: Decimal;
  readonly decisionPrice: Decimal;
}

export class BacktestRecord {
  /** Empty when they are only counted. */
  readonly fills: BacktestFill[] = [];
  fillCount = 0;
  readonly notes: string[] = [];
  submitted = 0;
  filledOrders = 0;
  canceled = 0;
  refusedOrders = 0;
  liquidations = 0;
  slippage: Decimal = ZERO;
  /** Bar times at which something was held. */
  heldTimes = 0;
  readonly #hash = new ResultHash();
  readonly #refusals = new Map<string, { count: number; example: string }>();
  readonly #timeMs: Float64Array;
  readonly #value: Float64Array;
  readonly #keepsFills: boolean;
  #points = 0;

  constructor(pointsMax: number, keepsFills = true) {
    this.#keepsFills = keepsFills;
    this.#timeMs = new Float64Array(pointsMax);
    this.#value = new Float64Array(pointsMax);
  }

  get points(): number {
    return this.#points;
  }

  equityAt(timeMs: number, value: number): void {
    this.#timeMs[this.#points] = timeMs;
    this.#value[this.#points++] = value;
  }

  /** The last point again, after what was done at its time. */
  amendEquity(value: number): void {
    this.#value[this.#points - 1] = value;
  }

  /** What is there so far, on the same memory. */
  equity(): EquitySeries {
    return { timeMs: this.#timeMs.subarray(0, this.#points), value: this.#value.subarray(0, this.#points) };
  }

  filled(
    { owner, order, fill, referencePrice, decisionPrice }: FilledOrder,
    { price, quantity } = { price: toNumber(fill.price), quantity: toNumber(fill.quantity) },
  ): void {
    const { intent } = order;
    if (order.status === "Filled") this.filledOrders++;
    this.fillCount++;
    this.#hash.add(fill.venueTimeMs);
    this.#hash.add(intent.side === "buy" ? price : -price);
    this.#hash.add(quantity);
    if (fill.price !== referencePrice) this.slippage = add(this.slippage, this.#slippage(owner, fill, referencePrice));
    if (!this.#keepsFills) return;
    this.fills.push({
      atMs: fill.venueTimeMs,
      strategyId: intent.strategyId,
      symbol: intent.symbol,
      orderId: order.orderId,
      side: intent.side,
      price: fill.price,
      quantity: fill.quantity,
      fee: fill.fee,
      liquidity: fill.liquidity,
      referencePrice,
      decisionPrice,
      why: intent.why,
    });
  }

  refused(code: string, example: string): void {
    this.refusedOrders++;
    const known = this.#refusals.get(code);
    if (known !== undefined) known.count++;
    else if (this.#refusals.size < REFUSALS_MAX) this.#refusals.set(code, { count: 1, example });
  }

  refusals(): RefusalCount[] {
    return Array.from(this.#refusals, ([code, { count, example }]) => ({ code, count, example }));
  }

  note(strategyId: string, notes: readonly string[], atMs: number): void {
    for (const text of notes) {
      if (this.notes.length < NOTES_MAX) this.notes.push(`${new Date(atMs).toISOString()} ${strategyId}: ${text}`);
    }
  }

  hash(finalEquity: Decimal): string {
    this.#hash.add(toNumber(finalEquity));
    return this.#hash.text();
  }

  #slippage(owner: Owner, fill: Fill, reference: Decimal): Decimal {
    return mul(fill.quantity, abs(sub(owner.valued(fill.price), owner.valued(reference))));
  }
}
