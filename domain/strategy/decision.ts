/** What a strategy decided on one event. Nothing decided is one shared, frozen value, so that a quiet tick allocates nothing. */
import type { OrderIntent } from "../order/types.ts";

export interface Decision {
  /** In the order they were recorded; not yet reviewed. */
  readonly intents: readonly OrderIntent[];
  /** Order ids to cancel. */
  readonly cancels: readonly string[];
  /** For the operator: sizes too small, the author's own notes. */
  readonly notes: readonly string[];
}

const NOTHING: readonly never[] = Object.freeze([]);

export const EMPTY: Decision = Object.freeze({ intents: NOTHING, cancels: NOTHING, notes: NOTHING });
