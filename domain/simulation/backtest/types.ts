/**
 * What a backtest takes and gives. Money that decides anything is exact (`Decimal`); series and trades for statistics
 * are floats. Times are UTC milliseconds. The outcome of equal inputs is equal to the last bit, on any machine.
 */
import type { EquitySeries, TradeResult } from "../../analytics/inputs.ts";
import type { CostSpec, FillModelName, MARKET_KINDS } from "../../contract/research/spec.ts";
import type { Instrument } from "../../instrument/instrument.ts";
import type { Decimal } from "../../kernel/decimal.ts";
import type { BarTable } from "../../market/bar-table.ts";
import type { Side } from "../../market/events.ts";
import type { RiskLimits } from "../../risk/limits.ts";
import type { AnyStrategy } from "../../strategy/define.ts";
import type { L2Recording } from "../l2/l2-recording.ts";

export type MarketKind = (typeof MARKET_KINDS)[number];

/** Funding of a perpetual: at `timeMs[i]` longs pay `rate[i]` of their notional at the mark, shorts receive it. */
export interface FundingTable {
  readonly timeMs: Float64Array;
  readonly rate: Float64Array;
}

export interface BacktestMarket {
  /** Its fee rates are those of the first tier. */
  readonly instrument: Instrument;
  readonly kind: MarketKind;
  readonly bars: BarTable;
  readonly funding: FundingTable | null;
  /** Contracts: initial margin is notional / leverage. */
  readonly leverage: number;
  /** Contracts: liquidated when the account's equity is below this share of its notional. */
  readonly maintenanceRate: number;
}

export interface BacktestStrategy {
  /** Unique in the run. */
  readonly id: string;
  readonly definition: AnyStrategy;
  readonly params: Readonly<Record<string, unknown>>;
  readonly symbol: string;
  /** Share of the account's equity that its `allocation` sizes refer to, above 0 to 1. */
  readonly share: number;
}

export interface BacktestInput {
  readonly markets: readonly BacktestMarket[];
  readonly strategies: readonly BacktestStrategy[];
  readonly cash: Decimal;
  /** `l2` with a recording, and only then. */
  readonly fill: FillModelName;
  readonly volumeShare: number;
  readonly costs: CostSpec;
  readonly sizeAt: "fill" | "decision";
  readonly closeAtEnd: boolean;
  readonly seed: string;
  /** Default: wide open. */
  readonly limits?: RiskLimits;
  /** The order book on which orders fill by their place in the queue; @see ../l2/run.ts. */
  readonly recording?: L2Recording;
  /** `summary`: fills are counted, hashed and booked, but not kept: `fills` of the outcome is empty. Default `full`. */
  readonly record?: "full" | "summary";
  /** Bars that close before it are seen by the indicators only and have no point of equity. Default: the first. */
  readonly tradeFromMs?: number;
  /** Called when the share of rows at `checkpoints` is passed; false ends the run there. */
  readonly checkpoints?: readonly number[];
  readonly onCheckpoint?: (index: number, soFar: EquitySeries) => boolean;
}

export interface BacktestFill {
  readonly atMs: number;
  readonly strategyId: string;
  readonly symbol: string;
  readonly orderId: string;
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** In the account's currency; a rebate is negative. */
  readonly fee: Decimal;
  readonly liquidity: "maker" | "taker";
  /** Price before slippage, for the analysis of costs. */
  readonly referencePrice: Decimal;
  /** Newest close when the strategy decided. */
  readonly decisionPrice: Decimal;
  readonly why: string;
}

export interface RefusalCount {
  readonly code: string;
  readonly count: number;
  readonly example: string;
}

export interface BacktestOutcome {
  readonly bars: number;
  /** Bar opens and closes, orders, fills, funding payments. */
  readonly events: number;
  readonly fills: readonly BacktestFill[];
  readonly trades: readonly TradeResult[];
  readonly equity: EquitySeries;
  readonly finalEquity: Decimal;
  readonly fees: Decimal;
  readonly funding: Decimal;
  /** What fills cost against their price before slippage. */
  readonly slippage: Decimal;
  /** Σ notional of all fills. */
  readonly turnover: Decimal;
  /** Share of bar times at which anything was held. */
  readonly exposureRatio: number;
  readonly orders: { readonly submitted: number; readonly filled: number; readonly canceled: number; readonly refused: number };
  readonly refusals: readonly RefusalCount[];
  readonly liquidations: number;
  /** The first 100 notes of the strategies. */
  readonly notes: readonly string[];
  /** True when a checkpoint ended it early. */
  readonly stopped: boolean;
  /** Of every fill and the final equity: equal inputs give an equal hash. */
  readonly hash: string;
}
