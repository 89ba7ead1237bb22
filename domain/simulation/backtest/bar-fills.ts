/**
 * How orders fill on bars: four models, each with the assumption it stands on and the way it errs.
 *
 * `next-open` (default): decided on a bar's close, filled at the next open; a resting limit fills when the range touches
 *   it. Errs: the whole quantity at one price, whatever the volume; a touch fills (optimistic for resting orders).
 * `close`: decided and filled at the same close, as if there was no time between. Errs: optimistic; close prices cannot be
 *   traded after they are known. For comparison with engines that do so.
 * `worst-case`: as `next-open`, but a resting limit fills only when the price trades beyond it, and a bar that would fill
 *   both an order that opens or adds and one that takes profit fills the first alone: the order of prices inside a bar is
 *   not known, so the worse is assumed. Errs: pessimistic.
 * `volume-share`: as `next-open`, but orders of one market together get at most a share of the bar's volume; the rest, of
 *   market orders too, waits for the next bar. Errs: knows the bar's volume at its open.
 */
import { fromUnits, type Decimal } from "../../kernel/decimal.ts";
import { atOpen, insideBar } from "../bar-rules.ts";
import type { Desk, Moment } from "./desk.ts";
import type { Seat } from "./seat.ts";
import type { BacktestInput, BacktestMarket } from "./types.ts";
import type { Working } from "./working.ts";

export interface BarFills {
  /** A bar opens. */
  onOpen(marketIndex: number, row: number): void;
  /** A bar is complete, strategies have not seen it yet. */
  onRange(marketIndex: number, row: number): void;
  /** Strategies have decided on a close. */
  onDecided(marketIndex: number, row: number): void;
}

/** What orders of one bar may still take together; NaN without a bound. */
interface Budget {
  readonly row: number;
  left: number;
}

const UNBOUNDED: Budget = { row: -1, left: Number.NaN };

export class BarFillModel implements BarFills {
  readonly #desk: Desk;
  readonly #seatsOf: readonly (readonly Seat[])[];
  readonly #markets: readonly BacktestMarket[];
  readonly #model: BacktestInput["fill"];
  readonly #volumeShare: number;
  readonly #budgets: Budget[] = [];

  constructor(desk: Desk, seatsOf: readonly (readonly Seat[])[], { markets, fill, volumeShare }: BacktestInput) {
    this.#desk = desk;
    this.#seatsOf = seatsOf;
    this.#markets = markets;
    this.#model = fill;
    this.#volumeShare = volumeShare;
  }

  onOpen(marketIndex: number, row: number): void {
    if (this.#stops(marketIndex, row, true)) sweep(this.#desk.working[marketIndex]!);
    const working = this.#desk.working[marketIndex]!;
    if (working.length === 0) return;
    const { bars, instrument } = this.#markets[marketIndex]!;
    const atMs = bars.openTimeMs[row]!;
    const open = bars.open[row]!;
    const price = exact(open, instrument.priceDecimals);
    const moment = { atMs, row, costRow: row };
    const budget = this.#budget(marketIndex, row);
    // Orders that come in answer to a fill wait for the next open: they arrive after this one.
    for (let index = 0, count = working.length; index < count; index++) {
      const order = working[index]!;
      if (!order.isOver && order.arrivesMs <= atMs) this.#open(order, open, price, moment, budget);
    }
    sweep(working);
  }

  onRange(marketIndex: number, row: number): void {
    this.#stops(marketIndex, row, false);
    this.#limits(marketIndex, row);
    // What a limit opened in this bar may have gone on to its stop.
    this.#stops(marketIndex, row, false);
  }

  #limits(marketIndex: number, row: number): void {
    const working = this.#desk.working[marketIndex]!;
    if (working.length === 0) return;
    const { bars } = this.#markets[marketIndex]!;
    const atMs = bars.openTimeMs[row]! + bars.intervalMs;
    const reach = this.#model === "worst-case" ? "through" : "touch";
    const moment = { atMs, row, costRow: row };
    const budget = this.#budget(marketIndex, row);
    const reached = working.filter(
      (order) =>
        !order.isOver &&
        order.rests &&
        order.arrivesMs <= bars.openTimeMs[row]! &&
        insideBar(order.rule, bars.low[row]!, bars.high[row]!, reach),
    );
    for (const order of this.#model === "worst-case" ? worstFirst(reached) : reached) {
      if (!order.isOver) this.#fill(order, this.#madeAt(order, marketIndex, row), "maker", moment, budget);
    }
    sweep(working);
  }

