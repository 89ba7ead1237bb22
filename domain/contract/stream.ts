/**
 * The two WebSocket streams: a snapshot, then numbered deltas. A client that sees a gap in `seq` sends
 * `{ "type": "resync" }` and gets a new snapshot. A client too slow for its deltas is not queued for: it is skipped
 * and gets a snapshot when it has caught up.
 *
 * `WS /api/v1/trading/stream` carries `FloorState`; `WS /api/v1/market-data/stream/{symbol}?venue=&interval=` a `MarketState`.
 * Authentication: `Authorization: Bearer`, or `?access_token=`, or the subprotocols `dsta.v1, bearer.<token>`.
 */
import type {
  ActorRow,
  BarRow,
  BookView,
  DeadLetterRow,
  EquityPoint,
  EventRow,
  FillRow,
  NodeRow,
  OrderRow,
  PortfolioPnl,
  PositionRow,
  ResearchRun,
  StrategyRow,
  TradingState,
} from "./views.ts";

export interface FloorInfo {
  readonly desk: string;
  readonly mode: "paper" | "dry-run" | "live";
  readonly version: string;
  readonly startedAtMs: number;
  readonly venues: readonly string[];
  /** Present while recorded data is played: shares are 0 to 1. */
  readonly replay: { readonly file: string; readonly progressRatio: number; readonly finished: boolean; readonly malformed: number } | null;
}

export interface TradingSwitch {
  readonly state: TradingState;
  readonly sinceMs: number;
  readonly by: string;
  readonly reason: string;
  /** Of the last halt: orders cancelled, still unknown, and positions kept. */
  readonly cancelled: number;
  readonly unknown: number;
  readonly kept: number;
}

export interface FloorHealth {
  readonly nodesUp: number;
  readonly nodesTotal: number;
  readonly feedsLive: number;
  readonly feedsTotal: number;
  readonly clockOffsetMs: number | null;
  readonly journalOk: boolean;
  readonly journalP50Ms: number;
  readonly nowMs: number;
}

/** What the action `floor.status` answers; the stream asks for it twice a second. */
export interface FloorStatus {
  readonly floor: FloorInfo;
  readonly trading: TradingSwitch;
  readonly health: FloorHealth;
}

/** Keyed sections are replaced row by row; lists keep their newest 200 entries, newest first. */
export interface FloorState {
  floor: FloorInfo;
  trading: TradingSwitch;
  health: FloorHealth;
  pnl: PortfolioPnl | null;
  /** Oldest first, at most 720 points of the UTC day, down-sampled. */
  equity: EquityPoint[];
  strategies: Record<string, StrategyRow>;
  /** Keyed `account|venue|symbol|strategyId`. */
  positions: Record<string, PositionRow>;
  /** Open orders, unknown ones included. */
  orders: Record<string, OrderRow>;
  fills: FillRow[];
  events: EventRow[];
  nodes: Record<string, NodeRow>;
  actors: Record<string, ActorRow>;
  deadLetters: DeadLetterRow[];
  /** The newest 50 runs, by id; progress at most four times a second. */
  research: Record<string, ResearchRun>;
}

export type KeyedSection = "strategies" | "positions" | "orders" | "nodes" | "actors" | "research";
export type ListSection = "fills" | "events" | "equity" | "deadLetters";
export type ValueSection = "floor" | "trading" | "health" | "pnl";

export interface FloorDelta {
  /** Sections replaced whole. */
  readonly set?: Partial<Pick<FloorState, ValueSection | "deadLetters">>;
  /** Rows added or replaced, by section and key. */
  readonly upsert?: { readonly [S in KeyedSection]?: FloorState[S] };
  /** Keys gone, by section. */
  readonly remove?: { readonly [S in KeyedSection]?: readonly string[] };
  /** New entries, oldest first; `fills` and `events` go to the front of their lists, `equity` to the end. */
  readonly append?: {
    readonly fills?: readonly FillRow[];
    readonly events?: readonly EventRow[];
    readonly equity?: readonly EquityPoint[];
  };
}

export type FloorMessage =
  | { readonly type: "snapshot"; readonly seq: number; readonly state: FloorState }
  | { readonly type: "delta"; readonly seq: number; readonly delta: FloorDelta }
  | { readonly type: "error"; readonly error: { readonly type: string; readonly message: string } };

export interface TradePrint {
  readonly price: string;
  readonly quantity: string;
  readonly side: "buy" | "sell";
  readonly atMs: number;
}

export interface MarketState {
  venue: string;
  symbol: string;
  interval: string;
  pricePrecision: number;
  quantityPrecision: number;
  /** Best 25 levels a side. */
  book: BookView;
  /** At most 500 bars, oldest first; the last one is still open. */
  bars: BarRow[];
  /** Newest first, at most 50. */
  trades: TradePrint[];
}

export interface MarketDelta {
  readonly book?: BookView;
  /** Replaces the bar with the same open time, or comes after the last. */
  readonly bars?: readonly BarRow[];
  /** Oldest first. */
  readonly trades?: readonly TradePrint[];
}

export type MarketMessage =
  | { readonly type: "snapshot"; readonly seq: number; readonly state: MarketState }
  | { readonly type: "delta"; readonly seq: number; readonly delta: MarketDelta }
  | { readonly type: "error"; readonly error: { readonly type: string; readonly message: string } };

/** What a client may send on either stream. `visible: false` lowers the rate to one message in 5 s. */
export type StreamCommand = { readonly type: "resync" } | { readonly type: "visible"; readonly visible: boolean };
