/**
 * What people and accidents do to a running floor, drawn from the run's seed: halts and resumes, orders by hand,
 * cancellations, pauses, new parameters and limits, restarts, an actor that breaks, a connection that drops. An expected
 * refusal is an answer; any other failure is kept as a finding.
 */
import { executionMessages, riskMessages, strategyMessages } from "../../domain/contract/actors.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import { InvariantError, isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { Random } from "../../domain/kernel/random.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import type { SimVenue } from "../../venues/sim/sim-venue.ts";
import { ACCOUNT, STRATEGIES, type TradingLife } from "./trading-life.ts";

const BREAKABLE = [
  `risk/${ACCOUNT}`,
  `execution/${ACCOUNT}`,
  `positions/${ACCOUNT}`,
  `connection/${ACCOUNT}`,
  "book/sim:BTC/USDT",
  "book/sim:ETH/USDT:USDT",
  "bars/sim:BTC/USDT:1s",
  ...STRATEGIES.map(({ id }) => `strategy/${id}`),
];
/** A strategy is given up after its third failure; other kinds allow more. */
const BREAKS_MAX = 2;
const MANUAL: readonly (readonly [symbol: string, quantity: string])[] = [
  ["BTC/USDT", "0.05"],
  ["ETH/USDT:USDT", "1.5"],
  ["SOL/USDT", "10"],
  ["DOGE/USDT", "5000"],
];

export class People {
  readonly findings: string[] = [];
  readonly done: string[] = [];
  readonly #random: Random;
  readonly #breaks = new Map<string, number>();
  #orders = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** One thing somebody does now. */
  act(trading: TradingLife, venue: SimVenue, nowMs: number): void {
    const random = this.#random;
    const deeds = [
      this.#switchTrading,
      this.#switchTrading,
      this.#lead,
      this.#orderByHand,
      this.#orderByHand,
      this.#cancel,
      this.#lead,
      this.#limit,
      this.#breakActor,
    ];
    if (random.next() < 0.1) {
      this.done.push("disconnect");
      return venue.inject.disconnect(random.integer(100, 3_000));
    }
    deeds[random.integer(0, deeds.length - 1)]!.call(this, trading, nowMs);
  }

  /** Back to normal, so that the end of the run can be compared with the venue. */
  restLimits(trading: TradingLife): void {
    this.#ask(
      "resume",
      trading.floor.host.ask(riskMessages.setTrading, ACCOUNT, { account: ACCOUNT, state: "active", by: "people", reason: "end" }),
    );
  }

  stopStrategies(trading: TradingLife): void {
    for (const { id } of STRATEGIES) this.#ask(`stop ${id}`, trading.floor.host.ask(strategyMessages.stop, id, { id, by: "people" }));
  }

  cancelAll(trading: TradingLife): void {
    this.#ask(
      "cancel all",
      trading.floor.host.ask(executionMessages.cancelAll, ACCOUNT, { account: ACCOUNT, by: "people", reason: "cancel all" }),
    );
  }

  #switchTrading(trading: TradingLife): void {
    const state = this.#one(["active", "active", "active", "active", "reducing", "halted"] as const);
    this.#ask(state, trading.floor.host.ask(riskMessages.setTrading, ACCOUNT, { account: ACCOUNT, state, by: "people", reason: "drill" }));
  }

  #orderByHand(trading: TradingLife, nowMs: number): void {
    const [symbol, quantity] = this.#one(MANUAL);
    const isMarket = this.#random.next() < 0.5;
    const side = this.#one(["buy", "sell"] as const);
    const price = { "BTC/USDT": 67_000, "ETH/USDT:USDT": 3_250, "SOL/USDT": 165, "DOGE/USDT": 0.18 }[symbol]!;
    const offset = 1 + this.#random.integer(-20, 20) / 10_000;
    const intent: OrderIntent = {
      intentId: `hand-${++this.#orders}`,
      strategyId: "manual",
      account: ACCOUNT,
      venue: "sim",
      symbol,
      side,
      type: isMarket ? "market" : "limit",
      quantity: decimal(quantity),
      limitPrice: isMarket ? null : decimal((price * offset).toFixed(price < 1 ? 5 : 2)),
      timeInForce: isMarket ? "IOC" : this.#one(["GTC", "IOC"] as const),
      postOnly: false,
      reduceOnly: this.#random.next() < 0.15,
      why: "by hand",
      decidedAtMs: nowMs,
    };
    this.#ask("order", trading.floor.host.ask(riskMessages.place, ACCOUNT, intent));
    // Somebody who clicks twice sends the same intent twice.
    if (this.#random.next() < 0.2) this.#ask("order again", trading.floor.host.ask(riskMessages.place, ACCOUNT, intent));
  }

  #cancel(trading: TradingLife): void {
    if (this.#random.next() < 0.5) return this.cancelAll(trading);
    const orderId = `hand-${this.#random.integer(1, Math.max(1, this.#orders))}`;
    this.#ask(
      "cancel",
      trading.floor.host.ask(executionMessages.cancel, ACCOUNT, { account: ACCOUNT, orderId, by: "people", reason: "changed my mind" }),
    );
  }

  #lead(trading: TradingLife): void {
    const { host } = trading.floor;
    const { id } = this.#one(STRATEGIES);
    const deed = this.#one(["pause", "start", "start", "start", "start", "stop", "close", "params"] as const);
    if (deed === "pause") this.#ask(deed, host.ask(strategyMessages.pause, id, { id, by: "people" }));
    else if (deed === "start") this.#ask(deed, host.ask(strategyMessages.start, id, { id, by: "people" }));
    else if (deed === "params")
      this.#ask(
        deed,
        host.ask(strategyMessages.setParameters, id, { id, by: "people", params: { size: this.#random.integer(200, 9_000) } }),
      );
    else this.#ask(deed, host.ask(strategyMessages.stop, id, { id, by: "people", close: deed === "close" }));
  }

  #limit(trading: TradingLife): void {
    const limits = this.#one([
      { maxOrderNotional: "4000" },
      { maxPositionNotional: "12000" },
      { maxGrossNotional: "30000" },
      { maxOrdersPerSecond: 2 },
      { maxOrderNotional: "50000", maxPositionNotional: "250000", maxGrossNotional: "2000000", maxOrdersPerSecond: 20 },
      { maxOrderNotional: "50000", maxPositionNotional: "250000", maxGrossNotional: "2000000", maxOrdersPerSecond: 20 },
    ]);
    this.#ask(
      "limits",
      trading.floor.host.ask(riskMessages.changeLimits, ACCOUNT, { account: ACCOUNT, limits, by: "people", reason: "drill" }),
    );
  }

  #breakActor(trading: TradingLife): void {
    const actorId = this.#one(BREAKABLE);
    const times = this.#breaks.get(actorId) ?? 0;
    if (times >= BREAKS_MAX) return;
    this.#breaks.set(actorId, times + 1);
    this.done.push(`break ${actorId}`);
    trading.floor.host.find(actorId)?.fail(new InvariantError("broken by the simulation"));
  }

  #ask(name: string, answer: Promise<unknown>): void {
    this.done.push(name);
    answer.catch((error: unknown) => {
      if (!isExpected(error)) this.findings.push(`${name} failed with ${messageOf(error)}`);
    });
  }

  #one<T>(choices: readonly T[]): T {
    return choices[this.#random.integer(0, choices.length - 1)]!;
  }
}
