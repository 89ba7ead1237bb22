/**
 * The risk desk of one account: reviews every intent, keeps limits and the trading switch. Nothing reaches execution
 * except through `place`, which waits until the order is journaled and handed over: when a halt is acknowledged, no
 * order approved before it is still on its way.
 *
 * Owns the stream `risk/<account>`; follows `execution/<account>`, whose missing events are read from the journal.
 */
import {
  bookMessages,
  connectionMessages,
  executionMessages,
  type OrderNotice,
  type Placed,
  riskMessages,
} from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { TradingSwitch } from "../../domain/contract/stream.ts";
import type { RiskView } from "../../domain/contract/views.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { marketKey } from "../../domain/instrument/symbol.ts";
import type { Journal, NewEvent, StoredEvent } from "../../domain/journal/journal.ts";
import { type Decimal, decimal, div, fromNumber, fromUnits } from "../../domain/kernel/decimal.ts";
import { isExpected } from "../../domain/kernel/errors.ts";
import { hash32 } from "../../domain/kernel/random.ts";
import type { Bar, BookTop } from "../../domain/market/events.ts";
import { decodeOrderEvent } from "../../domain/order/codec.ts";
import { orderIdOf } from "../../domain/order/order.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import { setLimits, setTradingState, unsubmitted } from "../../domain/risk/commands.ts";
import { decodeRiskEvent, encodeRiskEvent, type RiskEvent, violationOf } from "../../domain/risk/events.ts";
import { review, type ReviewMarket } from "../../domain/risk/review.ts";
import { RiskBook } from "../../domain/risk/risk-book.ts";
import { restoreRisk, snapshotRisk } from "../../domain/risk/risk-snapshot.ts";
import { riskView } from "../../domain/risk/risk-view.ts";
import { type ActorContext, defineActor } from "../../mixins/hosted/actor.ts";
import { EventStream } from "../../mixins/journal/event-stream.ts";

export interface RiskDeps {
  readonly journal: Journal;
  /** Whether a venue has order books; without them its bars give the price. */
  hasBooks(venue: string): boolean;
}

interface RiskActorState {
  readonly stream: EventStream;
  readonly book: RiskBook;
  readonly journal: Journal;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly tops: Map<string, BookTop>;
  readonly bars: Map<string, Bar>;
  readonly watched: Set<string>;
  snapshotVersion: number;
  /** Of the last halt: what happened to the open orders. */
  halted: { cancelled: number; unknown: number; kept: number };
}

type Ctx = ActorContext<RiskActorState>;

const SNAPSHOT_EVENTS = 2_000;
const FOLLOW_UP_MS = 1_000;
const TWO = fromNumber(2);

export function riskActor(deps: RiskDeps) {
  return defineActor<RiskActorState, typeof riskMessages>({
    kind: "risk",
    key: ["account"],
    messages: riskMessages,
    mailbox: { control: 65_536, market: 4_096 },
    supervise: { baseMs: 50, maxMs: 2_000, maxRestarts: 10, windowMs: 60_000 },

    async activate(ctx) {
      const { stream, state: box } = await EventStream.open(deps.journal, `risk/${ctx.id}`, {
        start: (snapshot) => ({ book: snapshot === null ? RiskBook.open(ctx.id) : restoreRisk(snapshot) }),
        apply: (opened: { book: RiskBook }, stored) => opened.book.apply(decodeStored(stored)),
      });
      const instruments = await ctx.ask(connectionMessages.instruments, ctx.id, {});
      ctx.state = {
        stream,
        book: box.book,
        journal: deps.journal,
        tops: new Map(),
        bars: new Map(),
        watched: new Set(),
        snapshotVersion: stream.version,
        instruments: new Map(instruments.map((instrument) => [marketKey(instrument.venue, instrument.symbol), instrument])),
        halted: { cancelled: 0, unknown: 0, kept: 0 },
      };
      // Bars cannot be asked for their price later, as a book can.
      for (const { venue, symbol } of instruments) if (!deps.hasBooks(venue)) watch(ctx, venue, symbol);
      await catchUp(ctx);
      await commit(ctx, unsubmitted(box.book, new Set(), ctx.clock.now()));
      return ctx.state;
    },
    deactivate: (ctx) => ctx.state.stream.saveSnapshot(snapshotRisk(ctx.state.book)),

    handle: {
      place: (ctx, intent) => place(ctx, deps, intent),
      followUp: (ctx, { intentId }) => followUp(ctx, intentId),
      followedUp: (ctx, { intentId, state }) => onFollowedUp(ctx, intentId, state),
      orderEvent: (ctx, notice) => onNotice(ctx, notice),
      equity: (ctx, { equity, atMs }) => onEquity(ctx, equity, atMs),
      top: (ctx, top) => void ctx.state.tops.set(marketKey(top.venue, top.symbol), top),
      bar: (ctx, bar) => void ctx.state.bars.set(marketKey(bar.venue, bar.symbol), bar),
      view: (ctx) => riskView(ctx.state.book, ctx.clock.now()),
      trading: (ctx) => tradingSwitch(ctx),
      changeLimits: async (ctx, { limits, by, reason }) => {
        const change = setLimits(ctx.state.book, limits, { by, reason, atMs: ctx.clock.now() });
        await commit(ctx, [change]);
        ctx.announce("info", `limits v${change.version} set by ${by}: ${reason}`, "LIMITS_CHANGED");
        return riskView(ctx.state.book, ctx.clock.now());
      },
      setTrading: (ctx, { state, by, reason }) => setTrading(ctx, state, by, reason),
    },
  });
}

