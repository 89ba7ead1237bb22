/**
 * Did one series cross another between the previous bar and this one? Touching counts as not yet across: the previous
 * values may be equal, the newest must be strictly apart. False while either is warming up.
 */
import type { Series } from "./series.ts";

/** `a` was at or below `b` one bar ago and is above it now. */
export function crossedAbove(a: Series | number, b: Series | number): boolean {
  return before(a) <= before(b) && now(a) > now(b);
}

/** `a` was at or above `b` one bar ago and is below it now. */
export function crossedBelow(a: Series | number, b: Series | number): boolean {
  return before(a) >= before(b) && now(a) < now(b);
}

function now(source: Series | number): number {
  return typeof source === "number" ? source : source.value;
}

function before(source: Series | number): number {
  return typeof source === "number" ? source : source.at(1);
}
