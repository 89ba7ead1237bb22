/**
 * A run of the engine together with what its strategies decided. The engine comes in as a function: the checks of this
 * folder never choose one.
 */
import type { BacktestInput, BacktestOutcome } from "../simulation/backtest/types.ts";
import { type DecisionLog, withDecisionLog } from "./decision-log.ts";

export type RunBacktest = (input: BacktestInput) => BacktestOutcome;

export interface LoggedRun {
  readonly outcome: BacktestOutcome;
  readonly log: DecisionLog;
}

/** What the engine or a strategy throws comes out as it is. */
export function runLogged(run: RunBacktest, asked: BacktestInput): LoggedRun {
  const { input, log } = withDecisionLog(asked);
  return { outcome: run(input), log };
}
