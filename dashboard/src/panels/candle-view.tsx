/**
 * Candles with a marker on every bar that filled, our resting orders, the average price paid and what the strategy
 * sees. Pointing at a marker, or walking to it with the arrow keys, tells what was done and why. A stale book hatches
 * the time without data.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FillRow, InsideRow, StrategyRow } from "../../../domain/contract/views.ts";
import type { MarketState } from "../../../domain/contract/stream.ts";
import { looks } from "../app/settings.ts";
import { clockTime } from "../model/format.ts";
import { priceLines } from "../model/price-lines.ts";
import { fillMarkers, type FillMarker } from "../model/series.ts";
import { Empty } from "../parts/panel.tsx";
import { chosenInterval } from "../state/choice.ts";
import { orders } from "../state/floor.ts";
import { market, marketFills, marketOf } from "../state/market.ts";
import { CandleChart, type ChartPoint } from "./candles.ts";
import { FillNote } from "./fill-note.tsx";
import { staleMs } from "./stale.tsx";

export interface ChartTarget {
  readonly venue: string;
  readonly symbol: string;
  /** The strategy whose average price is drawn; null when the market is only looked at. */
  readonly row: StrategyRow | null;
  /** What the strategy sees now; those that are prices are drawn as lines. */
  readonly inside?: readonly InsideRow[];
}

const NO_FILLS: readonly FillRow[] = [];

export function Candles({ target }: { target: ChartTarget }) {
  const [hover, setHover] = useState<ChartPoint | null>(null);
  const [walked, setWalked] = useState<number | null>(null);
  const state = marketOf(target.venue, target.symbol, chosenInterval.value);
  const fills = state === null ? NO_FILLS : marketFills.value;
  const bars = state?.bars ?? [];
  const lastOpen = bars.at(-1)?.openTimeMs ?? 0;
  const markers = useMemo(() => fillMarkers(bars, fills), [bars[0]?.openTimeMs, lastOpen, fills]);
  const stale = state !== null && staleMs() !== null;
  const { host, chart } = useChart(target, state, markers, stale, setHover);
  const shown = walked === null ? markersAt(markers, hover) : markers.slice(walked, walked + 1);
  const walk = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (by === 0 || markers.length === 0) return;
    event.preventDefault();
    setWalked((now) => Math.min(markers.length - 1, Math.max(0, (now ?? (by < 0 ? markers.length : -1)) + by)));
  };
  return (
    <div
      class="candles focus-in"
      tabIndex={0}
      role="group"
      aria-label={`${describe(target, bars.length, markers.length)} Arrow keys walk the fills.`}
      onKeyDown={walk}
      onBlur={() => setWalked(null)}
    >
      <div ref={host} class={`candles-in ${stale ? "no-colour" : ""}`} aria-hidden="true" />
      {stale && chart.current !== null && <NoData chart={chart.current} fromMs={lastOpen} />}
      <Waiting state={state} />
      {shown.length > 0 && (
        <FillNote
          markers={shown}
          x={chart.current?.xOf(shown[0]?.barTimeMs ?? 0) ?? hover?.x ?? 0}
          places={state?.pricePrecision ?? null}
        />
      )}
    </div>
  );
}

/** The chart behind the element: made anew for another market, bar length or look, and told what changed. */
function useChart(
  target: ChartTarget,
  state: MarketState | null,
  markers: readonly FillMarker[],
  stale: boolean,
  onHover: (point: ChartPoint | null) => void,
) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<CandleChart | null>(null);
  const made = [looks.value, target.venue, target.symbol, chosenInterval.value] as const;
  useEffect(() => {
    if (host.current === null) return undefined;
    const one = new CandleChart(host.current, onHover);
    chart.current = one;
    return () => {
      chart.current = null;
      one.end();
    };
  }, made);
  useEffect(() => {
    if (state !== null) chart.current?.setPrecision(state.pricePrecision, state.interval.endsWith("s"));
  }, [...made, state?.pricePrecision, state?.interval]);
  useEffect(() => {
    if (state !== null) chart.current?.setBars(state.bars);
  }, [...made, state?.bars]);
  useEffect(() => chart.current?.setFills(markers), [...made, markers, state === null]);
  const lines = state === null ? [] : priceLines(state, target.row, target.inside ?? [], orders.value);
  const drawn = JSON.stringify(lines);
  useEffect(() => chart.current?.setLines(lines), [...made, drawn]);
  useEffect(() => chart.current?.setStale(stale), [...made, stale]);
  return { host, chart };
}

function markersAt(markers: readonly FillMarker[], point: ChartPoint | null): readonly FillMarker[] {
  return point === null ? [] : markers.filter((marker) => marker.barTimeMs === point.timeMs);
}

function describe(target: ChartTarget, bars: number, markers: number): string {
  return `${target.symbol} on ${target.venue}, ${bars} bars of ${chosenInterval.value}, ${markers} bars with fills.`;
}

function Waiting({ state }: { state: MarketState | null }) {
  if (state === null) {
    return (
      <div class="empty" aria-busy="true">
        Loading bars…
      </div>
    );
  }
  if (state.bars.length > 0) return null;
  return (
    <Empty title="No bar yet">
      <span>
        {state.book.quality === "LIVE"
          ? `The first ${state.interval} bar is being made.`
          : `No ${state.interval} bar came before the feed ended; another length may have some.`}
      </span>
    </Empty>
  );
}

function NoData({ chart, fromMs }: { chart: CandleChart; fromMs: number }) {
  const x = chart.xOf(fromMs);
  if (x === null) return null;
  return (
    <div class="no-data hatch" style={{ width: `calc(100% - ${x + 4 + chart.scaleWidth()}px)`, right: `${chart.scaleWidth()}px` }}>
      <b>no data</b>
      <span>since {clockTime(market.value?.book.receivedAtMs ?? fromMs)}</span>
    </div>
  );
}
