/**
 * What people and supervisors may ask of a risk book. Each answers with the events to journal and apply; none changes
 * anything by itself. Who asks and why must be said (VALIDATION_ERROR).
 */
import { invalid } from "../kernel/errors.ts";
import type { LimitsChanged, ReservationReleased, TradingState, TradingStateChanged } from "./events.ts";
import { updatedLimits } from "./limits.ts";
import type { RiskBook } from "./risk-book.ts";

export interface Asked {
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
}

/** Turns the trading switch; null when it stands there already. */
export function setTradingState(book: RiskBook, to: TradingState, { by, reason, atMs }: Asked): TradingStateChanged | null {
  requireNamed(by, reason);
  const from = book.trading.state;
  return from === to ? null : { type: "TradingStateChanged", atMs, account: book.account, from, to, by, reason };
}

/**
 * Replaces the limits given (texts for amounts, whole numbers for counts); what is open already stands.
 * @throws {DstaError} VALIDATION_ERROR naming the limit that does not fit.
 */
export function setLimits(book: RiskBook, update: Readonly<Record<string, unknown>>, { by, reason, atMs }: Asked): LimitsChanged {
  requireNamed(by, reason);
  const limits = updatedLimits(book.limits, update);
  return { type: "LimitsChanged", atMs, account: book.account, limits, version: book.limitsVersion + 1, by, reason };
}

/**
 * Releases for reservations whose order is in no execution stream: approved, then lost in a crash before submission. Ask
 * after both streams are folded, with the intent ids execution knows, and before anything new is approved.
 */
export function unsubmitted(book: RiskBook, knownIntentIds: ReadonlySet<string>, atMs: number): ReservationReleased[] {
  const lost = Array.from(book.reservations()).filter(({ intentId, submitted }) => !submitted && !knownIntentIds.has(intentId));
  const reason = "approved but never submitted";
  return lost.map(({ intentId }) => ({ type: "ReservationReleased", atMs, account: book.account, intentId, reason }));
}

function requireNamed(by: string, reason: string): void {
  if (by.trim() === "") throw invalid("by", "who asks for it", by);
  if (reason.trim() === "") throw invalid("reason", "a reason", reason);
}
