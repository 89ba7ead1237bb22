/**
 * One strategy's place in a backtest: its runner on columns, its orders, its trades, and which rows of which interval it
 * has seen. The runner is the one that trades; nothing of it is replaced here.
 */
import { ColumnBars, type ColumnCache } from "../../indicator/column-series.ts";
import { type Decimal, fromNumber, mul, UNIT } from "../../kernel/decimal.ts";
import { invalid } from "../../kernel/errors.ts";
import { seededRandom } from "../../kernel/random.ts";
import { BAR_COLUMNS, type BarTable, resampleTable, rowsOf } from "../../market/bar-table.ts";
import { createRunner, type StrategyRunner } from "../../strategy/runner.ts";
import type { Owner } from "./account.ts";
import { TradeLog } from "./trade-log.ts";
import type { BacktestStrategy } from "./types.ts";

/** Bars of one interval that the runner reads, and the row it is to see next. */
export interface Feed {
  readonly bars: ColumnBars;
  readonly openTimeMs: Float64Array;
  readonly intervalMs: number;
  readonly rows: number;
  next: number;
  /** End of the next row; infinite after the last. */
  endMs: number;
}

export function endOf({ openTimeMs, rows, next, intervalMs }: Feed): number {
  return next < rows ? openTimeMs[next]! + intervalMs : Number.POSITIVE_INFINITY;
}

export class Seat {
  readonly owner: Owner;
  readonly runner: StrategyRunner;
  readonly trades: TradeLog;
  /** The first declared is the last here: what `on.bar` decides on comes after all others of its time. */
  readonly feeds: readonly Feed[];
  readonly marketIndex: number;
  readonly #share: Decimal;
  /** Told of every state of its orders, not only of their end. */
  readonly hearsOrders: boolean;

  constructor(strategy: BacktestStrategy, owner: Owner, marketIndex: number, parts: SeatParts) {
    const { definition } = strategy;
    const { bars: table, instrument } = owner.market;
    this.owner = owner;
    this.marketIndex = marketIndex;
    this.#share = fromNumber(strategy.share);
    this.hearsOrders = definition.on.order !== null;
    this.trades = new TradeLog(owner);
    const feeds: Feed[] = [];
    const barsOf = (intervalMs: number): ColumnBars => {
      const ofInterval = tableOf(table, intervalMs, parts.cache);
      const bars = new ColumnBars(ofInterval, parts.cache);
      const feed = { bars, openTimeMs: ofInterval.openTimeMs, intervalMs, rows: rowsOf(ofInterval), next: 0, endMs: 0 };
      feed.endMs = endOf(feed);
      feeds.unshift(feed);
      return bars;
    };
    this.runner = createRunner({
      definition,
      params: strategy.params,
      instance: { id: strategy.id, account: parts.account, venue: instrument.venue, symbol: instrument.symbol, epoch: "1" },
      instrument,
      random: seededRandom(`${parts.seed}|${strategy.id}`),
      intentsPerSecondMax: 1_000,
      capital: () => parts.capital(this),
      sizesLater: parts.sizesLater,
      bars: barsOf,
    });
    this.feeds = feeds;
  }

  /** Its part of the equity, and of that the given share. */
  budget(equity: Decimal, allocation: Decimal = UNIT): Decimal {
    const own = this.#share === UNIT ? equity : mul(equity, this.#share, "down");
    return allocation === UNIT ? own : mul(own, allocation, "down");
  }
}

export interface SeatParts {
  readonly account: string;
  readonly seed: string;
  readonly cache: ColumnCache;
  readonly sizesLater: boolean;
  capital(seat: Seat): Decimal;
}

/**
 * The bars of a longer interval: made once for all runs over the same data.
 * @throws {DstaError} VALIDATION_ERROR naming the interval that the data is too coarse for.
 */
function tableOf(base: BarTable, intervalMs: number, cache: ColumnCache): BarTable {
  if (intervalMs === base.intervalMs) return base;
  if (intervalMs < base.intervalMs || intervalMs % base.intervalMs !== 0) {
    throw invalid(
      "data.interval",
      `bars of ${intervalMs / 1_000} s or a part of them, as the strategy asks for`,
      `${base.intervalMs / 1_000} s`,
    );
  }
  const own = BAR_COLUMNS.map((name) => base[name]);
  const columns = cache.columns(resampleTable, String(intervalMs), own, () => {
    const longer = resampleTable(base, intervalMs);
    return BAR_COLUMNS.map((name) => longer[name]);
  });
  const named = Object.fromEntries(BAR_COLUMNS.map((name, index) => [name, columns[index]!])) as unknown as BarTable;
  return { ...named, venue: base.venue, symbol: base.symbol, intervalMs };
}
