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

const FONT = '11px "Inter", system-ui, sans-serif';
const DAY_S = 86_400;

const LABEL_HALF_PX = 17;

function timeLabels(plot: uPlot, splits: number[]): string[] {
  const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0);
  return splits.map((at) =>
    plot.valToPos(at, "x") < LABEL_HALF_PX ? "" : span > 2 * DAY_S ? day(at * 1_000) : clockTime(at * 1_000).slice(0, span < 180 ? 8 : 5),
  );
}

function axes(labels: (values: number[]) => string[], timeShown: boolean): uPlot.Axis[] {
  const shared = { font: FONT, stroke: token("t2"), ticks: { show: false }, gap: 6 };
  return [
    { ...shared, show: timeShown, size: 20, space: 64, grid: { show: false }, values: timeLabels },
    { ...shared, side: 1, size: 58, space: 34, grid: { stroke: token("hair"), width: 1 }, values: (_plot, splits) => labels(splits) },
  ];
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
      axes: axes((values) => values.map((value) => (value === 0 ? "open" : number(value, placesFor(values), true))), false),
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
      scales: { x: { time: true }, y: { range: (_plot, low) => [Math.min(low * 1.1, -1e-9), 0] } },
      axes: axes((values) => worstOnly(values), true),
      series: [{}, { stroke: token("dn"), width: 1, fill: token("dnbar"), fillTo: 0, points: { show: false } }],
    },
    [[], []],
    host,
  );
}

function worstOnly(values: number[]): string[] {
  const worst = Math.min(...values);
  return values.map((value) => (value === worst && value !== 0 ? number(value, placesFor(values)) : ""));
}

function padded(low: number, high: number): [number, number] {
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
