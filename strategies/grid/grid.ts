/**
 * A ladder of buy limits below an anchor price; each one that fills is sold one step higher, and then bought again. The
 * anchor and the state of every rung are kept in the strategy's state, so a restart carries on the same ladder. Rungs
 * wait ten seconds after a refusal. Below the ladder it holds what it bought: the loss is bounded by levels × size.
 */
import { defineStrategy, int, number, quote, topOfBook, type OwnOrder } from "../../domain/strategy/index.ts";

const RETRY_MS = 10_000;

/** One rung. `held` is what it bought and has not sold, as decimal text; `intentId` its order, "" when there is none. */
type Rung = { level: number; held: string; intentId: string; notBeforeMs: number };

export default defineStrategy({
  name: "grid",
  version: 1,
  title: "Grid",
  params: {
    stepBps: number(30, {
      min: 1,
      max: 2_000,
      step: 1,
      label: "Step",
      unit: "bps",
      help: "From one level to the next, of the anchor; more than both fees",
    }),
    levels: int(5, { min: 1, max: 50, label: "Levels", help: "Buy orders below the anchor" }),
    size: quote(250, { min: 10, max: 100_000, step: 10, label: "Size", help: "Worth of one level" }),
  },
  check: ({ stepBps, levels }) => (stepBps * levels < 9_000 ? null : "stepBps × levels below 9,000: the lowest level would be near zero"),
  data: { book: topOfBook() },
  state: { anchor: 0, rungs: [] as Rung[] },
  on: {
    top(ctx, top) {
      const { state, params } = ctx;
      if (!top.isLive || !ctx.connected) return;
      if (state.anchor === 0) {
        const mid = top.mid;
        if (Number.isNaN(mid)) return;
        state.anchor = mid;
        state.rungs = Array.from({ length: params.levels }, (_, index) => ({ level: index + 1, held: "", intentId: "", notBeforeMs: 0 }));
        ctx.note(`grid anchored at ${ctx.priceText(mid)}`);
      }
      for (const rung of state.rungs) if (rung.intentId === "" && ctx.now >= rung.notBeforeMs) place(ctx, rung);
    },
    order(ctx, order) {
      const rung = ctx.state.rungs.find(({ intentId }) => intentId === order.intentId);
      if (rung !== undefined) settle(rung, order, ctx.now);
    },
    stop(ctx) {
      ctx.cancelAll();
    },
  },
});

/** The part of the context that a rung needs. */
interface RungContext {
  readonly params: { readonly stepBps: number; readonly size: number };
  readonly state: { readonly anchor: number };
  readonly position: { readonly quantity: number };
  readonly now: number;
  buy(wish: { quote: number; limit: number; postOnly: true; why: string }): string | null;
  sell(wish: { quantity: number | string; limit: number; postOnly: true; why: string }): string | null;
  priceText(price: number): string;
}

function place(ctx: RungContext, rung: Rung): void {
  const { params, state, position } = ctx;
  const levelPrice = (level: number) => state.anchor * (1 - (level * params.stepBps) / 10_000);
  const buyAt = levelPrice(rung.level);
  const sellAt = levelPrice(rung.level - 1);
  if (rung.held !== "") {
    // A fee paid in the base asset leaves a little less than was bought.
    const quantity = position.quantity < Number(rung.held) ? Math.max(0, position.quantity) : rung.held;
    const why = `level ${rung.level} bought: sell one step of ${params.stepBps} bps higher at ${ctx.priceText(sellAt)}`;
    rung.intentId = ctx.sell({ quantity, limit: sellAt, postOnly: true, why }) ?? "";
  } else {
    const why = `level ${rung.level}: ${params.stepBps * rung.level} bps below the anchor ${ctx.priceText(state.anchor)}`;
    rung.intentId = ctx.buy({ quote: params.size, limit: buyAt, postOnly: true, why }) ?? "";
  }
  if (rung.intentId === "") rung.notBeforeMs = ctx.now + RETRY_MS;
}

/** Takes the end of a rung's order into the rung: bought is to be sold, sold is to be bought again. */
function settle(rung: Rung, order: OwnOrder, nowMs: number): void {
  const ended = order.status === "Filled" || order.status === "Canceled" || order.status === "Rejected" || order.status === "Expired";
  if (!ended) return;
  rung.intentId = "";
  if (order.status !== "Filled") rung.notBeforeMs = nowMs + RETRY_MS;
  if (order.side === "buy") {
    const { filled } = order;
    if (filled !== "0") rung.held = filled;
  } else {
    rung.held = order.status === "Filled" ? "" : order.left;
  }
}
