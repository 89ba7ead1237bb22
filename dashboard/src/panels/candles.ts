/**
 * The candle chart: lightweight-charts behind the few verbs the panel needs. Hollow rises, filled falls, so that a
 * candle reads without colour. Times are UTC; bars are pushed as tail updates when the past has not changed.
 */
import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  CrosshairMode,
  HistogramSeries,
  LineStyle,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import type { BarRow } from "../../../domain/contract/views.ts";
import { token } from "../app/settings.ts";
import type { PriceLine } from "../model/price-lines.ts";
import type { FillMarker } from "../model/series.ts";
import { DASH, number } from "../model/format.ts";

const seconds = (ms: number): UTCTimestamp => Math.floor(ms / 1_000) as UTCTimestamp;
/** More new bars than this in one message and the whole series is set again. */
const TAIL = 8;
/** Bars of room right of the last one. */
const LIVE_OFFSET = 5;
const STALE_OFFSET = 16;

export interface ChartMark {
  readonly timeMs: number;
  readonly side: "buy" | "sell";
  readonly text: string;
}

export interface ChartPoint {
  readonly timeMs: number;
  readonly x: number;
}

export class CandleChart {
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #volume: ISeriesApi<"Histogram">;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  #lines: readonly IPriceLine[] = [];
  #bars: readonly BarRow[] = [];

  constructor(host: HTMLElement, onHover: (point: ChartPoint | null) => void) {
    this.#chart = createChart(host, {
      autoSize: true,
      layout: {
        background: { type: ColorType.Solid, color: token("bg1") },
        textColor: token("t2"),
        fontSize: 11,
        fontFamily: '"Inter Variable", system-ui, sans-serif',
        // The credit the licence asks for stands in the keys dialog.
        attributionLogo: false,
      },
      grid: { vertLines: { color: token("hair") }, horzLines: { color: token("hair") } },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.06, bottom: 0.18 }, minimumWidth: 62 },
      timeScale: { borderVisible: false, timeVisible: true, secondsVisible: false, rightOffset: LIVE_OFFSET, barSpacing: 7 },
      crosshair: { mode: CrosshairMode.Normal, vertLine: { labelVisible: true }, horzLine: { labelVisible: true } },
      handleScale: { axisPressedMouseMove: false },
    });
    const [up, down] = [token("up"), token("dn")];
    this.#candles = this.#chart.addSeries(CandlestickSeries, {
      upColor: token("bg1"),
      borderUpColor: up,
      wickUpColor: up,
      downColor: down,
      borderDownColor: down,
      wickDownColor: down,
      priceLineColor: token("t2"),
      priceLineStyle: LineStyle.Dotted,
    });
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "",
      color: token("bg3"),
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } });
    this.#markers = createSeriesMarkers(this.#candles, []);
    this.#chart.subscribeCrosshairMove((event) => {
      onHover(typeof event.time === "number" && event.point !== undefined ? { timeMs: event.time * 1_000, x: event.point.x } : null);
    });
  }

  setPrecision(places: number, intervalSeconds: boolean): void {
    this.#candles.applyOptions({
      priceFormat: {
        type: "custom",
        minMove: 10 ** -places,
        formatter: (price: number) =>
          // The room for volumes below the lowest price is no price.
          price < 0 ? "" : Number.isFinite(price) ? number(price, places) : DASH,
      },
    });
    this.#chart.applyOptions({ timeScale: { secondsVisible: intervalSeconds } });
  }

  setBars(bars: readonly BarRow[]): void {
    const before = this.#bars;
    this.#bars = bars;
    const added = bars.length - before.length;
    const lastBefore = before.at(-1);
    const samePast =
      before.length > 0 && lastBefore !== undefined && bars[0]?.openTimeMs === before[0]?.openTimeMs && added >= 0 && added <= TAIL;
    if (samePast && bars[before.length - 1]?.openTimeMs === lastBefore.openTimeMs) {
      for (const bar of bars.slice(before.length - 1)) {
        this.#candles.update(candle(bar));
        this.#volume.update({ time: seconds(bar.openTimeMs), value: bar.volume });
      }
      return;
    }
    this.#candles.setData(bars.map(candle));
    this.#volume.setData(bars.map((bar) => ({ time: seconds(bar.openTimeMs), value: bar.volume })));
    if (before.length === 0) this.#chart.timeScale().scrollToRealTime();
  }

  /** Makes room at the right for the time without data. */
  setStale(stale: boolean): void {
    this.#chart.applyOptions({ timeScale: { rightOffset: stale ? STALE_OFFSET : LIVE_OFFSET } });
  }

  setFills(markers: readonly FillMarker[]): void {
    this.setMarks(
      markers.map(({ barTimeMs, side, fills }) => ({
        timeMs: barTimeMs,
        side,
        text: `${side === "buy" ? "B" : "S"}${fills.length > 1 ? fills.length : ""}`,
      })),
    );
  }

  /** Arrows up below a bar for buys, down above it for sells. */
  setMarks(marks: readonly ChartMark[]): void {
    this.#markers.setMarkers(
      marks.map(({ timeMs, side, text }) => {
        const buy = side === "buy";
        return {
          time: seconds(timeMs),
          position: buy ? ("belowBar" as const) : ("aboveBar" as const),
          shape: buy ? ("arrowUp" as const) : ("arrowDown" as const),
          color: token(buy ? "up" : "dn"),
          text,
          size: 0.8,
        };
      }),
    );
  }

  /** All bars in sight, none of them live. */
  showAll(): void {
    this.#chart.applyOptions({ timeScale: { rightOffset: 0 } });
    this.#candles.applyOptions({ lastValueVisible: false, priceLineVisible: false });
    this.#chart.timeScale().fitContent();
  }

  /** Tells which share of the bars is in sight whenever that changes: from and to as places among the bars. */
  onRange(listener: (from: number, to: number) => void): void {
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null) listener(range.from, range.to);
    });
  }

  setLines(lines: readonly PriceLine[]): void {
    for (const line of this.#lines) this.#candles.removePriceLine(line);
    this.#lines = lines.map((line) =>
      this.#candles.createPriceLine({ price: line.price, title: line.title, lineWidth: 1, ...lineLook(line) }),
    );
  }

  /** Pixels from the left edge; null outside what is drawn. */
  xOf(timeMs: number): number | null {
    return this.#chart.timeScale().timeToCoordinate(seconds(timeMs));
  }

  /** Width of the price scale at the right. */
  scaleWidth(): number {
    return this.#chart.priceScale("right").width();
  }

  end(): void {
    this.#chart.remove();
  }
}

function candle(bar: BarRow): { time: UTCTimestamp; open: number; high: number; low: number; close: number } {
  return { time: seconds(bar.openTimeMs), open: bar.open, high: bar.high, low: bar.low, close: bar.close };
}

/** Paid is dashed, an order of ours dotted in the colour of its side, what a strategy sees thin; only titles get a label. */
function lineLook(line: PriceLine) {
  const label = { axisLabelVisible: line.title !== "", axisLabelColor: token("bg3"), axisLabelTextColor: token("t1") };
  if (line.kind === "average") return { ...label, color: token("t3"), lineStyle: LineStyle.Dashed };
  if (line.kind === "seen") return { ...label, color: token("acc"), lineStyle: LineStyle.SparseDotted };
  return { ...label, color: token(line.kind === "buy" ? "up" : "dn"), lineStyle: LineStyle.Dotted };
}
