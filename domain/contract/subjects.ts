/**
 * Feed subjects, built here only. Market subjects may be conflated (newest wins); floor topics carry views to whoever
 * shows them and are never the record: that is the journal.
 */
import { marketKey } from "../instrument/symbol.ts";
import type { DeadLetterRow, EventRow, FillRow, OrderRow, PortfolioPnl, PositionRow, ResearchRun, StrategyRow } from "./views.ts";
import type { TradingSwitch } from "./stream.ts";

export const subjects = {
  /** Raw public frames of one symbol, for its book. Never conflated: a lost frame is a gap. */
  depth: (venue: string, symbol: string) => `depth.${marketKey(venue, symbol)}`,
  /** BookTop */
  top: (venue: string, symbol: string) => `top.${marketKey(venue, symbol)}`,
  /** Trade */
  trade: (venue: string, symbol: string) => `trade.${marketKey(venue, symbol)}`,
  /** Bar, completed */
  bar: (venue: string, symbol: string, interval: string) => `bar.${marketKey(venue, symbol)}:${interval}`,
  /** Bar as the venue sends it, before the bars actor takes it. */
  venueBar: (venue: string, symbol: string, interval: string) => `venue-bar.${marketKey(venue, symbol)}:${interval}`,
  /** Bar that marks a market which has no book (candle files). */
  mark: (venue: string, symbol: string) => `mark.${marketKey(venue, symbol)}`,
  /** PositionRow of one owner */
  positionOf: (strategyId: string) => `position.${strategyId}`,
  /** ConnectionState */
  connection: (venue: string) => `connection.${venue}`,
  floor: <T extends keyof FloorTopics>(topic: T) => `floor.${topic}` as const,
} as const;

/** What is announced to screens, by topic. */
export interface FloorTopics {
  readonly order: OrderRow;
  readonly fill: FillRow;
  readonly strategy: StrategyRow;
  /** Quantity "0" and no P&L left means the row is gone. */
  readonly position: PositionRow;
  readonly pnl: PortfolioPnl;
  readonly trading: TradingSwitch;
  readonly event: EventRow;
  readonly "dead-letter": DeadLetterRow;
  readonly research: ResearchRun;
}

/** Newest-wins publish and subscribe inside a node; between nodes the NATS feed implements the same. */
export interface Feed {
  publish(subject: string, message: unknown): void;
  /** Calls `listener` for each message, in order; returns the way out. */
  subscribe(subject: string, listener: (message: unknown) => void): () => void;
  /** Whether anybody would hear it: lets a sender skip decoding. */
  hasListeners(subject: string): boolean;
  /** Tells which subjects subscribed to here may have lost messages on their way from another node; returns the way out. */
  onGap(listener: (subjects: readonly string[]) => void): () => void;
}
