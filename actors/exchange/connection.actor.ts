/**
 * The connection to one venue account: takes raw frames to the books and trades to whoever listens, hands orders to
 * the driver, and passes the venue's reports to execution.
 *
 * Owns the venue driver of this ownership (see venue-attachment.ts) and the count of what came through. Refuses to
 * interpret reports. A frame of an unknown kind is counted and shown, a malformed one too; neither stops the stream.
 */
import { connectionMessages, type ConnectionStatus, executionMessages } from "../../domain/contract/actors.ts";
import { type Feed, subjects } from "../../domain/contract/subjects.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import { INTERVALS, type Trade } from "../../domain/market/events.ts";
import { type ActorContext, defineActor } from "../../mixins/hosted/actor.ts";
import type { Venue } from "../../venues/venue.ts";
import { VenueAttachment, type VenueListener } from "./venue-attachment.ts";

export interface ConnectionDeps {
  /**
   * A fresh driver of an account's venue for one ownership, whose epoch fences what the venue writes. @throws {DstaError}
   * NOT_FOUND
   */
  openVenue(account: string, epoch: bigint): Venue;
  readonly feed: VenueFeed;
}

/** Lets the connection skip decoding what nobody wants. */
export interface VenueFeed extends Pick<Feed, "publish"> {
  hasListeners(subject: string): boolean;
}

interface Market {
  readonly instrument: Instrument;
  readonly depthSubject: string;
  readonly tradeSubject: string;
}

interface ConnectionActorState {
  readonly venue: Venue;
  readonly session: string;
  readonly markets: ReadonlyMap<string, Market>;
  readonly instruments: readonly Instrument[];
  connected: boolean;
  reason: string;
  frames: number;
  unknownFrames: number;
  malformedFrames: number;
  lastFrameAtMs: number;
}

type Ctx = ActorContext<ConnectionActorState>;

const MALFORMED_ANNOUNCED_MAX = 5;
const intervalNames = new Map<number, string>(Object.entries(INTERVALS).map(([name, lengthMs]) => [lengthMs, name]));

export function connectionActor(deps: ConnectionDeps) {
  const attached = new Map<string, VenueAttachment<ConnectionActorState>>();
  const closing = new Map<string, Promise<void>>();
  const release = (id: string): Promise<void> => {
    const attachment = attached.get(id);
    attached.delete(id);
    if (!attachment) return closing.get(id) ?? Promise.resolve();
    const closed = attachment.close().finally(() => closing.delete(id));
    closing.set(id, closed);
    return closed;
  };
  const attach = async (ctx: Ctx): Promise<VenueAttachment<ConnectionActorState>> => {
    const kept = attached.get(ctx.id);
    if (kept) {
      kept.handTo(ctx);
      return kept;
    }
    // One account has one connection: the last one is gone before the next is opened.
    await closing.get(ctx.id);
    const fresh = new VenueAttachment(deps.openVenue(ctx.id, ctx.epoch), ctx, listenerOf(deps.feed));
    attached.set(ctx.id, fresh);
    return fresh;
  };
  return defineActor<ConnectionActorState, typeof connectionMessages>({
    kind: "connection",
    key: ["account"],
    messages: connectionMessages,
    mailbox: { control: 8_192, market: 1_024 },
    supervise: { baseMs: 200, maxMs: 10_000, maxRestarts: 10, windowMs: 60_000 },
    interleave: ["order", "ordersSince", "bars", "snapshot"],

    async activate(ctx) {
      const isNew = !attached.has(ctx.id);
      const attachment = await attach(ctx);
      try {
        ctx.state = await newState(attachment);
        if (isNew) await attachment.start();
      } catch (error) {
        // Half started it is of no use to the next try.
        if (isNew && attached.get(ctx.id) === attachment) await release(ctx.id);
        throw error;
      }
      const { lostReason } = attachment;
      onConnected(ctx, lostReason === null, lostReason ?? "");
      return ctx.state;
    },
    released: release,

    handle: {
      status: (ctx) => statusOf(ctx),
      instruments: (ctx) => ctx.state.instruments,
      submit: (ctx, request) => stillOwned(ctx).submit(request),
      cancel: (ctx, { symbol, clientOrderId }) => stillOwned(ctx).cancel(symbol, clientOrderId),
      order: (ctx, { symbol, clientOrderId }) => seenByOwner(ctx, ctx.state.venue.order(symbol, clientOrderId)),
      ordersSince: (ctx, { sinceMs }) => seenByOwner(ctx, ctx.state.venue.ordersSince(sinceMs)),
      bars: (ctx, { symbol, intervalMs, limit }) => ctx.state.venue.bars(symbol, intervalMs, limit),
      snapshot: (ctx, { symbol }) => ctx.state.venue.snapshot(symbol),
    },
  });
}

