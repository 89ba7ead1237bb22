/**
 * What a strategy's thread and the node say to each other, by structured clone: one question at a time, each answered
 * once. Everything a session reads between events travels with the answers, so reading it never waits.
 */
import type { CandlesNeed } from "../../domain/strategy/bar-feeds.ts";
import type { Decision } from "../../domain/strategy/decision.ts";
import type { ErrorRecord } from "../../domain/kernel/error-record.ts";
import type { RunnerInput, RunnerView, SavedState, StrategyRunner } from "../../domain/strategy/runner.ts";

/** What the thread makes its runner of. */
export interface StrategyJob extends Pick<RunnerInput, "params" | "instance" | "instrument" | "position" | "orders" | "state"> {
  readonly strategy: string;
  /** Of the strategy's random numbers. */
  readonly seed: string;
}

export interface ThreadData {
  readonly job: StrategyJob;
  /** URL of the user's own strategies; null for none. */
  readonly ownModule: string | null;
}

/** Handlers of the runner that a session calls. */
export const THREAD_CALLS = ["warm", "onBar", "onTop", "onTrade", "onFill", "onOrder", "onConnection", "onStart", "onStop"] as const;

export type ThreadCall = (typeof THREAD_CALLS)[number];

export type CallParams<C extends ThreadCall> = Parameters<StrategyRunner[C]>;

export interface ThreadQuestion {
  readonly call: ThreadCall;
  readonly params: readonly unknown[];
}

export interface ThreadState {
  /** After what may leave the strategy: its state, or why that cannot be kept. Null after anything else. */
  readonly saved: { readonly state: SavedState } | { readonly error: ErrorRecord } | null;
  readonly ready: boolean;
  /** Null when nothing it shows has changed: it shows indicators, which change with bars. */
  readonly view: RunnerView | null;
}

export type ThreadAnswer =
  /** Loaded: from here on the author's code runs. */
  | { readonly type: "loaded" }
  | ({ readonly type: "made"; readonly candles: readonly CandlesNeed[] } & ThreadState)
  | ({ readonly type: "done"; readonly decision: Decision | null } & ThreadState)
  | { readonly type: "failed"; readonly error: ErrorRecord };
