/**
 * The positions of one account: folds the execution stream, marks to market, tells screens, strategies and risk.
 *
 * Its own stream `positions/<account>` holds what the fold cannot give back later: the start of each day, samples of
 * equity, and each fill as it was booked (for queries). The fold itself always follows `execution/<account>`,
 * whose missing events are read from the journal.
 */
import { connectionMessages, type OrderNotice, type PositionOf, positionsMessages, riskMessages } from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { FillRow, PositionRow } from "../../domain/contract/views.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { marketKey } from "../../domain/instrument/symbol.ts";
import type { Journal, NewEvent, StoredEvent } from "../../domain/journal/journal.ts";
import { type Decimal, div, format, fromNumber, fromUnits, toNumber } from "../../domain/kernel/decimal.ts";
import { notFound } from "../../domain/kernel/errors.ts";
import type { BookTop } from "../../domain/market/events.ts";
import { decodeOrderEvent } from "../../domain/order/codec.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { EquityCurve } from "../../domain/position/equity-curve.ts";
import { fillRow } from "../../domain/position/fill-row.ts";
import { averagePrice } from "../../domain/position/position.ts";
import { netRow, portfolioPnl, positionRow, positionRows, strategyPerformance } from "../../domain/position/position-views.ts";
import { type AccountTerms, PositionsBook } from "../../domain/position/positions-book.ts";
import { dayRolledCodec, restorePositions, snapshotPositions } from "../../domain/position/positions-snapshot.ts";
import { type ActorContext, defineActor } from "../../mixins/hosted/actor.ts";
import { EventStream } from "../../mixins/journal/event-stream.ts";

export interface PositionsDeps {
  readonly journal: Journal;
  termsOf(account: string): AccountTerms;
  /** Time between two samples of equity in the journal, in trading time. */
  readonly sampleMs: number;
}

interface PositionsActorState {
  readonly stream: EventStream;
  readonly book: PositionsBook;
  readonly curve: EquityCurve;
  readonly instruments: ReadonlyMap<string, Instrument>;
  /** Newest top of each market held, applied at the next tick. */
  readonly tops: Map<string, BookTop>;
  readonly watched: Set<string>;
  readonly journal: Journal;
  /** Highest execution version with a FillBooked event of ours. */
  bookedVersion: number;
  lastSampleMs: number;
  snapshotVersion: number;
  shown: Map<string, string>;
  shownEquity: string;
}

type Ctx = ActorContext<PositionsActorState>;
type ExecutionNotice = Omit<OrderNotice, "order">;

const TICK_MS = 250;
const CURVE_MS = 5_000;
const SNAPSHOT_EVENTS = 2_000;
const DAY_MS = 86_400_000;

interface Recovered {
  book: PositionsBook;
  bookedVersion: number;
  readonly curve: EquityCurve;
}