async function newState({ venue, session }: VenueAttachment<ConnectionActorState>): Promise<ConnectionActorState> {
  const instruments = await venue.instruments();
  const markets = new Map(
    instruments.map((instrument) => [
      venue.venueSymbol(instrument.symbol),
      {
        instrument,
        depthSubject: subjects.depth(venue.id, instrument.symbol),
        tradeSubject: subjects.trade(venue.id, instrument.symbol),
      },
    ]),
  );
  return {
    venue,
    session,
    markets,
    instruments,
    connected: false,
    reason: "connecting",
    frames: 0,
    unknownFrames: 0,
    malformedFrames: 0,
    lastFrameAtMs: 0,
  };
}

function listenerOf(feed: VenueFeed): VenueListener<ConnectionActorState> {
  return {
    frame: (ctx, text, receivedAtMs) => onFrame(ctx, feed, text, receivedAtMs),
    bar: (bar) => {
      feed.publish(subjects.venueBar(bar.venue, bar.symbol, intervalNames.get(bar.intervalMs) ?? `${bar.intervalMs}ms`), bar);
      feed.publish(subjects.mark(bar.venue, bar.symbol), bar);
    },
    connected: onConnected,
  };
}

/** Nothing leaves for the venue from a node whose lease may be another's by now. */
function stillOwned(ctx: Ctx): Venue {
  ctx.assertValid();
  return ctx.state.venue;
}

/** The venue's view of our orders, unless it was given while the account went to another node: that of a stopped venue is old. */
async function seenByOwner<T>(ctx: Ctx, view: Promise<T>): Promise<T> {
  const seen = await view;
  ctx.assertValid();
  return seen;
}

/** Not a message: a frame goes straight to its book's mailbox, one Map look-up and no copy on the way. */
function onFrame(ctx: Ctx, feed: VenueFeed, text: string, receivedAtMs: number): void {
  const state = ctx.state;
  state.frames++;
  state.lastFrameAtMs = receivedAtMs;
  const route = state.venue.codec.route(text);
  const market = state.markets.get(route.symbol);
  if (route.kind === "depth" && market) return feed.publish(market.depthSubject, { text, receivedAtMs });
  if (route.kind === "trade" && market) {
    const trade = feed.hasListeners(market.tradeSubject) ? decodeTrade(ctx, text, market.instrument, receivedAtMs) : null;
    if (trade) feed.publish(market.tradeSubject, trade);
    return;
  }
  if (route.kind === "unknown") state.unknownFrames++;
}

function decodeTrade(ctx: Ctx, text: string, instrument: Instrument, receivedAtMs: number): Trade | null {
  try {
    return ctx.state.venue.codec.trade(text, instrument, receivedAtMs);
  } catch (error) {
    if (!isExpected(error)) throw error;
    onMalformed(ctx, error);
    return null;
  }
}

function onMalformed(ctx: Ctx, error: unknown): void {
  if (++ctx.state.malformedFrames <= MALFORMED_ANNOUNCED_MAX)
    ctx.announce("warn", `malformed frame skipped: ${messageOf(error)}`, "MALFORMED_FRAME");
}

function onConnected(ctx: Ctx, connected: boolean, reason: string): void {
  const state = ctx.state;
  if (connected === state.connected) return;
  state.connected = connected;
  state.reason = reason;
  const message = { venue: state.venue.id, connected, reason, atMs: ctx.clock.now(), session: state.session };
  ctx.publish(subjects.connection(state.venue.id), message);
  ctx.tell(executionMessages.connection, ctx.id, message);
  ctx.announce(
    connected ? "info" : "warn",
    connected ? "connected" : `connection lost: ${reason}`,
    connected ? "CONNECTED" : "CONNECTION_LOST",
  );
}

function statusOf(ctx: Ctx): ConnectionStatus {
  const { venue, session, connected, reason, frames, unknownFrames, malformedFrames, lastFrameAtMs } = ctx.state;
  return { account: ctx.id, venue: venue.id, connected, reason, session, frames, unknownFrames, malformedFrames, lastFrameAtMs };
}
