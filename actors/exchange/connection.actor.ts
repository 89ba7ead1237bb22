/**
 * The connection to one venue account: takes raw frames to the books and trades to whoever listens, hands orders to
 * the driver, and passes the venue's reports to execution.
 *
 * Owns the venue driver while active and the count of what came through. Refuses to interpret reports. A frame of an
 * unknown kind is counted and shown, a malformed one too; neither stops the stream.
 */
import { connectionMessages, type ConnectionStatus, executionMessages } from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import { INTERVALS, type Trade } from "../../domain/market/events.ts";
import { type ActorContext, defineActor } from "../../mixins/hosted/actor.ts";
import type { LocalFeed } from "../../mixins/feed/local-feed.ts";
import type { Venue, VenueSink } from "../../venues/venue.ts";

export interface ConnectionDeps {
  /** The driver of an account's venue. @throws {DstaError} NOT_FOUND */
  venueOf(account: string): Venue;
  readonly feed: LocalFeed;
}

interface Market {
  readonly instrument: Instrument;
  readonly depthSubject: string;
  readonly tradeSubject: string;
}

interface ConnectionActorState {
  readonly venue: Venue;
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

/** The venue is started once; a restarted activation takes its place behind the same sink. */
interface Attachment {
  readonly ctx: Ctx;
  lostReason: string | null;
}

export function connectionActor(deps: ConnectionDeps) {
  const attached = new Map<string, Attachment>();
  return defineActor<ConnectionActorState, typeof connectionMessages>({
    kind: "connection",
    key: ["account"],
    messages: connectionMessages,
    mailbox: { control: 8_192, market: 1_024 },
    supervise: { baseMs: 200, maxMs: 10_000, maxRestarts: 10, windowMs: 60_000 },
    interleave: ["order", "ordersSince", "bars", "snapshot"],

    async activate(ctx) {
      const venue = deps.venueOf(ctx.id);
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
      const state: ConnectionActorState = {
        venue,
        markets,
        instruments,
        connected: false,
        reason: "connecting",
        frames: 0,
        unknownFrames: 0,
        malformedFrames: 0,
        lastFrameAtMs: 0,
      };
      ctx.state = state;
      const earlier = attached.get(ctx.id);
      attached.set(ctx.id, { ctx, lostReason: earlier?.lostReason ?? null });
      if (!earlier) await venue.start(sinkOf(ctx.id, attached, deps.feed));
      const { lostReason } = attached.get(ctx.id)!;
      onConnected(ctx, lostReason === null, lostReason ?? "");
      return state;
    },

    handle: {
      status: (ctx) => statusOf(ctx),
      instruments: (ctx) => ctx.state.instruments,
      submit: (ctx, request) => ctx.state.venue.submit(request),
      cancel: (ctx, { symbol, clientOrderId }) => ctx.state.venue.cancel(symbol, clientOrderId),
      order: (ctx, { symbol, clientOrderId }) => ctx.state.venue.order(symbol, clientOrderId),
      ordersSince: (ctx, { sinceMs }) => ctx.state.venue.ordersSince(sinceMs),
      bars: (ctx, { symbol, intervalMs, limit }) => ctx.state.venue.bars(symbol, intervalMs, limit),
      snapshot: (ctx, { symbol }) => ctx.state.venue.snapshot(symbol),
    },
  });
}

function sinkOf(account: string, attached: ReadonlyMap<string, Attachment>, feed: LocalFeed): VenueSink {
  const current = (): Attachment => attached.get(account)!;
  const connected = (reason: string | null): void => {
    current().lostReason = reason;
    onConnected(current().ctx, reason === null, reason ?? "");
  };
  return {
    frame: (text, receivedAtMs) => onFrame(current().ctx, feed, text, receivedAtMs),
    bar: (bar) => {
      feed.publish(subjects.venueBar(bar.venue, bar.symbol, intervalNames.get(bar.intervalMs) ?? `${bar.intervalMs}ms`), bar);
      feed.publish(subjects.mark(bar.venue, bar.symbol), bar);
    },
    report: (report) => current().ctx.tell(executionMessages.report, account, report),
    lost: (reason) => connected(reason),
    restored: () => connected(null),
  };
}

/** Not a message: a frame goes straight to its book's mailbox, one Map look-up and no copy on the way. */
function onFrame(ctx: Ctx, feed: LocalFeed, text: string, receivedAtMs: number): void {
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
  const message = { venue: state.venue.id, connected, reason, atMs: ctx.clock.now() };
  ctx.publish(subjects.connection(state.venue.id), message);
  ctx.tell(executionMessages.connection, ctx.id, message);
  ctx.announce(
    connected ? "info" : "warn",
    connected ? "connected" : `connection lost: ${reason}`,
    connected ? "CONNECTED" : "CONNECTION_LOST",
  );
}

function statusOf(ctx: Ctx): ConnectionStatus {
  const { venue, connected, reason, frames, unknownFrames, malformedFrames, lastFrameAtMs } = ctx.state;
  return { account: ctx.id, venue: venue.id, connected, reason, frames, unknownFrames, malformedFrames, lastFrameAtMs };
}