  onDecided(marketIndex: number, row: number): void {
    const working = this.#desk.working[marketIndex]!;
    if (this.#model !== "close" || working.length === 0) return;
    const { bars, instrument } = this.#markets[marketIndex]!;
    const atMs = bars.openTimeMs[row]! + bars.intervalMs;
    const close = bars.close[row]!;
    const moment = { atMs, row: row + 1, costRow: row };
    const budget = UNBOUNDED;
    // Here an answer to a fill is decided at the same close too; the desk bounds how often.
    for (let index = 0; index < working.length; index++) {
      const order = working[index]!;
      if (!order.isOver && !order.rests && order.arrivesMs <= atMs)
        this.#open(order, close, exact(close, instrument.priceDecimals), moment, budget);
    }
    sweep(working);
  }

  #open(order: Working, at: number, price: Decimal, moment: Moment, budget: Budget): void {
    const verdict = atOpen(order.rule, order.rests, at);
    order.rests = true;
    if (verdict === "post-only") return this.#desk.end(order, "OrderExpired", "POST_ONLY: it would have taken", moment.atMs);
    if (verdict === "no-liquidity") return this.#desk.end(order, "OrderExpired", "NO_LIQUIDITY: nothing at its limit", moment.atMs);
    // A market order that waits for volume still takes.
    if (verdict !== "rest")
      this.#fill(order, price, verdict === "take" || order.rule.type === "market" ? "taker" : "maker", moment, budget);
  }

  /**
   * Positions whose protective stop the bar reaches: at its open when that lies beyond the stop already, else at the stop,
   * and before any target in the same bar, whatever the model: the order of prices inside a bar is not known.
   */
  #stops(marketIndex: number, row: number, opens: boolean): boolean {
    let any = false;
    for (const seat of this.#seatsOf[marketIndex]!) {
      const { quantity } = seat.owner;
      if (quantity === 0) continue;
      const stop = seat.runner.stopPrice;
      if (Number.isNaN(stop)) continue;
      const { bars, instrument } = this.#markets[marketIndex]!;
      const reached = opens ? bars.open[row]! : quantity > 0 ? bars.low[row]! : bars.high[row]!;
      if (quantity > 0 ? reached > stop : reached < stop) continue;
      const atMs = bars.openTimeMs[row]! + (opens ? 0 : bars.intervalMs);
      const inBar = opens ? reached : Math.min(bars.high[row]!, Math.max(bars.low[row]!, stop));
      this.#desk.stopOut(seat, exact(inBar, instrument.priceDecimals), { atMs, row, costRow: row });
      any = true;
    }
    return any;
  }

  /** Its limit; what an open left over for want of volume may rest where the bar never was: then the nearest price it had. */
  #madeAt({ rule, intent }: Working, marketIndex: number, row: number): Decimal {
    const { bars, instrument } = this.#markets[marketIndex]!;
    const nearest = rule.side === "buy" ? bars.high[row]! : bars.low[row]!;
    const isInside = rule.side === "buy" ? rule.price <= nearest : rule.price >= nearest;
    return isInside ? intent.limitPrice! : exact(nearest, instrument.priceDecimals);
  }

  #fill(order: Working, price: Decimal, liquidity: "maker" | "taker", moment: Moment, budget: Budget): void {
    if (budget.left <= 0) return;
    const filled = this.#desk.fill(order, price, liquidity, moment, budget.left);
    budget.left -= filled;
  }

  /** Of a bar's volume: what its open took is not there any more inside it. */
  #budget(marketIndex: number, row: number): Budget {
    if (this.#model !== "volume-share") return UNBOUNDED;
    const known = this.#budgets[marketIndex];
    if (known?.row === row) return known;
    const left = this.#markets[marketIndex]!.bars.volume[row]! * this.#volumeShare;
    return (this.#budgets[marketIndex] = { row, left });
  }
}

/** What opens or adds comes first; then nothing that takes profit in the same bar. */
function worstFirst(reached: readonly Working[]): readonly Working[] {
  const adds = reached.filter(({ seat, rule }) => {
    const { quantity } = seat.owner;
    return quantity === 0 || quantity > 0 === (rule.side === "buy");
  });
  return adds.length > 0 ? adds : reached;
}

/** A price of the data, which lies on its grid of decimals, made exact. */
export function exact(price: number, decimals: number): Decimal {
  return fromUnits(Math.round(price * 10 ** decimals), decimals);
}

function sweep(working: Working[]): void {
  let kept = 0;
  for (const order of working) if (!order.isOver) working[kept++] = order;
  working.length = kept;
}
