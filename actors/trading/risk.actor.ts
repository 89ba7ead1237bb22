/**
 * The risk desk of one account: reviews every intent, keeps limits and the trading switch. Nothing reaches execution
 * except through `place`, which waits until the order is journaled and handed over: when a halt is acknowledged, no
 * order approved before it is still on its way.
 *
 * Owns the stream `risk/<account>`; follows `execution/<account>`, whose missing events are read from the journal.
 */
import { connectionMessages, executionMessages, type OrderNotice, riskMessages } from "../../domain/contract/actors.ts";
import type { TradingSwitch } from "../../domain/contract/stream.ts";
import type { RiskView } from "../../domain/contract/views.ts";
import { marketKey } from "../../domain/instrument/symbol.ts";
import type { StoredEvent } from "../../domain/journal/journal.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { setLimits, setTradingState, unsubmitted } from "../../domain/risk/commands.ts";
import { RiskBook } from "../../domain/risk/risk-book.ts";
import { restoreRisk, snapshotRisk } from "../../domain/risk/risk-snapshot.ts";
import { riskView } from "../../domain/risk/risk-view.ts";
import { defineActor } from "../../mixins/hosted/actor.ts";
import { EventStream } from "../../mixins/journal/event-stream.ts";
import { followUp, onEquity, onFollowedUp, place, watch } from "./risk-placing.ts";
import { onFenced, onHaltSettled, settle, settleHalt } from "./risk-settling.ts";
import { catchUp, commit, decodeStored, follow, type RiskActorState, type RiskCtx, type RiskDeps, tradingSwitch } from "./risk-state.ts";

export function riskActor(deps: RiskDeps) {
  return defineActor<RiskActorState, typeof riskMessages>({
    kind: "risk",
    key: ["account"],
    messages: riskMessages,
    mailbox: { control: 65_536, market: 4_096 },
    supervise: { baseMs: 50, maxMs: 2_000, maxRestarts: 10, windowMs: 60_000 },

    async activate(ctx) {
      const fold = {
        start: (snapshot: unknown) => ({ book: snapshot === null ? RiskBook.open(ctx.id) : restoreRisk(snapshot) }),
        apply: (opened: { book: RiskBook }, stored: StoredEvent) => opened.book.apply(decodeStored(stored)),
      };
      const { stream, state: box } = await EventStream.open(deps.journal, `risk/${ctx.id}`, fold, ctx.epoch);
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
        inherited: new Set(),
        knowsEquity: false,
      };
      // Bars cannot be asked for their price later, as a book can.
      for (const { venue, symbol } of instruments) if (!deps.hasBooks(venue)) watch(ctx, venue, symbol);
      await catchUp(ctx);
      ctx.state.inherited = new Set(unsubmitted(box.book, new Set(), ctx.clock.now()).map(({ intentId }) => intentId));
      // After the start: execution may be starting on another node, and trading can be halted without it.
      ctx.after(0, riskMessages.settle, null);
      ctx.after(0, riskMessages.settleHalt, null);
      return ctx.state;
    },
    deactivate: (ctx) => ctx.state.stream.saveSnapshot(snapshotRisk(ctx.state.book)),

    handle: {
      place: (ctx, intent) => place(ctx, deps, intent),
      followUp: (ctx, { intentId }) => followUp(ctx, intentId),
      followedUp: (ctx, { intentId, state }) => onFollowedUp(ctx, intentId, state),
      orderEvent: (ctx, notice) => onNotice(ctx, notice),
      follow: (ctx, { version }) => follow(ctx, version),
      settle: (ctx) => settle(ctx),
      fenced: (ctx, { value }) => onFenced(ctx, value?.version ?? null),
      settleHalt: (ctx) => settleHalt(ctx),
      haltSettled: (ctx, { value, error }) => onHaltSettled(ctx, value, error),
      equity: (ctx, { equity, atMs }) => onEquity(ctx, equity, atMs),
      top: (ctx, top) => void ctx.state.tops.set(marketKey(top.venue, top.symbol), top),
      bar: (ctx, bar) => void ctx.state.bars.set(marketKey(bar.venue, bar.symbol), bar),
      view: (ctx) => riskView(ctx.state.book, ctx.clock.now()),
      trading: (ctx) => tradingSwitch(ctx.state.book),
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

async function onNotice(ctx: RiskCtx, { version, event }: Omit<OrderNotice, "order">): Promise<void> {
  const { book } = ctx.state;
  if (version > book.appliedVersion + 1) return catchUp(ctx);
  await commit(ctx, book.onOrderEvent(event, version));
}

async function setTrading(ctx: RiskCtx, to: TradingSwitch["state"], by: string, reason: string): Promise<RiskView> {
  const { book } = ctx.state;
  const change = setTradingState(book, to, { by, reason, atMs: ctx.clock.now() });
  if (change) await commit(ctx, [change]);
  if (to === "halted") await cancelOpen(ctx, by, reason);
  return riskView(book, ctx.clock.now());
}

/** The halt stands from here on, whether execution can be reached or not. */
async function cancelOpen(ctx: RiskCtx, by: string, reason: string): Promise<void> {
  const asked = ctx.ask(executionMessages.cancelAll, ctx.id, { account: ctx.id, by, reason: `halt: ${reason}` });
  const failure = await asked.then(
    (done) => onHaltSettled(ctx, done, null).then(() => null),
    (error: unknown) => messageOf(error),
  );
  if (failure !== null) await onHaltSettled(ctx, null, failure);
}
