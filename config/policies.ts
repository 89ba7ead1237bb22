/**
 * Numbers of the trading path that are not settings of an installation: each with its reason.
 */
import type { LookupPolicy } from "../domain/order/lookup-schedule.ts";

/** Fast at first, since most unknown outcomes are lost answers; then at a pace no venue's limits notice. */
export const LOOKUP_POLICY: LookupPolicy = {
  delaysMs: [200, 500, 1_000, 2_000, 5_000],
  escalateAfterMs: 60_000,
  // Longer than any venue holds a request back: Binance's widest recvWindow is 60 s, its default 5 s.
  arrivalGraceMs: 5_000,
};

/** A restart shows the day's curve again from these; finer than a minute nobody can see on a day. */
export const EQUITY_SAMPLE_MS = 60_000;

/** Kinds on the trading path get their turn before the others. */
export const URGENT_KINDS: ReadonlySet<string> = new Set(["connection", "book", "risk", "execution", "strategy"]);

/** Order in which kinds are ended: those who decide first, those who record last. */
export const STOP_ORDER = [
  "relay",
  "backtest",
  "optimizer",
  "strategy",
  "bars",
  "risk",
  "execution",
  "positions",
  "book",
  "connection",
] as const;
