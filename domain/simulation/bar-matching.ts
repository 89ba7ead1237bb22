/**
 * Matching of our orders on candles: what happens inside a bar is not known, so the rules are few and plain.
 *
 * A market order fills at the open of the next bar (taker). A limit order that the next open satisfies fills at that
 * open (taker on its first bar, maker later: the price gapped through it in our favour); else it fills at its own
 * price when a bar's range reaches it (maker). IOC is decided at the next open. A post-only order that its first
 * open satisfies is expired, for it would have taken. Orders reaching a bar after its open wait for the next one.
 * Bias: whole quantity at one price, whatever the volume; a touch fills. Optimistic for large or resting orders.
 */
import type { Bar, Side } from "../market/events.ts";
import type { OrderType, TimeInForce } from "../order/types.ts";

export interface BarOrder {
  readonly id: string;
  readonly side: Side;
  readonly type: OrderType;
  /** Limit as a float of the exact decimal; ignored for a market order. */
  readonly price: number;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly submittedAtMs: number;
}

export type BarDecision =
  | { readonly id: string; readonly kind: "fill"; readonly at: "open" | "limit"; readonly liquidity: "maker" | "taker" }
  | { readonly id: string; readonly kind: "expire"; readonly reason: "NO_LIQUIDITY" | "POST_ONLY" };

interface WaitingOrder {
  readonly order: BarOrder;
  /** Whether an open has passed it: it rests. */
  rests: boolean;
}

/** Orders of one symbol. The owner applies each decision before it asks for the next. */
export class BarMatcher {
  readonly #orders = new Map<string, WaitingOrder>();

  get restingCount(): number {
    return this.#orders.size;
  }

  add(order: BarOrder, rests = false): void {
    this.#orders.set(order.id, { order, rests });
  }

  cancel(id: string): boolean {
    return this.#orders.delete(id);
  }

  /** A bar opens: decides every order submitted by then that the open decides, in submission order. */
  onOpen(openTimeMs: number, open: number): BarDecision[] {
    const decisions: BarDecision[] = [];
    for (const [id, waiting] of this.#orders) {
      const { order } = waiting;
      if (order.submittedAtMs > openTimeMs) continue;
      const satisfied = order.type === "market" || (order.side === "buy" ? open <= order.price : open >= order.price);
      if (satisfied && order.postOnly && !waiting.rests) decisions.push({ id, kind: "expire", reason: "POST_ONLY" });
      else if (satisfied) decisions.push({ id, kind: "fill", at: "open", liquidity: waiting.rests ? "maker" : "taker" });
      else if (order.timeInForce === "IOC") decisions.push({ id, kind: "expire", reason: "NO_LIQUIDITY" });
      waiting.rests = true;
    }
    return this.#leave(decisions);
  }

  /** A bar is complete: resting limits within its range fill at their price. */
  onRange(bar: Bar): BarDecision[] {
    const decisions: BarDecision[] = [];
    for (const [id, { order, rests }] of this.#orders) {
      if (!rests || order.type === "market" || order.submittedAtMs > bar.openTimeMs) continue;
      if (order.side === "buy" ? bar.low <= order.price : bar.high >= order.price) {
        decisions.push({ id, kind: "fill", at: "limit", liquidity: "maker" });
      }
    }
    return this.#leave(decisions);
  }

  #leave(decisions: BarDecision[]): BarDecision[] {
    for (const { id } of decisions) this.#orders.delete(id);
    return decisions;
  }
}
