/**
 * What a risk book is made of, in memory form: enough to build an equal one. `risk-snapshot.ts` turns it into JSON. Sums
 * (working quantities, worst cases, gross) are not in it: they are made again from the reservations.
 */
import { ZERO } from "../kernel/decimal.ts";
import type { WatchedDay } from "./equity-watch.ts";
import type { TradingState } from "./events.ts";
import type { HeldPosition } from "./exposure.ts";
import { type RiskLimits, PAPER_LIMITS } from "./limits.ts";
import type { FirstDecision, Reservation } from "./reservation.ts";

/** The trading switch. */
export interface Switch {
  readonly state: TradingState;
  readonly sinceMs: number;
  readonly by: string;
  readonly reason: string;
}

/** What became of the open orders at the last halt. */
export interface Halt {
  readonly cancelled: number;
  readonly unknown: number;
  readonly kept: number;
}

export interface RiskState {
  readonly account: string;
  readonly limits: RiskLimits;
  readonly limitsVersion: number;
  readonly switch: Switch;
  /** Null before the first halt, and while one has not reached execution yet. */
  readonly halt: Halt | null;
  /** Approvals so far: numbers the reservations. */
  readonly approvals: number;
  /** Version of the execution stream folded so far. */
  readonly appliedVersion: number;
  /** Breaches caused by the execution stream up to this version are journaled. */
  readonly breachVersion: number;
  readonly day: WatchedDay;
  readonly owners: readonly Readonly<HeldPosition>[];
  readonly reservations: readonly Reservation[];
  /** Oldest first. */
  readonly decisions: readonly { readonly intentId: string; readonly decision: FirstDecision }[];
  /** Oldest first. */
  readonly seenFills: readonly string[];
  /** Approval times of each strategy within a second of its newest, oldest first. */
  readonly rates: readonly { readonly strategyId: string; readonly times: readonly number[] }[];
}

/** An account that has not traded: switch active, nothing open. */
export function openingState(account: string, limits: RiskLimits = PAPER_LIMITS): RiskState {
  return {
    account,
    limits,
    limitsVersion: 1,
    switch: { state: "active", sinceMs: 0, by: "system", reason: "account opened" },
    halt: null,
    approvals: 0,
    appliedVersion: 0,
    breachVersion: 0,
    day: { dayStartMs: 0, dayStartEquity: ZERO, equity: null, hasFired: false },
    owners: [],
    reservations: [],
    decisions: [],
    seenFills: [],
    rates: [],
  };
}
