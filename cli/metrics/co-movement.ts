/**
 * How a series of returns moves with others: coefficients pair by pair on common times, over a rolling window and at
 * lags. Owns the choice of window and lags; files without times are matched row by row and must be equally long.
 */
import {
  align,
  correlationMatrix,
  laggedCorrelation,
  pearson,
  rollingCorrelation,
  spearman,
  type TimedSeries,
} from "../../domain/analytics/correlation.ts";
import { usage } from "../terminal.ts";

export interface NamedSeries extends TimedSeries {
  readonly name: string;
  readonly isTimed: boolean;
}

const LAGS = 5;
const WINDOW = 60;

export function coMovement(own: NamedSeries, others: readonly NamedSeries[]) {
  const odd = others.find((other) => other.isTimed !== own.isTimed || (!own.isTimed && other.value.length !== own.value.length));
  if (odd !== undefined) throw usage(`--against ${odd.name}: expected times in both files, or in neither and as many rows`);
  const all = [own, ...others];
  return {
    names: all.map(({ name }) => name),
    pearson: correlationMatrix(all, pearson),
    spearman: correlationMatrix(all, spearman),
    pairs: others.map((other) => ({
      name: other.name,
      n: align(own, other).timeMs.length,
      rolling: { window: WINDOW, points: rollingCorrelation(own, other, WINDOW) },
      lagged: laggedCorrelation(own, other, { lags: LAGS, stepMs: commonStep(own) }),
    })),
  };
}

/** The distance of rows that most have. */
function commonStep({ timeMs }: TimedSeries): number {
  const counts = new Map<number, number>();
  for (let row = 1; row < timeMs.length; row++) {
    const gap = timeMs[row]! - timeMs[row - 1]!;
    counts.set(gap, (counts.get(gap) ?? 0) + 1);
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [1, 0])[0];
}
