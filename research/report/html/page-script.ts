/**
 * The script of a report page: draws the charts with uPlot (hover shows values, dragging zooms, a double click shows all
 * again) and redraws them when the reader turns dark or light. It is written into the page as the text of the functions
 * below, so they use nothing from outside this file but types and what the page itself has.
 */
import type Plot from "uplot";
import type { CandleChart, ChartData, ChartUnit, LineChart } from "./chart-data.ts";

/** uPlot as its script defines it on the page. */
declare const uPlot: typeof Plot;

/** Value of a token of the style sheet. */
function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();
}

function number(value: number, decimals: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace("-", "\u2212");
}

function shown(unit: ChartUnit | "time", value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (unit === "time") return new Date(value).toISOString().replace("T", " ").slice(0, 16);
  if (unit === "share") return `${number(value * 100, 2)} %`;
  const size = Math.abs(value);
  return number(value, unit === "price" && size > 0 && size < 10 ? Math.min(8, Math.ceil(4 - Math.log10(size))) : 2);
}

/** UTC, as exact as the distance of the ticks. */
function timeTick(timeMs: number, stepMs: number): string {
  const text = new Date(timeMs).toISOString();
  const dayMs = 86_400_000;
  if (stepMs >= 28 * dayMs) return text.slice(0, 7);
  return stepMs >= dayMs ? text.slice(0, 10) : `${text.slice(5, 10)} ${text.slice(11, 16)}`;
}

function axis(unit: ChartUnit | "time"): Plot.Axis {
  const looks = {
    stroke: colour("t3"),
    font: '11px Inter, "Segoe UI", Roboto, Arial, sans-serif',
    grid: { stroke: colour("hair"), width: 1 },
    ticks: { stroke: colour("line"), width: 1, size: 4 },
  };
  if (unit === "time")
    return { ...looks, space: 90, values: (_plot, splits, _index, _space, stepMs) => splits.map((at) => timeTick(at, stepMs)) };
  const values = (_: Plot, splits: number[]) => {
    const texts = splits.map((split) => shown(unit, split));
    const isWhole = texts.every((text) => /\.00(?= %|$)/.test(text));
    return isWhole ? texts.map((text) => text.replace(".00", "")) : texts;
  };
  return { ...looks, size: 76, values };
}

function shared(chart: ChartData, xUnit: ChartUnit | "time", yUnit: ChartUnit): Omit<Plot.Options, "series"> {
  const element = document.getElementById(chart.id)!;
  const group = chart.kind === "lines" ? chart.group : null;
  return {
    width: element.clientWidth,
    height: chart.height,
    ms: 1,
    tzDate: (timeMs) => uPlot.tzDate(new Date(timeMs), "Etc/UTC"),
    scales: { x: { time: xUnit === "time" } },
    axes: [xUnit === "time" ? axis("time") : { ...axis(xUnit), size: 30 }, axis(yUnit)],
    cursor: { drag: { x: true, y: false }, points: { show: chart.kind === "lines" }, ...(group === null ? {} : { sync: { key: group } }) },
  };
}

function drawMarks(plot: Plot, chart: LineChart): void {
  const { ctx, bbox } = plot;
  for (const mark of chart.marks) {
    const left = plot.valToPos(mark.x, "x", true);
    if (left < bbox.left || left > bbox.left + bbox.width) continue;
    ctx.save();
    ctx.strokeStyle = colour("line2");
    ctx.fillStyle = colour("t2");
    ctx.font = `${11 * devicePixelRatio}px Inter, "Segoe UI", Arial, sans-serif`;
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(mark.text, left + 4 * devicePixelRatio, bbox.top + 12 * devicePixelRatio);
    ctx.restore();
  }
}

function lines(chart: LineChart): Plot {
  const series: Plot.Series[] = chart.series.map((row) => ({
    label: row.label,
    stroke: colour(row.colour),
    width: row.width ?? 1.5,
    spanGaps: true,
    value: (_: Plot, value: number | null) => shown(chart.unit, value),
    ...(row.dash ? { dash: [...row.dash] } : {}),
    ...(row.fill ? { fill: `${colour(row.colour)}33` } : {}),
    ...(row.points
      ? { paths: () => null, points: { show: true, size: 6, fill: colour(row.colour), stroke: colour(row.colour) } }
      : { points: { show: false } }),
  }));
  const xSeries: Plot.Series = { label: chart.xLabel, value: (_, value) => shown(chart.xUnit, value) };
  const options: Plot.Options = {
    ...shared(chart, chart.xUnit, chart.unit),
    series: [xSeries, ...series],
    hooks: { draw: [(plot) => drawMarks(plot, chart)] },
  };
  const data = [chart.x, ...chart.series.map((row) => row.values)] as unknown as Plot.AlignedData;
  return new uPlot(options, data, document.getElementById(chart.id)!);
}

