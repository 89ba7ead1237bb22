/**
 * uPlot for equity curves: growth on a log scale with grid lines at round percents, the names and ends of the curves at
 * the right, the held-out time shaded, drawdown beneath on the same time axis. The pointer reads both plots.
 */
import uPlot from "uplot";
import { token } from "../../app/settings.ts";
import { percent } from "../../model/format.ts";
import { drawdownShares, growthShare, logGrowth, monthYear, roundGrowth, type Curve } from "../../model/research/curves.ts";

const NAMES_PX = 106;
const AXIS_PX = 58;
const FONT = '11px "Inter Variable", system-ui, sans-serif';
const STRONG = '600 11px "Inter Variable", system-ui, sans-serif';
const NAME_LINE_PX = 14;
const DAY_S = 86_400;

export interface CurvePlots {
  readonly size: (width: number, height: number) => void;
  readonly end: () => void;
}

interface Wanted {
  readonly curves: readonly Curve[];
  /** Where the held-out time begins, ms; null without one. */
  readonly holdOutMs: number | null;
  /** Whether the drawdown is drawn beneath. */
  readonly fallen: boolean;
  /** Places in the curves' data under the pointer; null when it left. */
  readonly onPoint: (timeMs: number | null) => void;
}

const DRAWDOWN_SHARE = 0.38;

/** Main is solid in the accent, what it is compared with dashed, what needs no skill dotted and grey. */
export function strokeOf(curve: Curve, others: number): { stroke: string; dash: number[]; width: number } {
  if (curve.role === "main") return { stroke: token("acc"), dash: [], width: 1.6 };
  if (curve.role === "ground") return { stroke: token("t3"), dash: [1, 3], width: 1 };
  const dashes = [
    [5, 3],
    [2, 2],
    [8, 3, 2, 3],
    [10, 4],
  ];
  return { stroke: token(others % 2 === 0 ? "t1" : "t2"), dash: dashes[others % dashes.length] ?? [5, 3], width: 1.3 };
}

function series(curves: readonly Curve[]): uPlot.Series[] {
  let others = -1;
  return curves.map((curve) => {
    if (curve.role === "other") others += 1;
    const look = strokeOf(curve, Math.max(0, others));
    return { ...look, spanGaps: true, points: { show: false } };
  });
}

function joined(curves: readonly Curve[], values: (curve: Curve) => number[]): uPlot.AlignedData {
  const tables = curves.map((curve): uPlot.AlignedData => [curve.points.map(({ time }) => time / 1_000), values(curve)]);
  return tables.length === 1 && tables[0] !== undefined ? tables[0] : uPlot.join(tables);
}

function utc(seconds: number): Date {
  return uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC");
}

function timeLabels(_plot: uPlot, splits: number[]): string[] {
  const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0);
  return splits.map((at) => {
    const when = new Date(at * 1_000);
    if (span > 150 * DAY_S) return monthYear(at * 1_000);
    const [, month] = /^(\w+)/.exec(monthYear(at * 1_000)) ?? [];
    if (span > 2 * DAY_S) return `${when.getUTCDate()} ${month}`;
    return `${String(when.getUTCHours()).padStart(2, "0")}:${String(when.getUTCMinutes()).padStart(2, "0")}`;
  });
}

function axes(bottom: boolean, y: Pick<uPlot.Axis, "splits" | "values">): uPlot.Axis[] {
  const grid = { stroke: token("hair"), width: 1 };
  const common = { font: FONT, stroke: token("t2"), ticks: { show: false }, gap: 6 };
  return [
    { ...common, show: bottom, size: 20, space: 80, grid: { show: false }, values: timeLabels },
    { ...common, side: 3, size: AXIS_PX, space: 26, grid, ...y },
  ];
}

function shade(fromMs: number | null, named: boolean) {
  return (plot: uPlot): void => {
    if (fromMs === null) return;
    const { left, top, width, height } = plot.bbox;
    const x = Math.max(left, plot.valToPos(fromMs / 1_000, "x", true));
    if (x >= left + width) return;
    const { ctx } = plot;
    ctx.save();
    ctx.fillStyle = token("bg2");
    ctx.fillRect(x, top, left + width - x, height);
    ctx.strokeStyle = token("line2");
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    if (named) {
      ctx.font = scaled(FONT);
      ctx.fillStyle = token("t2");
      ctx.textBaseline = "top";
      ctx.textAlign = "right";
      ctx.fillText("searched", x - 6 * devicePixelRatio, top);
      ctx.textAlign = "left";
      ctx.fillText("hold-out", x + 6 * devicePixelRatio, top);
    }
    ctx.restore();
  };
}

function scaled(font: string): string {
  return font.replace("11px", `${11 * devicePixelRatio}px`);
}

