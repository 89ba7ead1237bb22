/**
 * Round trips of one strategy in its market, from flat to flat: prices weighted by volume, fees and funding on the way,
 * the largest excursions while it was held. A fill that flips the position ends one trade and begins the next; its fee is
 * split by quantity. Invariant: Σ pnl of the trades is what the account settled for this owner, open ones at the mark.
 */
import type { TradeResult } from "../../analytics/inputs.ts";
import { type Decimal, add, sub, toNumber, ZERO } from "../../kernel/decimal.ts";
import type { Side } from "../../market/events.ts";
import type { FillOutcome } from "../../position/position.ts";
import type { Owner } from "./account.ts";

interface OpenTrade {
  readonly side: "long" | "short";
  readonly entryMs: number;
  readonly entryRow: number;
  readonly why: string;
  /** Volume-weighted so far; exactly the fill's own price while there was one. */
  entryPrice: number;
  entered: number;
  exitPrice: number;
  exited: number;
  quantity: number;
  largest: number;
  fee: Decimal;
  realised: Decimal;
  readonly fundingBefore: Decimal;
}

export interface LoggedFill {
  readonly side: Side;
  readonly price: number;
  readonly quantity: number;
  readonly fee: Decimal;
  readonly atMs: number;
  readonly row: number;
  readonly why: string;
}

/** A quantity this small against the trade's largest is rounding of floats, not a position. */
const REST = 1e-9;

export class TradeLog {
  readonly closed: TradeResult[] = [];
  readonly #owner: Owner;
  #open: OpenTrade | null = null;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  add(fill: LoggedFill, outcome: FillOutcome): void {
    const open = this.#open;
    const direction = fill.side === "buy" ? "long" : "short";
    if (open === null) {
      this.#open = this.#begin(fill, direction, fill.quantity, fill.fee);
      return;
    }
    if (open.side === direction) {
      open.entered += fill.quantity;
      open.entryPrice += ((fill.price - open.entryPrice) * fill.quantity) / open.entered;
      open.quantity += fill.quantity;
      open.largest = Math.max(open.largest, open.quantity);
      open.fee = add(open.fee, fill.fee);
      return;
    }
    this.#reduce(open, fill, outcome, direction);
  }

  /** The trade that is still open, valued at `mark`; null when flat. */
  openAt(mark: Decimal, row: number): TradeResult | null {
    const open = this.#open;
    if (open === null) return null;
    const { position } = this.#owner;
    const unrealised = sub(((this.#owner.valued(mark) * position.quantity) / 10n ** 18n) as Decimal, position.costBasis);
    return this.#result({ ...open, realised: add(open.realised, unrealised) }, row, null, null);
  }

  #begin(fill: LoggedFill, side: "long" | "short", quantity: number, fee: Decimal): OpenTrade {
    return {
      side,
      entryMs: fill.atMs,
      entryRow: fill.row,
      why: fill.why,
      entryPrice: fill.price,
      entered: quantity,
      exitPrice: fill.price,
      exited: 0,
      quantity,
      largest: quantity,
      fee,
      realised: ZERO,
      fundingBefore: this.#owner.funding,
    };
  }

  #reduce(open: OpenTrade, fill: LoggedFill, outcome: FillOutcome, direction: "long" | "short"): void {
    const flips = fill.quantity > open.quantity * (1 + REST);
    const closing = flips ? open.quantity : fill.quantity;
    // The exact part of the fee that closed; the rest opens the next trade.
    const closedFee = flips ? (((fill.fee * BigInt(Math.round((closing / fill.quantity) * 1e9))) / 1_000_000_000n) as Decimal) : fill.fee;
    open.exitPrice = open.exited === 0 ? fill.price : open.exitPrice + ((fill.price - open.exitPrice) * closing) / (open.exited + closing);
    open.exited += closing;
    open.quantity -= closing;
    open.fee = add(open.fee, closedFee);
    open.realised = add(open.realised, outcome.realisedPnl);
    const isFlat = this.#owner.position.quantity === ZERO;
    if (!isFlat && !flips) return;
    this.closed.push(this.#result(open, fill.row, fill.atMs, fill.why));
    this.#open = flips && !isFlat ? this.#begin(fill, direction, fill.quantity - closing, sub(fill.fee, closedFee)) : null;
  }

  #result(trade: OpenTrade, row: number, exitMs: number | null, exitWhy: string | null): TradeResult {
    const owner = this.#owner;
    const funding = sub(owner.funding, trade.fundingBefore);
    const pnl = toNumber((trade.realised - trade.fee + funding) as Decimal);
    const { entryPrice } = trade;
    const cost = owner.isInverse ? trade.entered / entryPrice : trade.entered * entryPrice;
    return {
      strategyId: owner.strategyId,
      symbol: owner.market.instrument.symbol,
      side: trade.side,
      entryMs: trade.entryMs,
      entryPrice,
      exitMs,
      exitPrice: exitMs === null ? null : trade.exitPrice,
      quantity: trade.largest,
      fee: toNumber(trade.fee),
      funding: toNumber(funding),
      pnl,
      returnRatio: pnl / cost,
      bars: row - trade.entryRow,
      ...this.#excursions(trade, row, entryPrice),
      why: trade.why,
      exitWhy,
    };
  }

  /** Over the bars from the entry's on; the exit's own bar is left out when it was left at its open. */
  #excursions({ side, entryRow }: OpenTrade, row: number, entryPrice: number): { mae: number; mfe: number } {
    const { high, low } = this.#owner.market.bars;
    let highest = entryPrice;
    let lowest = entryPrice;
    for (let index = entryRow; index < Math.max(row, entryRow + 1) && index < high.length; index++) {
      if (high[index]! > highest) highest = high[index]!;
      if (low[index]! < lowest) lowest = low[index]!;
    }
    const up = highest / entryPrice - 1;
    const down = 1 - lowest / entryPrice;
    return side === "long" ? { mae: down, mfe: up } : { mae: up, mfe: down };
  }
}