export function positionsActor(deps: PositionsDeps) {
  return defineActor<PositionsActorState, typeof positionsMessages>({
    kind: "positions",
    key: ["account"],
    messages: positionsMessages,
    mailbox: { control: 65_536, market: 1_024 },
    supervise: { baseMs: 50, maxMs: 2_000, maxRestarts: 10, windowMs: 60_000 },

    async activate(ctx) {
      const fold = {
        start: (snapshot: unknown) => ({
          book: snapshot === null ? new PositionsBook(deps.termsOf(ctx.id)) : restorePositions(snapshot),
          bookedVersion: 0,
          curve: new EquityCurve(),
        }),
        apply: recover,
      };
      const { stream, state } = await EventStream.open<Recovered>(deps.journal, `positions/${ctx.id}`, fold, ctx.epoch);
      for await (const sample of equitySamples(deps.journal, stream.name, ctx.clock.now())) state.curve.add(sample);
      const instruments = await ctx.ask(connectionMessages.instruments, ctx.id, {});
      ctx.state = {
        ...state,
        stream,
        journal: deps.journal,
        tops: new Map(),
        watched: new Set(),
        shown: new Map(),
        shownEquity: "",
        instruments: new Map(instruments.map((instrument) => [marketKey(instrument.venue, instrument.symbol), instrument])),
        bookedVersion: Math.max(state.bookedVersion, state.book.appliedVersion),
        lastSampleMs: 0,
        snapshotVersion: stream.version,
      };
      await catchUp(ctx);
      for (const entry of ctx.state.book.entries()) watch(ctx, entry.venue, entry.symbol);
      ctx.after(TICK_MS, positionsMessages.tick, null);
      return ctx.state;
    },
    deactivate: (ctx) => ctx.state.stream.saveSnapshot(snapshotPositions(ctx.state.book)),

    handle: {
      orderEvent: (ctx, notice) => onNotice(ctx, notice),
      top: (ctx, top) => void ctx.state.tops.set(marketKey(top.venue, top.symbol), top),
      bar: (ctx, bar) => ctx.state.book.setMark(bar.venue, bar.symbol, fromNumber(bar.close, "close")),
      tick: (ctx) => onTick(ctx, deps.sampleMs),
      follow: (ctx, { version }) => follow(ctx, version),
      equityNow: (ctx) => (ctx.state.book.isPriced ? format(ctx.state.book.equity) : null),
      of: async (ctx, { strategyId, venue, symbol, version }) => {
        await follow(ctx, version);
        return positionOf(ctx.state.book, strategyId, venue, symbol);
      },
      rows: (ctx, { strategyId }) => positionRows(ctx.state.book, strategyId),
      net: (ctx, { venue, symbol }) => {
        const net = netRow(ctx.state.book, venue, symbol);
        if (!net) throw notFound("position", `${venue}:${symbol}`);
        return { net, byStrategy: ctx.state.book.market(venue, symbol).map((entry) => positionRow(ctx.state.book, entry)) };
      },
      portfolio: (ctx) => portfolioPnl(ctx.state.book),
      equityCurve: (ctx, { fromMs, points }) => ctx.state.curve.thinned(fromMs ?? dayStart(ctx.clock.now()), points),
      performance: (ctx, { strategyId }) => strategyPerformance(ctx.state.book, strategyId),
    },
  });
}

function recover(state: Recovered, stored: StoredEvent): void {
  if (stored.type === "DayRolled")
    state.book.apply(dayRolledCodec.decode({ ...stored.data, type: "DayRolled", atMs: stored.atMs }, "DayRolled"));
  if (stored.type === "FillBooked") state.bookedVersion = Number(stored.data.executionVersion);
}

function positionOf(book: PositionsBook, strategyId: string, venue: string, symbol: string): PositionOf {
  const position = book.entry(strategyId, venue, symbol)?.position;
  const average = position ? averagePrice(position) : null;
  return {
    version: book.appliedVersion,
    quantity: position ? format(position.quantity) : "0",
    averagePrice: average === null ? null : format(average),
    equity: book.isPriced ? format(book.equity) : null,
  };
}

async function* equitySamples(journal: Journal, stream: string, nowMs: number): AsyncGenerator<{ atMs: number; equity: number }> {
  let before: bigint | undefined;
  const pages: StoredEvent[][] = [];
  for (;;) {
    const page = await journal.query({
      stream,
      types: ["EquitySampled"],
      fromMs: dayStart(nowMs),
      limit: 1_000,
      ...(before === undefined ? {} : { before }),
    });
    pages.push([...page]);
    if (page.length < 1_000) break;
    before = page.at(-1)!.position;
  }
  for (const stored of pages.flat().reverse()) yield { atMs: stored.atMs, equity: Number(stored.data.equity) };
}

function dayStart(nowMs: number): number {
  return nowMs - (nowMs % DAY_MS);
}

/** Follows the execution stream from where this book stands: at a start, and when a notice was missed. */
async function catchUp(ctx: Ctx): Promise<void> {
  for await (const stored of ctx.state.journal.read(`execution/${ctx.id}`, ctx.state.book.appliedVersion)) {
    await take(ctx, { version: stored.version, event: decodeOrderEvent(stored) });
  }
}

/** Reads what is missing up to `version`: an event is in the journal before anybody hears of it. */
async function follow(ctx: Ctx, version: number): Promise<void> {
  if (version > ctx.state.book.appliedVersion) await catchUp(ctx);
}

async function onNotice(ctx: Ctx, notice: ExecutionNotice): Promise<void> {
  const missed = notice.version > ctx.state.book.appliedVersion + 1;
  if (missed) await catchUp(ctx);
  else await take(ctx, notice);
}