function decodeStored(stored: StoredEvent): RiskEvent {
  return decodeRiskEvent(stored.data);
}

function encodeStored(event: RiskEvent): NewEvent {
  const data = encodeRiskEvent(event);
  if (event.type !== "IntentApproved" && event.type !== "IntentRefused") return { type: event.type, schema: 1, atMs: event.atMs, data };
  // Who and what at the top level: queries match there.
  const { strategyId, symbol, intentId } = event.intent;
  return { type: event.type, schema: 1, atMs: event.atMs, data: { ...data, strategyId, symbol }, correlationId: intentId };
}

/** Journals events and applies those the book has not seen; announces what people must know. */
async function commit(ctx: Ctx, events: readonly RiskEvent[]): Promise<void> {
  if (events.length === 0) return;
  const { stream, book } = ctx.state;
  await stream.append(events.map(encodeStored));
  for (const event of events) {
    book.apply(event);
    tell(ctx, event);
  }
  if (stream.version - ctx.state.snapshotVersion < SNAPSHOT_EVENTS) return;
  ctx.state.snapshotVersion = stream.version;
  await stream.saveSnapshot(snapshotRisk(book));
}

function tell(ctx: Ctx, event: RiskEvent): void {
  const violation = violationOf(event);
  if (violation) ctx.announce("warn", `${violation.strategyId} ${violation.symbol}: ${violation.reason}`, violation.code);
  if (event.type !== "TradingStateChanged") return;
  ctx.announce(
    event.to === "active" ? "info" : "critical",
    `trading ${event.from} → ${event.to} by ${event.by}: ${event.reason}`,
    `TRADING_${event.to.toUpperCase()}`,
  );
  ctx.publish(subjects.floor("trading"), tradingSwitch(ctx));
}

async function place(ctx: Ctx, deps: RiskDeps, intent: OrderIntent): Promise<Placed> {
  const market = await marketOf(ctx, deps, intent);
  // Applied when it is journaled, not before: nothing else is judged while this message is handled.
  const decision = review(ctx.state.book, intent, market);
  if (decision.event) await commit(ctx, [decision.event]);
  if (decision.kind === "refused") return { approved: false, code: decision.code, reason: decision.reason, order: null };
  const decisionPrice = midOf(market);
  try {
    const order = await ctx.ask(executionMessages.submit, ctx.id, { ...decision.intent, decisionPrice });
    return { approved: true, code: null, reason: null, order };
  } catch (error) {
    // Submitted or not, the reservation stays until execution has said which.
    followUp(ctx, intent.intentId);
    throw error;
  }
}

/** Execution takes messages in order: what it says now about the order comes after the submit was handled or refused. */
function followUp(ctx: Ctx, intentId: string): void {
  const asked = ctx.ask(executionMessages.order, ctx.id, { account: ctx.id, orderId: orderIdOf(intentId, hash32) });
  ctx.pipe(asked, riskMessages.followedUp, (outcome) => {
    if ("value" in outcome) return { intentId, state: "journaled" };
    return { intentId, state: isExpected(outcome.error) && outcome.error.type === "NOT_FOUND" ? "absent" : "unclear" };
  });
}

