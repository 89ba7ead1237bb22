/**
 * The order book of one symbol: decodes its frames, keeps it whole, publishes its top.
 *
 * Invariant: a top is published as LIVE only while the sequencer vouches for the book and the connection is up. A
 * malformed frame or a gap makes it RESYNC until a snapshot joins; silence makes it STALE.
 */
import { bookMessages, connectionMessages, type TopView } from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { BookView } from "../../domain/contract/views.ts";
import { emptyDepthUpdate, type DepthUpdate } from "../../domain/book/depth.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { BookSequencer } from "../../domain/book/sequencer.ts";
import { findInstrument, type Instrument } from "../../domain/instrument/instrument.ts";
import { format, fromUnits } from "../../domain/kernel/decimal.ts";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { BookQuality, BookTop, ConnectionState } from "../../domain/market/events.ts";
import { type ActorContext, defineActor } from "../../mixins/hosted/actor.ts";
import type { StreamCodec } from "../../venues/codec.ts";

export interface BookDeps {
  accountOf(venue: string): string;
  codecOf(venue: string): StreamCodec;
  /** Silence after which a book is no longer trusted. */
  readonly staleAfterMs: number;
  /** Pause before asking for a snapshot again after a failed try. */
  readonly snapshotRetryMs: number;
}

interface BookActorState {
  readonly venue: string;
  readonly symbol: string;
  readonly account: string;
  readonly instrument: Instrument;
  readonly codec: StreamCodec;
  readonly book: OrderBook;
  readonly sequencer: BookSequencer;
  readonly update: DepthUpdate;
  connected: boolean;
  /** Of the connection: in another one nothing kept can be continued. */
  session: string;
  silent: boolean;
  snapshotAsked: boolean;
  wasLive: boolean;
  malformed: number;
  receivedAtMs: number;
  quality: BookQuality;
}

type Ctx = ActorContext<BookActorState>;

const WATCH_MS = 1_000;

export function bookActor(deps: BookDeps) {
  return defineActor<BookActorState, typeof bookMessages>({
    kind: "book",
    key: ["venue", "symbol"],
    messages: bookMessages,
    mailbox: { control: 256, market: 4_096 },
    supervise: { baseMs: 100, maxMs: 5_000, maxRestarts: 10, windowMs: 60_000 },

    async activate(ctx) {
      const separator = ctx.id.indexOf(":");
      const venue = ctx.id.slice(0, separator);
      const symbol = ctx.id.slice(separator + 1);
      const account = deps.accountOf(venue);
      const instrument = findInstrument(await ctx.ask(connectionMessages.instruments, account, {}), venue, symbol);
      const { connected, session } = await ctx.ask(connectionMessages.status, account, { account });
      const codec = deps.codecOf(venue);
      const book = new OrderBook();
      const sequencer = new BookSequencer(book, codec.rules);
      ctx.state = {
        venue,
        symbol,
        account,
        instrument,
        codec,
        book,
        sequencer,
        connected,
        session,
        update: emptyDepthUpdate(),
        silent: false,
        snapshotAsked: false,
        wasLive: false,
        malformed: 0,
        receivedAtMs: ctx.clock.now(),
        quality: "RESYNC",
      };
      ctx.subscribe(subjects.depth(venue, symbol), bookMessages.frame);
      ctx.subscribe(subjects.connection(venue), bookMessages.connection);
      ctx.after(WATCH_MS, bookMessages.watch, null);
      askSnapshot(ctx);
      return ctx.state;
    },

    handle: {
      frame: (ctx, { text, receivedAtMs }) => onFrame(ctx, text, receivedAtMs),
      snapshotArrived: (ctx, { value, error }) => onSnapshot(ctx, value, error, deps.snapshotRetryMs),
      retrySnapshot: (ctx) => {
        if (ctx.state.sequencer.quality !== "LIVE") askSnapshot(ctx);
      },
      connection: (ctx, state) => onConnection(ctx, state),
      watch: (ctx) => onWatch(ctx, deps),
      topNow: (ctx) => topOf(ctx.state),
      top: (ctx) => topView(ctx),
      depth: (ctx, { depth }) => bookView(ctx, depth),
    },
  });
}

function onFrame(ctx: Ctx, text: string, receivedAtMs: number): void {
  const state = ctx.state;
  let verdict;
  try {
    verdict = state.sequencer.onDelta(state.codec.depth(text, state.instrument, state.update));
  } catch (error) {
    if (!isExpected(error)) throw error;
    // What the frame held is lost, so the next one will not continue the book: start over now.
    if (++state.malformed <= 5) ctx.announce("warn", `malformed depth frame, book rebuilt: ${messageOf(error)}`, "MALFORMED_FRAME");
    state.sequencer.reset();
    verdict = "snapshot-needed" as const;
  }
  state.receivedAtMs = receivedAtMs;
  state.silent = false;
  if (verdict === "snapshot-needed") {
    if (state.quality === "LIVE") ctx.announce("warn", `gap in the stream after ${state.sequencer.updateId}: rebuilding`, "BOOK_GAP");
    askSnapshot(ctx);
  }
  if (verdict === "applied" || verdict === "snapshot-needed") publishTop(ctx);
}

