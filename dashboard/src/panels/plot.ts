/**
 * uPlot as this page draws it: a line that is green above a reference and red below, and the drawdown beneath it.
 * Colours come from the tokens of the moment; the owner makes a new plot when they change.
 */
import uPlot from "uplot";
import { token } from "../app/settings.ts";
import { clockTime, day, number } from "../model/format.ts";

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

const FONT = '11px "Inter Variable", system-ui, sans-serif';
const DAY_S = 86_400;
const FLAT = 0.02;

const LABEL_HALF_PX = 17;
const LABEL_HALF_HEIGHT_PX = 6;
const AXIS = { font: FONT, ticks: { show: false }, gap: 6 };

function timeLabels(plot: uPlot, splits: number[]): string[] {
  const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0);
  return splits.map((at) =>
    plot.valToPos(at, "x") < LABEL_HALF_PX ? "" : span > 2 * DAY_S ? day(at * 1_000) : clockTime(at * 1_000).slice(0, span < 180 ? 8 : 5),
  );
}

function timeAxis(shown: boolean): uPlot.Axis {
  return { ...AXIS, stroke: token("t2"), show: shown, size: 20, space: 64, grid: { show: false }, values: timeLabels };
}

function valueAxis(more: Pick<uPlot.Axis, "values" | "splits">): uPlot.Axis {
  return { ...AXIS, stroke: token("t2"), side: 1, size: 58, space: 30, grid: { stroke: token("hair"), width: 1 }, ...more };
}

/** A label whose text would be cut by the edge is left out; its grid line stays. */
function equityLabels(plot: uPlot, splits: number[]): string[] {
  const height = plot.bbox.height / devicePixelRatio;
  return splits.map((value) => {
    if (plot.valToPos(value, "y") > height - LABEL_HALF_HEIGHT_PX) return "";
    return value === 0 ? "open" : number(value, placesFor(splits), true);
  });
}

/** Up and down share one fill that turns at zero. */
function signedFill(plot: uPlot): CanvasGradient | string {
  const { top, height } = plot.bbox;
  if (height <= 0) return "transparent";
  const zero = Math.min(1, Math.max(0, (plot.valToPos(0, "y", true) - top) / height));
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, token("upbar"));
  gradient.addColorStop(zero, token("upbar"));
  gradient.addColorStop(zero, token("dnbar"));
  gradient.addColorStop(1, token("dnbar"));
  return gradient;
}

const still = { cursor: { show: false }, legend: { show: false }, padding: [8, 0, 0, 0] as [number, number, number, number] };

/** Equity against where the day opened: zero is the open. */
export function equityPlot(host: HTMLElement, size: PlotSize): uPlot {
  return new uPlot(
    {
      ...size,
      ...still,
      tzDate: utc,
      scales: { x: { time: true }, y: { range: (_plot, low, high) => padded(Math.min(0, low), Math.max(0, high)) } },
      axes: [timeAxis(false), valueAxis({ values: equityLabels })],
      series: [{}, { stroke: token("t1"), width: 1.2, fill: signedFill, fillTo: 0, points: { show: false } }],
    },
    [[], []],
    host,
  );
}

export function drawdownPlot(host: HTMLElement, size: PlotSize): uPlot {
  return new uPlot(
    {
      ...size,
      ...still,
      padding: [4, 0, 0, 0],
      tzDate: utc,
      scales: { x: { time: true }, y: { range: (_plot, low) => [low < 0 ? low * 1.15 : -1, 0] } },
      axes: [
        timeAxis(true),
        valueAxis({ splits: worstDrawdown, values: (_plot, splits) => splits.map((value) => number(value, value > -100 ? 2 : 0)) }),
      ],
      series: [{}, { stroke: token("dn"), width: 1, fill: token("dnbar"), fillTo: 0, points: { show: false } }],
    },
    [[], []],
    host,
  );
}

/** One line, at the deepest point of what is shown; none while there was no drawdown. */
function worstDrawdown(plot: uPlot): number[] {
  const worst = Math.min(0, ...((plot.data[1] as number[] | undefined) ?? []));
  return worst < 0 ? [worst] : [];
}

/** Zero is always in sight; a line that has not moved gets one unit of room, so that rounding is not drawn as a move. */
function padded(low: number, high: number): [number, number] {
  if (high - low < FLAT) return [-1, 1];
  const room = Math.max((high - low) * 0.08, 1e-6);
  return [low === 0 ? -room / 2 : low - room, high + room];
}

function placesFor(values: readonly number[]): number {
  const span = Math.max(...values) - Math.min(...values);
  return span >= 20 ? 0 : span >= 1 ? 1 : 2;
}

function utc(seconds: number): Date {
  return uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC");
}
