/**
 * The chart panel: candles of the selected market with a marker on every bar that filled. Pointing at a marker, or
 * walking to it with the arrow keys, tells what was done and why. A stale book hatches the time without data.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FillRow, StrategyRow } from "../../../domain/contract/views.ts";
import { looks } from "../app/settings.ts";
import { age, clockTime, clockTimeMs, decimal, number, signOf } from "../model/format.ts";
import { fillMarkers, type FillMarker } from "../model/series.ts";
import { Segments } from "../parts/basics.tsx";
import { Mark } from "../parts/mark.tsx";
import { Empty, Failed, Loading, Panel } from "../parts/panel.tsx";
import { chosenInterval, INTERVALS } from "../state/choice.ts";
import { link, loaded, pageMs } from "../state/floor.ts";
import { bookHeardAtMs, market, marketFills, marketOf, marketProblem, retryMarket } from "../state/market.ts";
import { CandleChart, type ChartPoint } from "./candles.ts";

const NO_FILLS: readonly FillRow[] = [];
const CHOICES = INTERVALS.map((value) => ({ value, text: value }));

/** Age of the shown book in ms when it is not to be traded on (not whole, or this page is lost); null while it is live. */
export function staleMs(): number | null {
  const state = market.value;
  if (state === null || (state.book.quality === "LIVE" && link.value.phase === "live")) return null;
  return state.book.ageMs + Math.max(0, pageMs.value - bookHeardAtMs.value);
}

export function StaleChip() {
  const stale = staleMs();
  if (stale === null) return null;
  return (
    <span class="chip warn">
      <Mark form="triangle" /> STALE {age(stale)}
    </span>
  );
}

export interface ChartTarget {
  readonly venue: string;
  readonly symbol: string;
  /** The strategy whose average price is drawn; null when the market is only looked at. */
  readonly row: StrategyRow | null;
}

export function ChartPanel({ target }: { target: ChartTarget | null }) {
  const state = target === null ? null : marketOf(target.venue, target.symbol, chosenInterval.value);
  const problem = marketProblem.value;
  return (
    <Panel
      title={target?.symbol ?? "Chart"}
      note={
        <span class="row">
          {target?.venue}
          {target !== null && (
            <Segments
              label="Bar length"
              choices={CHOICES}
              value={chosenInterval.value as (typeof INTERVALS)[number]}
              onChoose={(value) => (chosenInterval.value = value)}
            />
          )}
        </span>
      }
      right={
        <span class="row">
          <span class="panel-note wide-only">hollow up, filled down</span>
          <StaleChip />
        </span>
      }
      area="chart"
      fixed
    >
      {target === null ? (
        loaded.value ? (
          <Empty title="No market yet">
            <span>The chart follows the selected strategy.</span>
          </Empty>
        ) : (
          <Loading rows={10} columns={[120, 200, 160, 200]} />
        )
      ) : problem !== null && state === null ? (
        <Failed problem={problem} retry={retryMarket} />
      ) : (
        <Candles target={target} />
      )}
    </Panel>
  );
}