function askSnapshot(ctx: Ctx): void {
  const state = ctx.state;
  if (state.snapshotAsked || !state.connected) return;
  state.snapshotAsked = true;
  const asked = ctx.ask(connectionMessages.snapshot, state.account, { symbol: state.symbol });
  ctx.pipe(asked, bookMessages.snapshotArrived, (outcome) =>
    "value" in outcome ? { value: outcome.value, error: null } : { value: null, error: messageOf(outcome.error) },
  );
}

function onSnapshot(ctx: Ctx, text: string | null, error: string | null, retryMs: number): void {
  const state = ctx.state;
  state.snapshotAsked = false;
  let joined = false;
  if (text !== null) {
    try {
      joined = state.sequencer.onSnapshot(state.codec.snapshot(text, state.instrument)) === "live";
    } catch (failure) {
      if (!isExpected(failure)) throw failure;
      ctx.announce("warn", `malformed snapshot: ${failure.message}`, "MALFORMED_FRAME");
    }
  } else if (error !== null) {
    ctx.announce("info", `no snapshot yet: ${error}`, "SNAPSHOT_FAILED");
  }
  if (joined) {
    // The first time is the ordinary start; after that it is news.
    if (state.wasLive) ctx.announce("info", `whole again at ${state.sequencer.updateId}`, "BOOK_LIVE");
    state.wasLive = true;
    return publishTop(ctx);
  }
  if (state.sequencer.quality !== "LIVE") ctx.after(retryMs, bookMessages.retrySnapshot, null);
}

function onConnection(ctx: Ctx, { connected, reason, session }: ConnectionState): void {
  const state = ctx.state;
  if (connected === state.connected && session === state.session) return;
  state.connected = connected;
  state.session = session;
  if (connected) {
    // Whatever was sent meanwhile is gone: nothing kept can be continued.
    state.sequencer.reset();
    state.snapshotAsked = false;
    askSnapshot(ctx);
  } else {
    ctx.announce("warn", `STALE: ${reason}`, "BOOK_STALE");
  }
  publishTop(ctx);
}

function onWatch(ctx: Ctx, deps: BookDeps): void {
  const state = ctx.state;
  ctx.after(WATCH_MS, bookMessages.watch, null);
  if (!state.connected || state.silent || ctx.clock.now() - state.receivedAtMs < deps.staleAfterMs) return;
  state.silent = true;
  ctx.announce("warn", `STALE: nothing heard for ${deps.staleAfterMs / 1_000} s`, "BOOK_STALE");
  publishTop(ctx);
}

function qualityOf(state: BookActorState): BookQuality {
  if (!state.connected || state.silent) return "STALE";
  return state.sequencer.quality;
}

function publishTop(ctx: Ctx): void {
  ctx.state.quality = qualityOf(ctx.state);
  ctx.publish(subjects.top(ctx.state.venue, ctx.state.symbol), topOf(ctx.state));
}

function topOf(state: BookActorState): BookTop {
  const { book } = state;
  return {
    venue: state.venue,
    symbol: state.symbol,
    quality: qualityOf(state),
    updateId: state.sequencer.updateId,
    bidPrice: book.bestBidPrice,
    bidQuantity: book.bestBidQuantity,
    askPrice: book.bestAskPrice,
    askQuantity: book.bestAskQuantity,
    venueTimeMs: state.sequencer.venueTimeMs,
    receivedAtMs: state.receivedAtMs,
  };
}

function topView(ctx: Ctx): TopView {
  const { instrument } = ctx.state;
  const top = topOf(ctx.state);
  const price = (units: number): string => format(fromUnits(units, instrument.priceDecimals));
  const quantity = (units: number): string => format(fromUnits(units, instrument.quantityDecimals));
  return {
    venue: top.venue,
    symbol: top.symbol,
    quality: top.quality,
    updateId: top.updateId,
    bid: price(top.bidPrice),
    bidQuantity: quantity(top.bidQuantity),
    ask: price(top.askPrice),
    askQuantity: quantity(top.askQuantity),
    ageMs: Math.max(0, ctx.clock.now() - top.receivedAtMs),
  };
}

function bookView(ctx: Ctx, depth: number): BookView {
  const { state } = ctx;
  const { instrument, book, sequencer } = state;
  const text = (side: "bid" | "ask"): [string, string][] =>
    book
      .levels(side, depth)
      .map(([price, quantity]) => [
        format(fromUnits(price, instrument.priceDecimals)),
        format(fromUnits(quantity, instrument.quantityDecimals)),
      ]);
  return {
    venue: state.venue,
    symbol: state.symbol,
    quality: qualityOf(state),
    updateId: sequencer.updateId,
    venueTimeMs: sequencer.venueTimeMs,
    receivedAtMs: state.receivedAtMs,
    ageMs: Math.max(0, ctx.clock.now() - state.receivedAtMs),
    bidLevels: book.bidCount,
    askLevels: book.askCount,
    bids: text("bid"),
    asks: text("ask"),
  };
}
