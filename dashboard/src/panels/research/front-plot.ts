/** uPlot as a scatter: trials as dots, those no other beats joined by a line, the chosen one larger, one under the pointer. */
import uPlot from "uplot";
import { token } from "../../app/settings.ts";
import { number, percent } from "../../model/format.ts";
import type { Axis, Front, FrontPoint } from "../../model/research/front.ts";
import { bestText } from "../../model/research/runs.ts";

const FONT = '11px "Inter Variable", system-ui, sans-serif';
const SHARES = new Set(["maxDrawdown", "totalReturn", "cagr", "volatility", "winRate", "exposure"]);
const NEAR_PX = 14;

export function axisText(along: Axis, value: number, places = 0): string {
  return SHARES.has(along.metric) ? percent(value, places) : number(value, Math.max(1, places));
}

interface Wanted {
  readonly front: Front;
  readonly chosen: FrontPoint | null;
  readonly names: readonly string[] | null;
  readonly onPoint: (point: FrontPoint | null) => void;
}

function axis(along: Axis, side: 2 | 3): uPlot.Axis {
  return {
    side,
    font: FONT,
    stroke: token("t2"),
    ticks: { show: false },
    gap: 6,
    size: side === 2 ? 22 : 40,
    space: side === 2 ? 56 : 34,
    grid: { stroke: token("hair"), width: 1 },
    values: (_plot, splits) => splits.map((value) => axisText(along, value, placesOf(splits, along))),
  };
}

function placesOf(splits: readonly number[], along: Axis): number {
  const step = Math.abs((splits[1] ?? 1) - (splits[0] ?? 0)) * (SHARES.has(along.metric) ? 100 : 1);
  return step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
}

function dots(colour: string, size: number, line: boolean): uPlot.Series {
  const look = { show: true, size, stroke: colour, fill: colour, width: 0 };
  return line
    ? { stroke: colour, width: 1.2, spanGaps: true, points: look }
    : { stroke: colour, width: 0, paths: () => null, points: look };
}

export function frontPlot(host: HTMLElement, width: number, height: number, wanted: Wanted): uPlot {
  const { front, chosen } = wanted;
  const kept = new Set(front.front);
  const column = (of: (point: FrontPoint) => boolean) => front.points.map((point) => (of(point) ? point.y : null));
  return new uPlot(
    {
      width,
      height,
      padding: [12, 14, 0, 0],
      legend: { show: false },
      cursor: { x: false, y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false, range: roomy }, y: { range: roomy } },
      axes: [axis(front.x, 2), axis(front.y, 3)],
      series: [{}, dots(token("t3"), 4, false), dots(token("acc"), 7, true), dots(token("t1"), 10, false)],
      hooks: {
        draw: [(plot) => label(plot, wanted)],
        setCursor: [(plot) => wanted.onPoint(nearest(plot, front))],
      },
    },
    [
      front.points.map(({ x }) => x),
      column((point) => !kept.has(point)),
      column((point) => kept.has(point)),
      column((point) => point === chosen),
    ],
    host,
  );
}

function roomy(_plot: uPlot, low: number | null, high: number | null): [number, number] {
  const [from, to] = [low ?? 0, high ?? 1];
  const more = Math.max((to - from) * 0.08, 1e-6);
  return [from - more, to + more];
}

/** The chosen one is named; the rest are under the pointer or in the table of trials. */
function label(plot: uPlot, { chosen, names }: Wanted): void {
  if (chosen === null) return;
  const { ctx, bbox } = plot;
  const [x, y] = [plot.valToPos(chosen.x, "x", true), plot.valToPos(chosen.y, "y", true)];
  const text = `${bestText(chosen.trial.params, names ?? undefined)} chosen`;
  ctx.save();
  ctx.font = `600 ${11 * devicePixelRatio}px "Inter Variable", system-ui, sans-serif`;
  ctx.fillStyle = token("t1");
  const gap = 10 * devicePixelRatio;
  const fits = x - gap - ctx.measureText(text).width > bbox.left;
  ctx.textAlign = fits ? "right" : "left";
  ctx.textBaseline = "top";
  ctx.fillText(text, fits ? x - gap / 2 : x + gap / 2, Math.min(y + gap, bbox.top + bbox.height - 2 * gap));
  ctx.restore();
}

function nearest(plot: uPlot, front: Front): FrontPoint | null {
  const { left, top } = plot.cursor;
  if (left === undefined || top === undefined || left < 0 || top < 0) return null;
  let best: FrontPoint | null = null;
  let bestPx = NEAR_PX;
  for (const point of front.points) {
    const away = Math.hypot(plot.valToPos(point.x, "x") - left, plot.valToPos(point.y, "y") - top);
    if (away >= bestPx) continue;
    best = point;
    bestPx = away;
  }
  return best;
}
