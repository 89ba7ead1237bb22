/**
 * One core, in process: raw depth JSON → route and decode → sequencer and book → top → two strategies (market maker and
 * grid, with their own defaults) → risk review with its reservation → encoded order. 1,000 books, 2,000 running strategies, one account.
 *
 * Orders are answered at once: accepted, and cancelled when asked, which releases the reservation; that is measured too.
 * Goals: p99 of a message at most 5 µs, 400,000 messages/s. Floor: JSON.parse alone of the same frames in the same run.
 * Non-goals: sockets, the mailbox (mailbox.bench.ts), the journal, fills. `orderP50Us` and `orderP99Us` are of the messages
 * that led to at least one order (`orderShare` of all), `quietP99Us` of those at which nothing was decided. `cpuResult`,
 * `cpuFloor` and `cpuRatio` count the thread's processor time alone: on a shared machine they are the ones to compare.
 * Run: node bench/tick-to-order.bench.ts [--quick]
 */
import { emptyDepthUpdate } from "../domain/book/depth.ts";
import { OrderBook } from "../domain/book/order-book.ts";
import { BookSequencer } from "../domain/book/sequencer.ts";
import type { Instrument } from "../domain/instrument/instrument.ts";
import { decimal, ZERO } from "../domain/kernel/decimal.ts";
import { hash32, seededRandom } from "../domain/kernel/random.ts";
import type { BookTop } from "../domain/market/events.ts";
import type { OrderIntent, OrderStatus } from "../domain/order/types.ts";
import { PAPER_LIMITS } from "../domain/risk/limits.ts";
import { decide } from "../domain/risk/review.ts";
import { RiskBook } from "../domain/risk/risk-book.ts";
import type { Decision } from "../domain/strategy/decision.ts";
import { EMPTY } from "../domain/strategy/decision.ts";
import { createRunner, type StrategyRunner } from "../domain/strategy/runner.ts";
import { strategyNamed } from "../strategies/index.ts";
import { newOrderQuery } from "../venues/binance/order-query.ts";
import { binanceSpotCodec } from "../venues/binance/spot-codec.ts";
import { quantile, rounded } from "./measure.ts";
import { frameOf, readSmallFrames } from "./small-frames.ts";

const quick = process.argv.includes("--quick");
const BOOKS = quick ? 200 : 1_000;
const WARMUP_ROUNDS = quick ? 40 : 60;
const ROUNDS = quick ? 200 : 300;
const CHUNK_ROUNDS = 20;
const START_MS = 1_723_117_312_000;
const ACCOUNT = "paper";

interface Market {
  readonly instrument: Instrument;
  readonly venueSymbol: string;
  readonly sequencer: BookSequencer;
  readonly runners: readonly StrategyRunner[];
  /** Orders accepted and not cancelled, by order id. */
  readonly working: Map<string, { readonly runner: StrategyRunner; readonly intent: OrderIntent }>;
}

const small = readSmallFrames();
const update = emptyDepthUpdate();
const risk = RiskBook.open(ACCOUNT, { ...PAPER_LIMITS, maxGrossNotional: decimal("1000000000") });
let hash = 0;
let orders = 0;
let cancels = 0;
let refusals = 0;
let decisions = 0;
let applied = 0;

function newMarket(index: number): Market {
  const base = `S${String(index).padStart(4, "0")}`;
  const instrument = { ...small.instrument, symbol: `${base}/USDT`, base, minNotional: decimal("5") };
  const sequencer = new BookSequencer(new OrderBook(), binanceSpotCodec.rules);
  sequencer.onSnapshot(small.snapshot);
  const runner = (name: string, params: Record<string, unknown>): StrategyRunner => {
    const instance = { id: `${name}-${index}`, account: ACCOUNT, venue: "binance", symbol: instrument.symbol, epoch: "1" };
    return createRunner({ definition: strategyNamed(name), params, instance, instrument, random: seededRandom(instance.id) });
  };
  const runners = [runner("market-maker", {}), runner("grid", {})];
  return { instrument, venueSymbol: `${base}USDT`, sequencer, runners, working: new Map() };
}

const markets = Array.from({ length: BOOKS }, (_, index) => newMarket(index));
const byVenueSymbol = new Map(markets.map((market) => [market.venueSymbol, market]));

function topOf({ instrument, sequencer }: Market, receivedAtMs: number): BookTop {
  const { book } = sequencer;
  return {
    venue: instrument.venue,
    symbol: instrument.symbol,
    quality: sequencer.quality,
    updateId: sequencer.updateId,
    bidPrice: book.bestBidPrice,
    bidQuantity: book.bestBidQuantity,
    askPrice: book.bestAskPrice,
    askQuantity: book.bestAskQuantity,
    venueTimeMs: sequencer.venueTimeMs,
    receivedAtMs,
  };
}

function onFrame(frame: string, nowMs: number): void {
  const market = byVenueSymbol.get(binanceSpotCodec.route(frame).symbol)!;
  binanceSpotCodec.depth(frame, market.instrument, update);
  if (market.sequencer.onDelta(update) === "applied") applied++;
  const top = topOf(market, nowMs);
  hash = (Math.imul(hash, 31) + top.bidPrice + top.askPrice + top.bidQuantity + top.askQuantity) | 0;
  for (const runner of market.runners) {
    const decision = runner.onTop(top);
    if (decision === EMPTY) continue;
    decisions++;
    act(market, runner, decision, top);
  }
}