async function onFollowedUp(ctx: Ctx, intentId: string, state: "journaled" | "absent" | "unclear"): Promise<void> {
  if (state === "unclear") return void ctx.after(FOLLOW_UP_MS, riskMessages.followUp, { intentId });
  if (state === "journaled") return;
  const releases = unsubmitted(ctx.state.book, new Set(), ctx.clock.now());
  await commit(
    ctx,
    releases.filter((release) => release.intentId === intentId),
  );
}

/** Whether the symbol was not watched yet. */
function watch(ctx: Ctx, venue: string, symbol: string): boolean {
  const { watched } = ctx.state;
  const market = marketKey(venue, symbol);
  if (watched.has(market)) return false;
  watched.add(market);
  ctx.subscribe(subjects.top(venue, symbol), riskMessages.top, { conflate: true });
  ctx.subscribe(subjects.mark(venue, symbol), riskMessages.bar, { conflate: true });
  return true;
}

/** A bar's close is the newest price until the next bar is due: only from then on does it age. */
function validUntilMs({ openTimeMs, intervalMs }: Bar, nowMs: number): number {
  const closedMs = openTimeMs + intervalMs;
  return Math.max(closedMs, Math.min(nowMs, closedMs + intervalMs));
}

/** Watches a symbol from its first intent on; the first look asks the book itself. */
async function marketOf(ctx: Ctx, deps: RiskDeps, { venue, symbol }: OrderIntent): Promise<ReviewMarket> {
  const market = marketKey(venue, symbol);
  const { instruments, tops, bars } = ctx.state;
  const instrument = instruments.get(market) ?? null;
  if (instrument && watch(ctx, venue, symbol) && deps.hasBooks(venue)) tops.set(market, await ctx.ask(bookMessages.topNow, market, {}));
  const bar = bars.get(market);
  const nowMs = ctx.clock.now();
  return {
    instrument,
    top: tops.get(market) ?? null,
    markPrice: bar ? fromNumber(bar.close, "close") : null,
    markAtMs: bar ? validUntilMs(bar, nowMs) : null,
    nowMs,
  };
}

function midOf({ instrument, top, markPrice }: ReviewMarket): Decimal | null {
  if (!instrument || !top || top.bidPrice === 0 || top.askPrice === 0) return markPrice;
  return div(fromUnits(top.bidPrice + top.askPrice, instrument.priceDecimals), TWO);
}

async function catchUp(ctx: Ctx): Promise<void> {
  const { journal, book } = ctx.state;
  for await (const stored of journal.read(`execution/${ctx.id}`, book.appliedVersion)) {
    await commit(ctx, book.onOrderEvent(decodeOrderEvent(stored), stored.version));
  }
}

async function onNotice(ctx: Ctx, { version, event }: Omit<OrderNotice, "order">): Promise<void> {
  const { book } = ctx.state;
  if (version > book.appliedVersion + 1) return catchUp(ctx);
  await commit(ctx, book.onOrderEvent(event, version));
}

async function onEquity(ctx: Ctx, equity: string, atMs: number): Promise<void> {
  await commit(ctx, ctx.state.book.onEquity(decimal(equity, "equity"), atMs));
}

async function setTrading(ctx: Ctx, to: TradingSwitch["state"], by: string, reason: string): Promise<RiskView> {
  const { book } = ctx.state;
  const change = setTradingState(book, to, { by, reason, atMs: ctx.clock.now() });
  if (change) await commit(ctx, [change]);
  if (to === "halted") {
    const { requested, unknown } = await ctx.ask(executionMessages.cancelAll, ctx.id, { account: ctx.id, by, reason: `halt: ${reason}` });
    const kept = Array.from(book.owners()).filter(({ quantity }) => quantity !== 0n).length;
    ctx.state.halted = { cancelled: requested, unknown, kept };
    ctx.publish(subjects.floor("trading"), tradingSwitch(ctx));
  }
  return riskView(book, ctx.clock.now());
}

function tradingSwitch(ctx: Ctx): TradingSwitch {
  const { book, halted } = ctx.state;
  return { ...book.trading, ...halted };
}
