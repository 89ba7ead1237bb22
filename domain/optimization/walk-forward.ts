/**
 * Where a search may look. Cuts a time range into training and test windows, and a hold-out at the end that no window
 * touches (Pardo 2008, walk-forward; López de Prado 2018, ch. 7, embargo). Ranges are half open: `fromMs` belongs to them,
 * `toMs` does not. Test windows follow each other without gap or overlap; every training window ends at least the embargo
 * before its test window begins; boundaries lie on whole bars counted from the range's start.
 */
import type { FoldSpec } from "../contract/research/search.ts";
import { DstaError, invalid } from "../kernel/errors.ts";

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface FoldWindow {
  /** From 0. */
  readonly fold: number;
  readonly train: TimeRange;
  readonly test: TimeRange;
}

export interface SplitRange {
  /** What trials may see. */
  readonly searched: TimeRange;
  /** Null when the share is 0. */
  readonly heldOut: TimeRange | null;
}

export interface WindowOptions {
  /** Of the bars: windows are whole numbers of them. */
  readonly intervalMs: number;
  /** Fewest bars of a training window. Default 100. */
  readonly minTrainBars?: number;
  /** Fewest bars of a test window. Default 20. */
  readonly minTestBars?: number;
}

const MIN_TRAIN_BARS = 100;
const MIN_TEST_BARS = 20;
const DAY_MS = 86_400_000;

/**
 * Takes the newest share of a range out of what is searched.
 * @param embargoMs between the two, taken from the searched part. Default 0.
 * @throws {DstaError} RANGE_TOO_SHORT when less than the fewest bars would be left to search, or to hold out.
 */
export function splitHoldOut(range: TimeRange, holdOutShare: number, options: WindowOptions, embargoMs = 0): SplitRange {
  checkRange(range);
  const bar = options.intervalMs;
  const least = { train: (options.minTrainBars ?? MIN_TRAIN_BARS) * bar, test: (options.minTestBars ?? MIN_TEST_BARS) * bar };
  const length = range.toMs - range.fromMs;
  const kept = holdOutShare > 0 ? down(length * (1 - holdOutShare), bar) : length;
  const embargo = holdOutShare > 0 ? up(embargoMs, bar) : 0;
  if (kept - embargo < least.train) {
    throw tooShort((least.train + embargo + bar) / (1 - holdOutShare), length, `a search with ${percent(holdOutShare)} held out`);
  }
  if (holdOutShare > 0 && length - kept < least.test) {
    throw tooShort(least.test / holdOutShare, length, `a hold-out of ${percent(holdOutShare)}`);
  }
  return {
    searched: { fromMs: range.fromMs, toMs: range.fromMs + kept - embargo },
    heldOut: holdOutShare > 0 ? { fromMs: range.fromMs + kept, toMs: range.toMs } : null,
  };
}

/**
 * The windows of a walk-forward over what is searched, oldest first; the last test window ends within a few bars of the
 * range's end. Rolling: training windows of one length. Anchored: all from the range's start, the first as long as a
 * rolling one.
 * @throws {DstaError} RANGE_TOO_SHORT naming the length that would do.
 */
export function planWindows(searched: TimeRange, spec: FoldSpec, options: WindowOptions): FoldWindow[] {
  checkRange(searched);
  const bar = options.intervalMs;
  const { count, testShare, mode } = spec;
  const embargo = up(spec.embargoMs, bar);
  const length = searched.toMs - searched.fromMs;
  const leastTrain = (options.minTrainBars ?? MIN_TRAIN_BARS) * bar;
  const leastTest = (options.minTestBars ?? MIN_TEST_BARS) * bar;
  // length = train + embargo + count · test, with test = testShare · train.
  const train = down((length - embargo) / (1 + count * testShare), bar);
  const test = down(train * testShare, bar);
  if (train < leastTrain || test < leastTest) {
    const wanted = Math.max(leastTrain, leastTest / testShare) + bar;
    throw tooShort(wanted * (1 + count * testShare) + embargo, length, `${count} folds with an embargo of ${shownDays(embargo)}`);
  }
  return Array.from({ length: count }, (_, fold) => {
    const trainEnd = searched.fromMs + fold * test + train;
    const testStart = trainEnd + embargo;
    return {
      fold,
      train: { fromMs: mode === "anchored" ? searched.fromMs : trainEnd - train, toMs: trainEnd },
      test: { fromMs: testStart, toMs: testStart + test },
    };
  });
}

function checkRange({ fromMs, toMs }: TimeRange): void {
  if (!(toMs > fromMs)) throw invalid("data", "a range of time that ends after it starts", `${fromMs} to ${toMs}`);
}

function tooShort(neededMs: number, gotMs: number, what: string): DstaError {
  const message = `data: expected at least ${shownDays(neededMs)} for ${what}, got ${shownDays(gotMs)}`;
  return new DstaError("RANGE_TOO_SHORT", message, { data: { field: "data", neededMs: Math.ceil(neededMs), gotMs } });
}

function shownDays(ms: number): string {
  const days = Math.ceil((ms / DAY_MS) * 100) / 100;
  return `${days} days`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function down(ms: number, bar: number): number {
  return Math.floor(ms / bar + 1e-9) * bar;
}

function up(ms: number, bar: number): number {
  return Math.ceil(ms / bar - 1e-9) * bar;
}