function Candles({ target }: { target: ChartTarget }) {
  const { row } = target;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<CandleChart | null>(null);
  const [hover, setHover] = useState<ChartPoint | null>(null);
  const [walked, setWalked] = useState<number | null>(null);
  const state = marketOf(target.venue, target.symbol, chosenInterval.value);
  const fills = state === null ? NO_FILLS : marketFills.value;
  const look = looks.value;
  const bars = state?.bars ?? [];
  const lastOpen = bars.at(-1)?.openTimeMs ?? 0;
  const markers = useMemo(() => fillMarkers(bars, fills), [bars[0]?.openTimeMs, lastOpen, fills]);
  const average = row === null || signOf(row.positionQuantity) === 0 ? null : row.averagePrice;

  useEffect(() => {
    if (host.current === null) return undefined;
    const made = new CandleChart(host.current, setHover);
    chart.current = made;
    return () => {
      chart.current = null;
      made.end();
    };
  }, [look, target.venue, target.symbol, chosenInterval.value]);
  const made = [look, target.venue, target.symbol, chosenInterval.value] as const;
  useEffect(() => {
    if (state !== null) chart.current?.setPrecision(state.pricePrecision, state.interval.endsWith("s"));
  }, [...made, state?.pricePrecision, state?.interval]);
  useEffect(() => {
    if (state !== null) chart.current?.setBars(state.bars);
  }, [...made, state?.bars]);
  useEffect(() => chart.current?.setFills(markers), [...made, markers, state === null]);
  useEffect(() => {
    chart.current?.setAverage(
      average === null ? null : Number(average),
      average === null ? "" : `avg ${decimal(average, { places: state?.pricePrecision ?? null })}`,
    );
  }, [...made, average, state?.pricePrecision]);

  const shown = walked === null ? markersAt(markers, hover) : markers.slice(walked, walked + 1);
  const walk = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (by === 0 || markers.length === 0) return;
    event.preventDefault();
    setWalked((now) => Math.min(markers.length - 1, Math.max(0, (now ?? (by < 0 ? markers.length : -1)) + by)));
  };
  const stale = state !== null && staleMs() !== null;
  useEffect(() => chart.current?.setStale(stale), [...made, stale]);
  return (
    <div
      class="candles focus-in"
      tabIndex={0}
      role="group"
      aria-label={`${describe(target, state?.bars.length ?? 0, markers.length)} Arrow keys walk the fills.`}
      onKeyDown={walk}
      onBlur={() => setWalked(null)}
    >
      <div ref={host} class={`candles-in ${stale ? "no-colour" : ""}`} aria-hidden="true" />
      {stale && chart.current !== null && <NoData chart={chart.current} fromMs={lastOpen} />}
      {state === null && (
        <div class="empty" aria-busy="true">
          Loading bars…
        </div>
      )}
      {state !== null && bars.length === 0 && (
        <Empty title="No bar yet">
          <span>The first {state.interval} bar is being made.</span>
        </Empty>
      )}
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

function markersAt(markers: readonly FillMarker[], point: ChartPoint | null): readonly FillMarker[] {
  return point === null ? [] : markers.filter((marker) => marker.barTimeMs === point.timeMs);
}

function describe(target: ChartTarget, bars: number, markers: number): string {
  return `${target.symbol} on ${target.venue}, ${bars} bars of ${chosenInterval.value}, ${markers} bars with fills.`;
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

const NOTE_PX = 252;

function FillNote({ markers, x, places }: { markers: readonly FillMarker[]; x: number; places: number | null }) {
  const fills = markers.flatMap((marker) => marker.fills);
  const side = x > NOTE_PX + 24 ? { left: `${x - NOTE_PX - 12}px` } : { left: `${x + 12}px` };
  return (
    <div class="fill-note" role="status" style={side}>
      {fills.slice(0, 3).map((fill) => (
        <FillLines key={fill.tradeId} fill={fill} places={places} />
      ))}
      {fills.length > 3 && <div class="t2">and {fills.length - 3} more fills in this bar</div>}
    </div>
  );
}

function FillLines({ fill, places }: { fill: FillRow; places: number | null }) {
  const buy = fill.side === "buy";
  return (
    <div>
      <div class="row">
        <b class={buy ? "up" : "dn"}>
          {buy ? "▲ Buy" : "▼ Sell"} {decimal(fill.quantity)} at {decimal(fill.price, { places })}
        </b>
        <span class="grow" />
        <span class="t2">{clockTimeMs(fill.atMs)}</span>
      </div>
      <div class="why">“{fill.why}”</div>
      <div class="t2">
        {fill.strategyId} · slip {number(fill.slippageBps, 1, true)} bp · fee {decimal(fill.fee, { places: 2 })} {fill.feeAsset} ·{" "}
        {fill.liquidity}
      </div>
    </div>
  );
}