function act(market: Market, runner: StrategyRunner, decision: Decision, top: BookTop): void {
  const nowMs = top.receivedAtMs;
  for (const orderId of decision.cancels) {
    const order = market.working.get(orderId)!;
    cancels++;
    market.working.delete(orderId);
    risk.apply({ type: "ReservationReleased", atMs: nowMs, account: ACCOUNT, intentId: order.intent.intentId, reason: "canceled" });
    tell(order.runner, order.intent, orderId, "Canceled", nowMs);
  }
  for (const intent of decision.intents) {
    const verdict = decide(risk, intent, { instrument: market.instrument, top, markPrice: null, markAtMs: null, nowMs });
    if (verdict.kind === "refused") {
      refusals++;
      tell(runner, intent, null, "Rejected", nowMs);
      continue;
    }
    orders++;
    const query = newOrderQuery("spot", { ...verdict.intent, clientOrderId: intent.intentId }, market.venueSymbol, nowMs);
    hash = (Math.imul(hash, 31) + hash32(query)) | 0;
    market.working.set(intent.intentId, { runner, intent });
    tell(runner, intent, intent.intentId, "Working", nowMs);
  }
}

function tell(runner: StrategyRunner, intent: OrderIntent, orderId: string | null, status: OrderStatus, atMs: number): void {
  const { intentId, side, type, quantity, limitPrice, reduceOnly, why } = intent;
  runner.onOrder({ orderId, intentId, side, type, quantity, filledQuantity: ZERO, limitPrice, reduceOnly, status, reason: "", why, atMs });
}

/** The texts of some rounds, made before they are timed. */
function chunk(from: number, rounds: number): string[] {
  const frames: string[] = [];
  for (let round = from; round < from + rounds; round++)
    for (const { venueSymbol } of markets) frames.push(frameOf(small, venueSymbol, round));
  return frames;
}

const messages = ROUNDS * BOOKS;
const latenciesUs = new Float64Array(messages);
const withOrderUs: number[] = [];
const quietUs: number[] = [];
let [elapsedMs, floorMs, cpuUs, floorCpuUs, floorSum, measured] = [0, 0, 0, 0, 0, 0];

/** Processor time of this thread alone, in microseconds: neither other programs nor the collector's own threads. */
function threadCpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

for (let round = 0; round < WARMUP_ROUNDS + ROUNDS; round += CHUNK_ROUNDS) {
  const rounds = Math.min(CHUNK_ROUNDS, WARMUP_ROUNDS + ROUNDS - round);
  const frames = chunk(round, rounds);
  const isMeasured = round >= WARMUP_ROUNDS;
  const floorCpuStart = threadCpuUs();
  const floorStart = performance.now();
  for (const frame of frames) floorSum += (JSON.parse(frame) as { data: { u: number } }).data.u;
  if (isMeasured) floorMs += performance.now() - floorStart;
  const cpuStart = threadCpuUs();
  if (isMeasured) floorCpuUs += cpuStart - floorCpuStart;
  const start = performance.now();
  let before = start;
  for (let index = 0; index < frames.length; index++) {
    const ordersBefore = orders;
    const decisionsBefore = decisions;
    onFrame(frames[index]!, START_MS + (round + Math.floor(index / BOOKS)) * 100);
    const after = performance.now();
    if (isMeasured && measured < messages) {
      latenciesUs[measured++] = (after - before) * 1_000;
      if (orders > ordersBefore) withOrderUs.push((after - before) * 1_000);
      else if (decisions === decisionsBefore) quietUs.push((after - before) * 1_000);
    }
    before = after;
  }
  if (isMeasured) {
    elapsedMs += before - start;
    cpuUs += threadCpuUs() - cpuStart;
  }
}
if (applied !== (WARMUP_ROUNDS + ROUNDS) * BOOKS)
  throw new Error(`only ${applied} of ${(WARMUP_ROUNDS + ROUNDS) * BOOKS} deltas were applied`);
latenciesUs.subarray(0, measured).sort();
withOrderUs.sort((a, b) => a - b);
quietUs.sort((a, b) => a - b);
const perSecond = Math.round((measured / elapsedMs) * 1_000);
const floorPerSecond = Math.round((measured / floorMs) * 1_000);
if (withOrderUs.length === 0) throw new Error(`no order in ${measured} messages: ${orders} before, ${refusals} refused`);
console.log(
  JSON.stringify({
    bench: "tick-to-order",
    result: perSecond,
    floor: floorPerSecond,
    ratio: rounded(perSecond / floorPerSecond),
    unit: "messages/s",
    cpuResult: Math.round((measured / cpuUs) * 1e6),
    cpuFloor: Math.round((measured / floorCpuUs) * 1e6),
    cpuRatio: rounded(floorCpuUs / cpuUs),
    p50Us: rounded(quantile(latenciesUs.subarray(0, measured), 0.5)),
    p99Us: rounded(quantile(latenciesUs.subarray(0, measured), 0.99)),
    p999Us: rounded(quantile(latenciesUs.subarray(0, measured), 0.999)),
    quietP99Us: rounded(quantile(quietUs, 0.99)),
    orderShare: rounded(withOrderUs.length / measured, 4),
    orderP50Us: rounded(quantile(withOrderUs, 0.5)),
    orderP99Us: rounded(quantile(withOrderUs, 0.99)),
    messages: measured,
    orders,
    cancels,
    refusals,
    hash: (hash + floorSum) | 0,
  }),
);
