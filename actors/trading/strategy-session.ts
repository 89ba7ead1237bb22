/**
 * A strategy while it watches the market: its runner, warmed and in step with its position and orders. Made anew at
 * each start, parameter change and restart; it holds nothing that the journal and the venue do not.
 */
import {
  barsMessages,
  connectionMessages,
  executionMessages,
  type PositionOf,
  positionsMessages,
  strategyMessages,
} from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import { findInstrument, type Instrument } from "../../domain/instrument/instrument.ts";
import { decimal, format, quantize } from "../../domain/kernel/decimal.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { INTERVALS, type Interval } from "../../domain/market/events.ts";
import { averageFillPrice, epochText, type Order } from "../../domain/order/order.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { updateOf } from "../../domain/strategy/order-update.ts";
import type { OrderUpdate } from "../../domain/strategy/own-orders.ts";
import type { PositionState } from "../../domain/strategy/position-view.ts";
import { currentParams, type StrategyRecord } from "../../domain/strategy/record.ts";
import type { ActorContext } from "../../mixins/hosted/actor.ts";
import type { LoopHolder } from "../../mixins/watchdog/loop-holder.ts";
import type { StrategyJob } from "./strategy-protocol.ts";
import { InlineRunner, type Later, type SessionRunner } from "./strategy-runner.ts";
import type { StrategyThreads } from "./strategy-thread.ts";

/** Where runners live: in this thread, marked for the watchdog, or in their own. */
export interface RunnerPorts {
  readonly holder: LoopHolder;
  readonly threads: StrategyThreads;
}

export interface Session {
  readonly runner: SessionRunner;
  readonly instrument: Instrument;
  /** Interval of its first candles source. */
  readonly interval: Interval | null;
  /** Of the execution stream, included so far. */
  version: number;
  /** By interval: when the newest bar seen opened. */
  readonly lastBarMs: Map<number, number>;
}

/** What a session begins from. */
export interface SessionStart {
  readonly record: StrategyRecord;
  readonly definition: AnyStrategy;
  readonly epoch: bigint;
  /** Subjects this activation listens to already; extended, since a subscription lasts as long as it. */
  readonly subscribed: Set<string>;
  /** Intents that risk has not answered yet. */
  readonly underWay: readonly OrderUpdate[];
}

const EXTRA_WARMUP_BARS = 200;
const names = new Map<number, Interval>(Object.entries(INTERVALS).map(([name, lengthMs]) => [lengthMs, name as Interval]));

export async function openSession<S>(
  ctx: ActorContext<S>,
  { record, definition, epoch, subscribed, underWay }: SessionStart,
  ports: RunnerPorts,
): Promise<Session> {
  const { id, account, venue, symbol } = record;
  const instrument = findInstrument(await ctx.ask(connectionMessages.instruments, account, {}), venue, symbol);
  const { version, orders } = await ctx.ask(executionMessages.ordersOf, account, { strategyId: id });
  const position = await ctx.ask(positionsMessages.of, account, { strategyId: id, venue, symbol, version });
  const known = new Set(orders.map(({ intent }) => intent.intentId));
  const job: StrategyJob = {
    strategy: record.strategy,
    params: currentParams(record).params,
    instance: { id, account, venue, symbol, epoch: epochText(epoch) },
    instrument,
    seed: `${id}.${epoch}`,
    position: positionState(position),
    orders: [...orders.map(updateOf), ...underWay.filter(({ intentId }) => !known.has(intentId))],
    state: record.saved,
  };
  const runner = await openRunner(ctx, record, definition, job, ports);
  const lastBarMs = new Map<number, number>();
  const once = (subject: string, subscribe: () => void): void => {
    if (subscribed.has(subject)) return;
    subscribed.add(subject);
    subscribe();
  };
  for (const { intervalMs, warmupBars } of runner.candles) {
    const interval = names.get(intervalMs)!;
    const subject = subjects.bar(venue, symbol, interval);
    once(subject, () => ctx.subscribe(subject, strategyMessages.bar));
    const history = await ctx.ask(barsMessages.history, `${venue}:${symbol}:${interval}`, { limit: warmupBars + EXTRA_WARMUP_BARS });
    await runner.warm(history);
    if (history.length > 0) lastBarMs.set(intervalMs, history.at(-1)!.openTimeMs);
  }
  const usesTrades = Object.values(definition.data).some((source) => source.source === "trades");
  const [top, trade] = [subjects.top(venue, symbol), subjects.trade(venue, symbol)];
  once(top, () => ctx.subscribe(top, strategyMessages.top, { conflate: true }));
  if (usesTrades) once(trade, () => ctx.subscribe(trade, strategyMessages.trade));
  const first = runner.candles[0];
  return { runner, instrument, interval: first ? names.get(first.intervalMs)! : null, version, lastBarMs };
}

export function intervalOf(intervalMs: number): Interval {
  return names.get(intervalMs)!;
}

/** @throws what the author's `setup` throws; for a thread also its faults */
function openRunner<S>(
  ctx: ActorContext<S>,
  { isolation }: StrategyRecord,
  definition: AnyStrategy,
  job: StrategyJob,
  { threads, holder }: RunnerPorts,
): Later<SessionRunner> {
  if (isolation === "thread") return threads.open(job, (error) => ctx.fail(error));
  return new InlineRunner({ ...job, definition, random: seededRandom(job.seed) }, holder);
}

export function positionState({ quantity, averagePrice, equity }: PositionOf): PositionState {
  return {
    quantity: decimal(quantity),
    averagePrice: averagePrice === null ? null : decimal(averagePrice),
    capital: equity === null ? null : decimal(equity),
  };
}

/** What was done and why, for the people watching; an average price is shown to the tick. */
export function doneText(order: Order, { tickSize }: Instrument): string {
  const { side, symbol, why } = order.intent;
  const average = averageFillPrice(order);
  const price = average === null ? "?" : format(quantize(average, tickSize, "half-even"));
  return `${side === "buy" ? "bought" : "sold"} ${format(order.filledQuantity)} ${symbol} at ${price}: ${why}`;
}
