/** Newest decisions by intent, so that a repeated intent gets its first one. Bound: the oldest is forgotten. */
import type { OrderIntent } from "../order/types.ts";
import { RecentMap } from "../position/recent-map.ts";
import { decisionOn, type FirstDecision, isWithdrawn, withdrawn } from "./reservation.ts";

export class DecisionMemory {
  readonly #decisions: RecentMap<FirstDecision>;

  constructor(max: number) {
    this.#decisions = new RecentMap(max);
  }

  add(intentId: string, decision: FirstDecision): void {
    this.#decisions.add(intentId, decision);
  }

  /** Also one that was withdrawn. */
  get(intentId: string): FirstDecision | undefined {
    return this.#decisions.get(intentId);
  }

  /** The decision that stands; none for an intent never seen, or withdrawn. */
  standing(intentId: string): FirstDecision | undefined {
    const first = this.#decisions.get(intentId);
    return first && isWithdrawn(first) ? undefined : first;
  }

  /** False when a decision on this intent stands already. */
  remember(intent: OrderIntent, outcome: Parameters<typeof decisionOn>[1]): boolean {
    if (this.standing(intent.intentId)) return false;
    this.#decisions.set(intent.intentId, decisionOn(intent, outcome));
    return true;
  }

  withdraw(intentId: string): void {
    const first = this.#decisions.get(intentId);
    if (first) this.#decisions.set(intentId, withdrawn(first));
  }

  /** Oldest first. */
  list(): { intentId: string; decision: FirstDecision }[] {
    return Array.from(this.#decisions.entries(), ([intentId, decision]) => ({ intentId, decision }));
  }
}