/** The names at the right ends, moved apart where they would cover each other. */
function names(curves: readonly Curve[], texts: readonly string[]) {
  return (plot: uPlot): void => {
    const { ctx, bbox } = plot;
    const line = NAME_LINE_PX * devicePixelRatio;
    let others = -1;
    const ends = curves.map((curve, at) => {
      if (curve.role === "other") others += 1;
      const values = Array.from(plot.data[at + 1] ?? []);
      const last = values.findLast((value) => typeof value === "number") ?? 0;
      return { y: plot.valToPos(last, "y", true), text: texts[at] ?? "", colour: strokeOf(curve, Math.max(0, others)).stroke };
    });
    ends.sort((a, b) => a.y - b.y);
    let lowest = bbox.top + bbox.height + line / 2;
    for (const end of [...ends].reverse()) {
      end.y = Math.min(end.y, lowest - line);
      lowest = end.y;
    }
    let highest = bbox.top - line / 2;
    ctx.save();
    ctx.font = scaled(STRONG);
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    for (const end of ends) {
      end.y = Math.max(end.y, highest + line);
      highest = end.y;
      ctx.fillStyle = end.colour;
      ctx.fillText(end.text, bbox.left + bbox.width + 6 * devicePixelRatio, end.y);
    }
    ctx.restore();
  };
}

function options(
  wanted: Wanted,
  bottom: boolean,
  texts: readonly string[],
  more: Partial<uPlot.Options>,
  y: Pick<uPlot.Axis, "splits" | "values">,
): uPlot.Options {
  return {
    width: 100,
    height: 60,
    padding: [bottom ? 4 : 8, NAMES_PX, bottom ? 0 : 2, 0],
    tzDate: utc,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: "research-curves" } },
    axes: axes(bottom, y),
    series: [{}, ...series(wanted.curves)],
    hooks: {
      drawClear: [shade(wanted.holdOutMs, !bottom)],
      draw: [names(wanted.curves, texts)],
      setCursor: [
        (plot) => {
          const at = plot.cursor.idx;
          const time = at === null || at === undefined ? undefined : plot.data[0][at];
          wanted.onPoint(time === undefined || (plot.cursor.left ?? -1) < 0 ? null : time * 1_000);
        },
      ],
    },
    ...more,
  };
}

function growthPlot(host: HTMLElement, wanted: Wanted): uPlot {
  const grown = new Map(wanted.curves.map((curve) => [curve, logGrowth(curve.points)]));
  const texts = wanted.curves.map((curve) => `${short(curve.name)} ${percent(growthShare(grown.get(curve)?.at(-1) ?? 0), 0, true)}`);
  const y = {
    splits: (_plot: uPlot, _axis: number, low: number, high: number) => roundGrowth(low, high, 5),
    values: (_plot: uPlot, splits: number[]) => splits.map((log) => percent(growthShare(log), roundPlaces(splits), true)),
  };
  const scales: uPlot.Scales = { x: { time: true }, y: { range: (_plot, low, high) => room(low, high) } };
  return new uPlot(
    options(wanted, !wanted.fallen, texts, { scales }, y),
    joined(wanted.curves, (curve) => grown.get(curve) ?? []),
    host,
  );
}

function drawdownPlot(host: HTMLElement, wanted: Wanted): uPlot {
  const skilled = wanted.curves.filter(({ role }) => role !== "ground");
  const curves = skilled.length === 0 ? wanted.curves : skilled;
  const fallen = new Map(curves.map((curve) => [curve, drawdownShares(curve.points)]));
  const deepest = curves.map((curve) => fallen.get(curve)?.reduce((low, value) => Math.min(low, value), 0) ?? 0);
  const texts = deepest.map((value) => percent(value, 1));
  const y = {
    splits: () => [Math.min(0, ...deepest)],
    values: (_plot: uPlot, splits: number[]) => splits.map((value) => percent(value, 0)),
  };
  const scales: uPlot.Scales = { x: { time: true }, y: { range: (_plot, low) => [Math.min((low ?? 0) * 1.12, -0.001), 0] } };
  return new uPlot(
    options({ ...wanted, curves }, true, texts, { scales }, y),
    joined(curves, (curve) => fallen.get(curve) ?? []),
    host,
  );
}

export function curvePlots(host: HTMLElement, wanted: Wanted): CurvePlots {
  const above = growthPlot(host, wanted);
  const below = wanted.fallen ? drawdownPlot(host, wanted) : null;
  return {
    size: (width, height) => {
      const lower = below === null ? 0 : Math.max(48, Math.round(height * DRAWDOWN_SHARE));
      above.setSize({ width, height: Math.max(40, height - lower) });
      below?.setSize({ width, height: lower });
    },
    end: () => {
      above.destroy();
      below?.destroy();
    },
  };
}

const NAME_CHARS = 10;

/** The first word, cut: what it is of stands in the note under the pointer and in the table. */
function short(name: string): string {
  const [word = name] = name.split(" ");
  return word.length <= NAME_CHARS ? word : `${word.slice(0, NAME_CHARS - 1)}…`;
}

function room(low: number | null, high: number | null): [number, number] {
  const [from, to] = [Math.min(0, low ?? 0), Math.max(0, high ?? 0)];
  const more = Math.max((to - from) * 0.08, 0.002);
  return [from - more, to + more];
}

function roundPlaces(splits: readonly number[]): number {
  const [a, b] = splits;
  const step = a === undefined || b === undefined ? 1 : Math.abs(growthShare(b) - growthShare(a));
  return step >= 0.0099 ? 0 : step >= 0.00099 ? 1 : 2;
}
