/**
 * The shapes of an account's positions in memory: its terms, one position with what it is worth, the event of a new day,
 * and the whole state a book can be made from. `positions-snapshot.ts` turns the state into JSON and back.
 */
import type { Decimal } from "../kernel/decimal.ts";
import type { Performance } from "./performance.ts";
import type { Position } from "./position.ts";
import type { SymbolAssets } from "./symbol-assets.ts";
import type { Valuation } from "./valuation.ts";

export interface AccountTerms {
  readonly account: string;
  /** Asset that equity is counted in. */
  readonly currency: string;
  readonly startEquity: Decimal;
  /** Not real money. */
  readonly simulated: boolean;
}

/** The day's starting point, journaled by the positions actor in its own stream. */
export interface DayRolled {
  readonly type: "DayRolled";
  readonly atMs: number;
  /** 00:00 UTC of the day that begins. */
  readonly dayStartMs: number;
  readonly equity: Decimal;
  readonly peakEquity: Decimal;
  /** Net P&L of each position by its key, as of now. */
  readonly netPnls: ReadonlyMap<string, Decimal>;
}

export interface PositionEntry {
  readonly key: string;
  readonly strategyId: string;
  readonly venue: string;
  readonly symbol: string;
  readonly assets: SymbolAssets;
  readonly position: Position;
  readonly performance: Performance;
  readonly valuation: Valuation;
}

/** What a snapshot holds, in memory form; `positions-snapshot.ts` turns it into JSON. */
export interface PositionsState {
  readonly terms: AccountTerms;
  readonly appliedVersion: number;
  readonly dayStartMs: number;
  readonly dayStartEquity: Decimal;
  readonly dayStartNetPnls: ReadonlyMap<string, Decimal>;
  readonly peakEquity: Decimal;
  readonly marks: ReadonlyMap<string, Decimal>;
  readonly assetPrices: ReadonlyMap<string, Decimal>;
  readonly seenFills: readonly string[];
  readonly positions: readonly Pick<PositionEntry, "strategyId" | "venue" | "symbol" | "position" | "performance">[];
}
