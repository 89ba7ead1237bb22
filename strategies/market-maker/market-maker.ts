/**
 * Two-sided quotes around the mid, one level, post-only, skewed against the inventory. On spot it offers only what it
 * holds, so it starts with a bid alone. Quotes are replaced when the mid has moved enough or one of them traded: first the
 * old ones are cancelled and gone, then new ones are placed, so the venue never sees both. Not LIVE, not connected: no quotes.
 */
import { type TopView, defineStrategy, int, number, numberText, quote, topOfBook } from "../../domain/strategy/index.ts";
import { quotesAround } from "./quotes.ts";

export default defineStrategy({
  name: "market-maker",
  version: 1,
  title: "Market maker with inventory skew",
  params: {
    spreadBps: number(8, {
      min: 0.5,
      max: 500,
      step: 0.5,
      label: "Spread",
      unit: "bps",
      help: "From our bid to our ask; more than both maker fees",
    }),
    size: quote(500, { min: 10, max: 100_000, step: 10, label: "Size", help: "Worth of one order" }),
    maxInventory: quote(2_500, {
      min: 10,
      max: 1_000_000,
      step: 10,
      label: "Most held",
      help: "Worth held at most, either way; quotes are skewed toward zero",
    }),
    requoteBps: number(2, {
      min: 0.1,
      max: 100,
      step: 0.1,
      label: "Requote after",
      unit: "bps",
      help: "Move of the mid after which quotes are replaced",
    }),
    requotesPerSecond: int(2, { min: 1, max: 10, label: "Requotes", unit: "per second", help: "Quotes are replaced at most this often" }),
  },
  check: ({ size, maxInventory }) => (maxInventory >= size ? null : `maxInventory of at least one size, ${size}`),
  data: { book: topOfBook() },
  state: { quotedMid: 0, quotedAtMs: 0, traded: false },
  on: {
    top(ctx, top) {
      const { params, state, orders } = ctx;
      if (!top.isLive || !ctx.connected) {
        if (orders.length > 0) ctx.cancelAll();
        return;
      }
      const mid = top.mid;
      const movedBps = Math.abs(mid / state.quotedMid - 1) * 10_000;
      // NaN (one side empty, nothing quoted yet) is not "still good", but without a mid there is nothing to quote around.
      if (Number.isNaN(mid) || (movedBps < params.requoteBps && !state.traded)) return;
      if (ctx.now - state.quotedAtMs < 1_000 / params.requotesPerSecond) return;
      if (orders.length > 0) {
        ctx.cancelAll();
        return;
      }
      state.quotedMid = mid;
      state.quotedAtMs = ctx.now;
      state.traded = false;
      place(ctx, top, mid);
    },
    fill(ctx) {
      ctx.state.traded = true;
    },
    order(ctx, order) {
      // A quote refused or gone without our asking leaves a hole: quote again when the pace allows.
      const gone = order.status === "Rejected" || order.status === "Expired" || order.status === "Canceled";
      if (gone && !order.cancelAsked) ctx.state.traded = true;
    },
    connection(ctx, connection) {
      if (connection.connected) return;
      ctx.cancelAll();
      ctx.state.quotedMid = 0;
    },
    stop(ctx) {
      ctx.cancelAll();
    },
  },
});

/** The part of the context that quoting needs. */
interface QuotingContext {
  readonly params: { readonly spreadBps: number; readonly size: number; readonly maxInventory: number };
  readonly position: { readonly quantity: number; readonly isFlat: boolean };
  readonly instrument: { readonly kind: "spot" | "linear"; readonly tickSize: bigint };
  buy(wish: { quantity: number; limit: number; postOnly: true; why: string }): string | null;
  sell(wish: { quantity: number; limit: number; postOnly: true; why: string }): string | null;
  priceText(price: number): string;
}

function place(ctx: QuotingContext, top: TopView, mid: number): void {
  const { params, position, instrument } = ctx;
  const size = params.size / mid;
  const { bid, ask, skew, askSize } = quotesAround({
    mid,
    bestBid: top.bid,
    bestAsk: top.ask,
    tick: Number(instrument.tickSize) / 1e18,
    spreadBps: params.spreadBps,
    inventory: position.isFlat ? 0 : position.quantity,
    maxInventory: params.maxInventory / mid,
    size,
    canShort: instrument.kind === "linear",
  });
  const around = `around mid ${ctx.priceText(mid)}, inventory ${numberText(skew * 100, 0)}% of the most held`;
  if (bid !== null) ctx.buy({ quantity: size, limit: bid, postOnly: true, why: `bid ${ctx.priceText(bid)} ${around}` });
  if (ask !== null) ctx.sell({ quantity: askSize, limit: ask, postOnly: true, why: `ask ${ctx.priceText(ask)} ${around}` });
}
