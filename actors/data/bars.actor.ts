/**
 * The bars of one market and interval: closes them from trades or takes the venue's own, keeps the newest 1,000, and
 * publishes each completed one once.
 *
 * A bar closes when a trade or the clock passes its end. An interval without trades repeats the last close with zero
 * volume, so that indicators on time see time pass. The interval it started in (it may have moved here) has trades it has
 * not seen: of that one the venue's bar is taken where the venue has it. Bars that ended between two lives are in the
 * history, and whoever follows reads them there.
 */
import { barsMessages, connectionMessages } from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { BarRow, BarsView } from "../../domain/contract/views.ts";
import { findInstrument, type Instrument } from "../../domain/instrument/instrument.ts";
import { invalid, isExpected } from "../../domain/kernel/errors.ts";
import { BarAggregator } from "../../domain/market/bars.ts";
import { type Bar, INTERVALS, type Interval } from "../../domain/market/events.ts";
import { type ActorContext, defineActor } from "../../mixins/hosted/actor.ts";

export interface BarsDeps {
  accountOf(venue: string): string;
}

interface BarsActorState {
  readonly venue: string;
  readonly symbol: string;
  readonly interval: Interval;
  readonly intervalMs: number;
  readonly instrument: Instrument;
  readonly aggregator: BarAggregator;
  readonly bars: Bar[];
  readonly account: string;
  /** End of the interval in which it started; 0 once that is past. */
  partialUntilMs: number;
}

type Ctx = ActorContext<BarsActorState>;

const KEPT = 1_000;

export function barsActor(deps: BarsDeps) {
  return defineActor<BarsActorState, typeof barsMessages>({
    kind: "bars",
    key: ["venue", "symbol", "interval"],
    messages: barsMessages,
    mailbox: { control: 256, market: 8_192 },
    supervise: { baseMs: 100, maxMs: 5_000, maxRestarts: 10, windowMs: 60_000 },

    async activate(ctx) {
      const { venue, symbol, interval } = parseKey(ctx.id);
      const account = deps.accountOf(venue);
      const intervalMs = INTERVALS[interval];
      const instrument = findInstrument(await ctx.ask(connectionMessages.instruments, account, {}), venue, symbol);
      const aggregator = new BarAggregator({
        venue,
        symbol,
        intervalMs,
        priceDecimals: instrument.priceDecimals,
        quantityDecimals: instrument.quantityDecimals,
        fillEmpty: true,
      });
      ctx.subscribe(subjects.trade(venue, symbol), barsMessages.trade);
      ctx.subscribe(subjects.venueBar(venue, symbol, interval), barsMessages.venueBar);
      const history = await ctx.ask(connectionMessages.bars, account, { symbol, intervalMs, limit: KEPT });
      const bars = history.filter((bar) => bar.openTimeMs + intervalMs <= ctx.clock.now());
      scheduleTick(ctx, intervalMs);
      const nowMs = ctx.clock.now();
      const partialUntilMs = nowMs - (nowMs % intervalMs) + intervalMs;
      return { venue, symbol, interval, intervalMs, instrument, aggregator, bars, account, partialUntilMs };
    },

    handle: {
      trade: (ctx, trade) => closed(ctx, ctx.state.aggregator.add(trade)),
      venueBar: (ctx, bar) => keep(ctx, [bar]),
      tick: (ctx) => {
        scheduleTick(ctx, ctx.state.intervalMs);
        return closed(ctx, ctx.state.aggregator.tick(ctx.clock.now()));
      },
      history: (ctx, { limit }) => ctx.state.bars.slice(-limit),
      recent: (ctx, { limit }) => barsView(ctx.state, limit),
    },
  });
}

function parseKey(id: string): { venue: string; symbol: string; interval: Interval } {
  const first = id.indexOf(":");
  const last = id.lastIndexOf(":");
  const interval = id.slice(last + 1);
  if (!(interval in INTERVALS)) throw invalid("interval", `one of ${Object.keys(INTERVALS).join(", ")}`, interval);
  return { venue: id.slice(0, first), symbol: id.slice(first + 1, last), interval: interval as Interval };
}

/** A little after the boundary, so that the last trades of the interval have arrived. */
function scheduleTick(ctx: Ctx, intervalMs: number): void {
  const nowMs = ctx.clock.now();
  ctx.after(intervalMs - (nowMs % intervalMs) + 20, barsMessages.tick, null);
}

function closed(ctx: Ctx, completed: readonly Bar[]): void | Promise<void> {
  const [first] = completed;
  if (!first || ctx.state.partialUntilMs === 0) return keep(ctx, completed);
  const isPartial = first.openTimeMs < ctx.state.partialUntilMs;
  ctx.state.partialUntilMs = 0;
  return isPartial ? replaceFirst(ctx, first, completed) : keep(ctx, completed);
}

/** One question at the start of a life; without an answer the bar made from what was seen is better than none. */
async function replaceFirst(ctx: Ctx, first: Bar, completed: readonly Bar[]): Promise<void> {
  const { account, symbol, intervalMs } = ctx.state;
  const fromVenue = await ctx.ask(connectionMessages.bars, account, { symbol, intervalMs, limit: completed.length + 1 }).catch(notNow);
  keep(ctx, [fromVenue.find(({ openTimeMs }) => openTimeMs === first.openTimeMs) ?? first, ...completed.slice(1)]);
}

function notNow(error: unknown): readonly Bar[] {
  if (!isExpected(error)) throw error;
  return [];
}

function keep(ctx: Ctx, completed: readonly Bar[]): void {
  const { bars, venue, symbol, interval } = ctx.state;
  for (const bar of completed) {
    // History may already hold it: the venue's own bar wins over one made from part of its trades.
    if (bars.length > 0 && bar.openTimeMs <= bars.at(-1)!.openTimeMs) continue;
    bars.push(bar);
    if (bars.length > KEPT) bars.shift();
    ctx.publish(subjects.bar(venue, symbol, interval), bar);
  }
}

/** Completed bars and, last, the one still open. */
function barsView(state: BarsActorState, limit: number): BarsView {
  const open = state.aggregator.current();
  const bars = open ? [...state.bars, open] : state.bars;
  return { venue: state.venue, symbol: state.symbol, interval: state.interval, bars: bars.slice(-limit).map(barRow) };
}

function barRow({ openTimeMs, open, high, low, close, volume }: Bar): BarRow {
  return { openTimeMs, open, high, low, close, volume };
}
