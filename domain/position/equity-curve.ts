/**
 * Equity over time for charts: samples at a fixed pace, bounded, thinned for the screen so that extremes survive.
 * Bound: two days at one sample in 5 s; the oldest are forgotten.
 */
import type { EquityPoint } from "../contract/views.ts";

const SAMPLES_MAX = 34_560;

export class EquityCurve {
  #points: EquityPoint[] = [];

  add(point: EquityPoint): void {
    const last = this.#points.at(-1);
    if (last && point.atMs <= last.atMs) return;
    this.#points.push(point);
    if (this.#points.length > SAMPLES_MAX) this.#points = this.#points.slice(SAMPLES_MAX / 10);
  }

  get last(): EquityPoint | undefined {
    return this.#points.at(-1);
  }

  /** At most `count` (≥ 2) points from `fromMs` on: the ends, and of each equal stretch its lowest and highest, in time order. */
  thinned(fromMs: number, count: number): EquityPoint[] {
    const points = this.#points.filter((point) => point.atMs >= fromMs);
    if (points.length <= count) return points;
    // Two for the ends, two for each stretch: what is asked for is never exceeded.
    const stretches = Math.floor((count - 2) / 2);
    const kept = new Set<EquityPoint>([points[0]!, points.at(-1)!]);
    for (let index = 0; index < stretches; index++) {
      const stretch = points.slice(Math.floor((index * points.length) / stretches), Math.floor(((index + 1) * points.length) / stretches));
      let low = stretch[0]!;
      let high = stretch[0]!;
      for (const point of stretch) {
        if (point.equity < low.equity) low = point;
        if (point.equity > high.equity) high = point;
      }
      kept.add(low).add(high);
    }
    return points.filter((point) => kept.has(point));
  }
}
