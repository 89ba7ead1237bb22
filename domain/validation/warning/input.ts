/**
 * What warnings are drawn from, and what one is: the question asked of the engine, its answer, the metrics of that answer,
 * and what was found in the data. Shapes and one constructor; judgements are in the files beside it.
 */
import type { MetricValues, ResearchWarning } from "../../contract/views/research.ts";
import type { BacktestInput, BacktestOutcome } from "../../simulation/backtest/types.ts";

/** A finding of the data's reader: how often, where first, and an example. */
export interface FindingRow {
  readonly kind: string;
  readonly symbol: string;
  readonly count: number;
  /** Null where the reader could not tell. */
  readonly firstMs: number | null;
  readonly example: string;
}

/** A parameter that a search chose, and the range it could choose from. */
export interface SearchedParam {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface WarningInput {
  readonly input: BacktestInput;
  readonly outcome: BacktestOutcome;
  readonly metrics: MetricValues;
  readonly findings?: readonly FindingRow[];
  /** Metrics of buying and holding the same symbols; null where it could not be told. */
  readonly benchmark?: MetricValues | null;
  /** The winner's place in the space of a search; without it the ranges that the strategy declares are used. */
  readonly searched?: readonly SearchedParam[];
}

export type Severity = ResearchWarning["severity"];

export function warning(code: string, severity: Severity, text: string): ResearchWarning {
  return { code, severity, text };
}
