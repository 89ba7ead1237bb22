/**
 * A backtest as one page: curve, drawdown and benchmark, trades on candles, tables. Numbers are the report's own; of very
 * many trades the page carries the first, as the API does, and says so.
 */
import type { BacktestReport, TradeChart } from "../../../domain/contract/views/research.ts";
import * as text from "../number-text.ts";
import * as panels from "./backtest-panels.ts";
import type { CandleChart, LineChart } from "./chart-data.ts";
import { chartPanel, pageOf } from "./page.ts";
import { onOneAxis } from "./time-series.ts";

/** In the data that the page carries. */
const TRADES_MAX = 2_000;

export function backtestPage(report: BacktestReport, charts: readonly TradeChart[]): string {
  const curves = curveCharts(report);
  const candles = charts.map(candleChart);
  const candlePanels = charts.map(({ symbol, intervalMs }, index) =>
    chartPanel(`Trades, ${symbol}`, `bars of ${text.durationText(intervalMs)}`, [candles[index]!], charts.length > 1 ? "half" : ""),
  );
  return pageOf({
    title: `${report.run.title} · ${report.run.symbols.join(", ")}`,
    panels: [
      panels.headline(report),
      chartPanel("Equity and drawdown", "drag to zoom, double click to see all; fees in", curves),
      ...candlePanels,
      panels.warningsPanel("How far to trust it", report.warnings, "half"),
      panels.costsPanel(report),
      panels.monthlyPanel(report),
      panels.metricsPanel(report),
      panels.drawdownPanel(report),
      panels.attributionPanel(report),
      ...(report.costRows === undefined ? [] : [panels.shortfallPanel(report)]),
      panels.madePanel(report),
      panels.tradesPanel(report),
    ],
    charts: [...curves, ...candles],
    report: { ...report, trades: report.trades.slice(0, TRADES_MAX) },
    footer: `DSTA research · run ${report.run.id} · result ${report.hash.slice(0, 12)} · all times UTC`,
  });
}

function curveCharts({ equity, drawdown, benchmark }: BacktestReport): readonly LineChart[] {
  const hold = benchmark === null ? [] : [{ label: benchmark.name, points: benchmark.equity, colour: "t3", dash: [2, 3], width: 1 }];
  const shared = { kind: "lines", xUnit: "time", xLabel: "UTC", group: "time", marks: [] } as const;
  return [
    { ...shared, id: "equity", height: 300, unit: "money", ...onOneAxis([{ label: "equity", points: equity, colour: "acc" }, ...hold]) },
    {
      ...shared,
      id: "drawdown",
      height: 140,
      unit: "share",
      ...onOneAxis([{ label: "drawdown", points: drawdown, colour: "dn", width: 1, fill: true }]),
    },
  ];
}

function candleChart({ bars, markers }: TradeChart, index: number): CandleChart {
  return {
    kind: "candles",
    id: `candles-${index}`,
    height: 360,
    x: bars.map(({ time }) => time),
    open: bars.map(({ open }) => open),
    high: bars.map(({ high }) => high),
    low: bars.map(({ low }) => low),
    close: bars.map(({ close }) => close),
    markers: markers.map(({ time, price, side, text: words, count }) => ({
      time,
      price,
      side,
      text: `${text.timeText(time)} ${side}${count > 1 ? ` × ${count}` : ""} at ${text.priceText(price)}: ${words}`,
    })),
  };
}
