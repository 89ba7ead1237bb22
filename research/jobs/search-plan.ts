/**
 * Which stretches of the data a search reads: what is searched, the folds inside it, and what is held out. Out-of-sample
 * runs are given everything before them to warm their indicators up on, and trade from their own start.
 */
import type { SearchSpec } from "../../domain/contract/research/search.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import { type FoldWindow, planWindows, splitHoldOut, type TimeRange } from "../../domain/optimization/walk-forward.ts";
import type { LoadedData } from "../data/load.ts";
import { rangeOf } from "./time-window.ts";
import type { TimeWindow } from "./worker-task.ts";

export interface FoldPlan {
  readonly ranges: FoldWindow;
  readonly train: TimeWindow;
  readonly test: TimeWindow;
}

export interface SearchPlan {
  readonly searched: TimeWindow;
  readonly folds: readonly FoldPlan[];
  readonly heldOut: TimeWindow | null;
}

/** @throws {DstaError} RANGE_TOO_SHORT, DATA_EMPTY */
export function planOf(spec: Pick<SearchSpec, "holdOutShare" | "folds">, data: Pick<LoadedData, "tables">): SearchPlan {
  const range = rangeOf(data);
  if (range === null) throw new DstaError("DATA_EMPTY", "data.files: expected at least one bar, got none");
  const options = { intervalMs: Math.max(...data.tables.map((table) => table.intervalMs)) };
  const { searched, heldOut } = splitHoldOut(range, spec.holdOutShare, options, spec.folds?.embargoMs ?? 0);
  const folds = spec.folds === null ? [] : planWindows(searched, spec.folds, options);
  return {
    searched: { ...searched, tradeFromMs: null },
    folds: folds.map((ranges) => ({ ranges, train: { ...ranges.train, tradeFromMs: null }, test: outOfSample(ranges.test) })),
    heldOut: heldOut === null ? null : outOfSample(heldOut),
  };
}

function outOfSample({ fromMs, toMs }: TimeRange): TimeWindow {
  return { fromMs: null, toMs, tradeFromMs: fromMs };
}
