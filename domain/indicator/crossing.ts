/**
 * Did one series cross another between the previous bar and this one? Touching counts as not yet across: the previous
 * values may be equal, the newest must be apart, by more than rounding (apart.ts). False while either is warming up.
 */
import { isAbove, isAtOrBelow } from "./apart.ts";
import { ColumnSeries } from "./column-series.ts";
import type { Series } from "./series.ts";

/** `a` was at or below `b` one bar ago and is above it now. */
export function crossedAbove(a: Series | number, b: Series | number): boolean {
  // Over columns without a call for each value: every number returned by one is a new object.
  if (a instanceof ColumnSeries && b instanceof ColumnSeries) return ColumnSeries.crossedAbove(a, b);
  return isAbove(now(a), now(b)) && isAtOrBelow(before(a), before(b));
}

/** `a` was at or above `b` one bar ago and is below it now. */
export function crossedBelow(a: Series | number, b: Series | number): boolean {
  return crossedAbove(b, a);
}

function now(source: Series | number): number {
  return typeof source === "number" ? source : source.value;
}

function before(source: Series | number): number {
  return typeof source === "number" ? source : source.at(1);
}