function drawCandles(plot: Plot, chart: CandleChart): void {
  const { ctx } = plot;
  const [from, to] = plot.series[0]!.idxs!;
  const span = Math.max(1, to - from);
  const width = Math.max(1, Math.min(14 * devicePixelRatio, (plot.bbox.width / span) * 0.7));
  const y = (value: number) => Math.round(plot.valToPos(value, "y", true));
  ctx.save();
  ctx.lineWidth = Math.max(1, Math.round(devicePixelRatio));
  for (let index = from; index <= to; index++) {
    const open = chart.open[index]!;
    const close = chart.close[index]!;
    const rises = close >= open;
    const x = Math.round(plot.valToPos(chart.x[index]!, "x", true));
    ctx.strokeStyle = colour(rises ? "up" : "dn");
    ctx.fillStyle = rises ? colour("bg1") : colour("dn");
    ctx.beginPath();
    ctx.moveTo(x, y(chart.high[index]!));
    ctx.lineTo(x, y(chart.low[index]!));
    ctx.stroke();
    if (width < 3) continue;
    const top = y(Math.max(open, close));
    const height = Math.max(1, y(Math.min(open, close)) - top);
    ctx.fillRect(x - width / 2, top, width, height);
    ctx.strokeRect(x - width / 2, top, width, height);
  }
  ctx.restore();
}

function drawMarkers(plot: Plot, chart: CandleChart): void {
  const { ctx, bbox } = plot;
  const inView = chart.markers
    .map((marker) => ({ ...marker, x: plot.valToPos(marker.time, "x", true) }))
    .filter(({ x }) => x >= bbox.left && x <= bbox.left + bbox.width);
  // Many markers are drawn small, so that they do not hide the prices; zooming in makes them grow.
  const room = bbox.width / devicePixelRatio / Math.max(1, inView.length);
  const size = Math.max(1.8, Math.min(5, room)) * devicePixelRatio;
  ctx.save();
  for (const { x, ...marker } of inView) {
    const buys = marker.side === "buy";
    const tip = plot.valToPos(marker.price, "y", true) + (buys ? 3 : -3) * devicePixelRatio;
    const base = tip + (buys ? 1 : -1) * size * 1.6;
    ctx.fillStyle = colour(buys ? "up" : "dn");
    ctx.strokeStyle = colour("bg1");
    ctx.beginPath();
    ctx.moveTo(x, tip);
    ctx.lineTo(x - size, base);
    ctx.lineTo(x + size, base);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

function showMarker(plot: Plot, chart: CandleChart): void {
  const caption = document.getElementById(`${chart.id}-marker`);
  if (caption === null) return;
  const left = plot.cursor.left ?? -1;
  let best = "";
  let distance = 12;
  for (const marker of left < 0 ? [] : chart.markers) {
    const away = Math.abs(plot.valToPos(marker.time, "x") - left);
    if (away >= distance) continue;
    distance = away;
    best = marker.text;
  }
  caption.textContent = best;
}

function candles(chart: CandleChart): Plot {
  const column = (label: string, token: string): Plot.Series => ({
    label,
    stroke: colour(token),
    paths: () => null,
    points: { show: false },
    value: (_: Plot, value: number | null) => shown("price", value),
  });
  const options: Plot.Options = {
    ...shared(chart, "time", "price"),
    series: [
      { label: "UTC", value: (_: Plot, value: number | null) => shown("time", value) },
      column("open", "t2"),
      column("high", "up"),
      column("low", "dn"),
      column("close", "t1"),
    ],
    hooks: {
      draw: [(plot) => drawCandles(plot, chart), (plot) => drawMarkers(plot, chart)],
      setCursor: [(plot) => showMarker(plot, chart)],
    },
  };
  const data = [chart.x, chart.open, chart.high, chart.low, chart.close] as unknown as Plot.AlignedData;
  return new uPlot(options, data, document.getElementById(chart.id)!);
}

export function drawCharts(charts: readonly ChartData[]): void {
  let plots: Plot[] = [];
  const draw = () => {
    for (const plot of plots) plot.destroy();
    plots = charts.map((chart) => (chart.kind === "lines" ? lines(chart) : candles(chart)));
  };
  draw();
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", draw);
  addEventListener("beforeprint", draw);
  addEventListener("resize", () => {
    for (const [index, plot] of plots.entries()) {
      const chart = charts[index]!;
      plot.setSize({ width: document.getElementById(chart.id)!.clientWidth, height: chart.height });
    }
  });
}

/** The script, ready to stand in a page whose element `charts` holds the data. */
export function pageScript(): string {
  const parts = [
    colour,
    number,
    shown,
    timeTick,
    axis,
    shared,
    drawMarks,
    lines,
    drawCandles,
    drawMarkers,
    showMarker,
    candles,
    drawCharts,
  ];
  const start = 'drawCharts(JSON.parse(document.getElementById("charts").textContent));';
  return `{\n${parts.map(String).join("\n")}\n${start}\n}`;
}
