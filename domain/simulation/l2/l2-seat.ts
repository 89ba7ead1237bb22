/**
 * One strategy in a backtest on a recording: the runner that trades, told what the floor tells it and when it may decide.
 * While it may not (before its time, or held back after refusals) it sees bars only, and what became of its orders.
 */
import { type Decimal, fromNumber, mul, UNIT } from "../../kernel/decimal.ts";
import { seededRandom } from "../../kernel/random.ts";
import type { Bar, BookTop, ConnectionState, Trade } from "../../market/events.ts";
import { type Decision, EMPTY } from "../../strategy/decision.ts";
import type { OrderUpdate } from "../../strategy/own-orders.ts";
import { RefusalGate } from "../../strategy/refusal-gate.ts";
import { createRunner, type FillUpdate, type StrategyRunner } from "../../strategy/runner.ts";
import type { Owner } from "../backtest/account.ts";
import { TradeLog } from "../backtest/trade-log.ts";
import type { BacktestStrategy } from "../backtest/types.ts";

export interface L2SeatParts {
  readonly account: string;
  readonly seed: string;
  /** It decides nothing before. */
  readonly tradeFromMs: number;
  /** Of the whole account. */
  equity(): Decimal;
}

export class L2Seat {
  readonly owner: Owner;
  readonly runner: StrategyRunner;
  readonly gate = new RefusalGate();
  readonly trades: TradeLog;
  readonly intervalsMs: readonly number[];
  readonly usesTrades: boolean;
  readonly #tradeFromMs: number;

  constructor(strategy: BacktestStrategy, owner: Owner, parts: L2SeatParts) {
    const { definition, id } = strategy;
    const { instrument } = owner.market;
    const share = fromNumber(strategy.share);
    this.owner = owner;
    this.trades = new TradeLog(owner);
    this.#tradeFromMs = parts.tradeFromMs;
    this.runner = createRunner({
      definition,
      params: strategy.params,
      instance: { id, account: parts.account, venue: instrument.venue, symbol: instrument.symbol, epoch: "1" },
      instrument,
      random: seededRandom(`${parts.seed}|${id}`),
      capital: () => (share === UNIT ? parts.equity() : mul(parts.equity(), share, "down")),
    });
    this.intervalsMs = [...new Set(this.runner.candles.map(({ intervalMs }) => intervalMs))];
    this.usesTrades = Object.values(definition.data).some(({ source }) => source === "trades");
  }

  mayDecide(nowMs: number): boolean {
    return nowMs >= this.#tradeFromMs && !this.gate.isHolding(nowMs);
  }

  bar(bar: Bar, nowMs: number): Decision {
    if (this.mayDecide(nowMs)) return this.runner.onBar(bar);
    this.runner.warm([bar]);
    return EMPTY;
  }

  top(top: BookTop, nowMs: number): Decision {
    return this.mayDecide(nowMs) ? this.runner.onTop(top) : EMPTY;
  }

  trade(trade: Trade, nowMs: number): Decision {
    return this.mayDecide(nowMs) ? this.runner.onTrade(trade) : EMPTY;
  }

  connection(state: ConnectionState): Decision {
    return this.mayDecide(state.atMs) ? this.runner.onConnection(state) : EMPTY;
  }

  filled(update: FillUpdate, nowMs: number): Decision {
    const decision = this.runner.onFill(update, this.owner.state);
    return this.mayDecide(nowMs) ? decision : EMPTY;
  }

  order(update: OrderUpdate, nowMs: number): Decision {
    const decision = this.runner.onOrder(update);
    return this.mayDecide(nowMs) ? decision : EMPTY;
  }
}
