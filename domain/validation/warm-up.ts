/**
 * How much past does the strategy need? All runs begin to trade, flat and with the same cash, at one time in the middle;
 * they differ only in how many bars their indicators have seen by then. Averages over a window agree as soon as the
 * window is full; recursive ones (an EMA) keep a trace of where they began, and this says how many bars that trace takes
 * to fade. Live starts with a limited past too: decisions that depend on it are not the ones that were tested.
 */
import { rowAt, rowsOf, sliceBarTable } from "../market/bar-table.ts";
import type { BacktestInput } from "../simulation/backtest/types.ts";
import type { DecisionLog } from "./decision-log.ts";
import { type RunBacktest, runLogged } from "./logged-run.ts";

const USUAL_PASTS = [50, 100, 200, 500, 1_000] as const;

export interface WarmUpOptions {
  /** Bars of the past, each a run of its own. Those longer than half of the data are left out. */
  readonly pasts?: readonly number[];
  readonly onProgress?: (done: number, total: number) => void;
}

export interface WarmUpRow {
  readonly pastBars: number;
  /** Decisions in one of the two runs only. */
  readonly different: number;
  /** Bars from the first traded one to the last decision that differs; 0 when none does. */
  readonly lastsBars: number;
}

export interface WarmUpResult {
  /** Of the run with the whole past. */
  readonly decisions: number;
  /** Shortest past first. */
  readonly rows: readonly WarmUpRow[];
  /** The shortest past from which on all decisions are those of the whole past; null when none of those tried is enough. */
  readonly enoughBars: number | null;
}

/** The run with the whole past, and one more for each shorter past. */
export function checkWarmUp(run: RunBacktest, input: BacktestInput, options: WarmUpOptions = {}): WarmUpResult {
  const longest = input.markets.reduce((a, b) => (rowsOf(b.bars) > rowsOf(a.bars) ? b : a)).bars;
  const middle = Math.floor(rowsOf(longest) / 2);
  const tradeFromMs = longest.openTimeMs[middle] ?? 0;
  const pasts = [...new Set(options.pasts ?? USUAL_PASTS)].filter((past) => past > 0 && past < middle).sort((a, b) => a - b);
  const asked: BacktestInput = { ...input, tradeFromMs };
  const full = runLogged(run, asked).log;
  options.onProgress?.(1, pasts.length + 1);
  const rows = pasts.map((pastBars, index): WarmUpRow => {
    const { log } = runLogged(run, startedLater(asked, longest.openTimeMs[middle - pastBars]!));
    options.onProgress?.(index + 2, pasts.length + 1);
    const { count, lastMs } = differences(full, log);
    const lastsBars = count === 0 ? 0 : rowAt(longest, lastMs) - middle;
    return { pastBars, different: count, lastsBars };
  });
  const bad = rows.findLastIndex(({ different }) => different > 0);
  return { decisions: full.timeMs.length, rows, enoughBars: rows[bad + 1]?.pastBars ?? null };
}

function startedLater(input: BacktestInput, fromMs: number): BacktestInput {
  const markets = input.markets.map((market) => ({
    ...market,
    bars: sliceBarTable(market.bars, rowAt(market.bars, fromMs), rowsOf(market.bars)),
  }));
  return { ...input, markets };
}

/** Decisions by time and kind; sizes may differ by the last digits of an indicator and are not compared. */
function differences(a: DecisionLog, b: DecisionLog): { readonly count: number; readonly lastMs: number } {
  let count = 0;
  let lastMs = 0;
  let atA = 0;
  let atB = 0;
  while (atA < a.timeMs.length || atB < b.timeMs.length) {
    const timeA = a.timeMs[atA] ?? Number.POSITIVE_INFINITY;
    const timeB = b.timeMs[atB] ?? Number.POSITIVE_INFINITY;
    if (timeA === timeB && a.kind[atA] === b.kind[atB]) {
      atA++;
      atB++;
      continue;
    }
    count++;
    lastMs = Math.min(timeA, timeB);
    if (timeA === timeB) {
      atA++;
      atB++;
    } else if (timeA < timeB) atA++;
    else atB++;
  }
  return { count, lastMs };
}
