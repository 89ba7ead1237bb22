/**
 * Matching of our orders on candles: what happens inside a bar is not known, so the rules are few and plain.
 *
 * Rules: bar-rules.ts, with `touch`. Orders reaching a bar after its open wait for the next one.
 * Bias: whole quantity at one price, whatever the volume; a touch fills. Optimistic for large or resting orders.
 */
import type { Bar } from "../market/events.ts";
import { atOpen, insideBar, type RuledOrder } from "./bar-rules.ts";

export interface BarOrder extends RuledOrder {
  readonly id: string;
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
      const verdict = atOpen(order, waiting.rests, open);
      if (verdict === "post-only") decisions.push({ id, kind: "expire", reason: "POST_ONLY" });
      else if (verdict === "no-liquidity") decisions.push({ id, kind: "expire", reason: "NO_LIQUIDITY" });
      else if (verdict !== "rest") decisions.push({ id, kind: "fill", at: "open", liquidity: verdict === "make" ? "maker" : "taker" });
      waiting.rests = true;
    }
    return this.#leave(decisions);
  }

  /** A bar is complete: resting limits within its range fill at their price. */
  onRange(bar: Bar): BarDecision[] {
    const decisions: BarDecision[] = [];
    for (const [id, { order, rests }] of this.#orders) {
      if (!rests || order.submittedAtMs > bar.openTimeMs) continue;
      if (insideBar(order, bar.low, bar.high, "touch")) decisions.push({ id, kind: "fill", at: "limit", liquidity: "maker" });
    }
    return this.#leave(decisions);
  }

  #leave(decisions: BarDecision[]): BarDecision[] {
    for (const { id } of decisions) this.#orders.delete(id);
    return decisions;
  }
}
