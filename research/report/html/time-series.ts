/** Curves of one chart on one axis of time: points of several series joined by time, holes as null. */
import type { ChartSeries } from "./chart-data.ts";

export interface Curve extends Omit<ChartSeries, "values" | "points"> {
  readonly points: readonly { readonly time: number; readonly value: number }[];
}

export function onOneAxis(curves: readonly Curve[]): { readonly x: readonly number[]; readonly series: readonly ChartSeries[] } {
  const times = new Set(curves.flatMap(({ points }) => points.map(({ time }) => time)));
  const x = [...times].toSorted((a, b) => a - b);
  const series = curves.map(({ points, ...look }) => {
    const values = new Map(points.map(({ time, value }) => [time, value]));
    return { ...look, values: x.map((time) => values.get(time) ?? null) };
  });
  return { x, series };
}