async function take(ctx: Ctx, { version, event }: ExecutionNotice): Promise<void> {
  const { book } = ctx.state;
  if (version <= book.appliedVersion) return;
  // By the event's own day: fills of an earlier day read again from the journal are not today's result.
  await rollDay(ctx, event.atMs);
  const outcome = book.onOrderEvent(event, version);
  if (event.type !== "OrderFilled" || outcome === null) return;
  watch(ctx, event.venue, event.symbol);
  await bookFill(ctx, event, version, outcome.realisedPnl);
}

async function bookFill(
  ctx: Ctx,
  event: Extract<OrderEvent, { type: "OrderFilled" }>,
  version: number,
  realisedPnl: Decimal,
): Promise<void> {
  if (version <= ctx.state.bookedVersion) return;
  const row: FillRow = fillRow(event, realisedPnl);
  await ctx.state.stream.append([
    { type: "FillBooked", schema: 1, atMs: event.atMs, data: { ...row, executionVersion: version }, correlationId: event.orderId },
  ]);
  ctx.state.bookedVersion = version;
  ctx.publish(subjects.floor("fill"), row);
}

function watch(ctx: Ctx, venue: string, symbol: string): void {
  const market = marketKey(venue, symbol);
  if (ctx.state.watched.has(market)) return;
  ctx.state.watched.add(market);
  ctx.subscribe(subjects.top(venue, symbol), positionsMessages.top, { conflate: true });
  ctx.subscribe(subjects.mark(venue, symbol), positionsMessages.bar, { conflate: true });
}

async function rollDay(ctx: Ctx, nowMs: number): Promise<void> {
  const rolled = ctx.state.book.rollDay(nowMs);
  if (!rolled) return;
  const { atMs, type, ...data } = dayRolledCodec.encode(rolled) as Record<string, unknown> & { atMs: number; type: string };
  await ctx.state.stream.append([{ type, schema: 1, atMs, data }]);
  ctx.state.book.apply(rolled);
}

async function onTick(ctx: Ctx, sampleMs: number): Promise<void> {
  ctx.after(TICK_MS, positionsMessages.tick, null);
  const { book, tops, curve, stream } = ctx.state;
  await rollDay(ctx, ctx.clock.now());
  for (const [market, top] of tops) applyMark(ctx, market, top);
  tops.clear();
  const nowMs = ctx.clock.now();
  if (nowMs - (curve.last?.atMs ?? 0) >= CURVE_MS && book.isPriced) curve.add({ atMs: nowMs, equity: toNumber(book.equity) });
  if (nowMs - ctx.state.lastSampleMs >= sampleMs && book.isPriced) {
    ctx.state.lastSampleMs = nowMs;
    await stream.append([sampleOf(book, nowMs)]);
  }
  if (stream.version - ctx.state.snapshotVersion >= SNAPSHOT_EVENTS) {
    ctx.state.snapshotVersion = stream.version;
    await stream.saveSnapshot(snapshotPositions(book));
  }
  show(ctx);
}

function sampleOf(book: PositionsBook, atMs: number): NewEvent {
  return { type: "EquitySampled", schema: 1, atMs, data: { equity: format(book.equity), dayPnl: format(book.dayPnl) } };
}

/** The mid, while both sides are there; a one-sided or broken book keeps the last mark. */
function applyMark(ctx: Ctx, market: string, top: BookTop): void {
  const instrument = ctx.state.instruments.get(market);
  if (!instrument || top.quality !== "LIVE" || top.bidPrice === 0 || top.askPrice === 0) return;
  const mid = div(fromUnits(top.bidPrice + top.askPrice, instrument.priceDecimals), fromNumber(2));
  ctx.state.book.setMark(top.venue, top.symbol, mid);
}

/** Publishes what changed since the last tick. */
function show(ctx: Ctx): void {
  const { book, shown } = ctx.state;
  for (const entry of book.entries()) {
    const row: PositionRow = positionRow(book, entry);
    const text = JSON.stringify(row);
    if (shown.get(entry.key) === text) continue;
    shown.set(entry.key, text);
    ctx.publish(subjects.floor("position"), row);
    ctx.publish(subjects.positionOf(entry.strategyId), row);
  }
  const equity = format(book.equity);
  if (equity === ctx.state.shownEquity) return;
  ctx.state.shownEquity = equity;
  ctx.publish(subjects.floor("pnl"), portfolioPnl(book));
  if (book.isPriced) ctx.tell(riskMessages.equity, ctx.id, { equity, dayStartEquity: format(book.dayStartEquity), atMs: ctx.clock.now() });
}
