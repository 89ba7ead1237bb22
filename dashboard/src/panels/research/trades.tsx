/**
 * The trades of a backtest on its candles. Years of one-minute bars arrive down-sampled to the room there is; looking
 * closer asks for less time. J and K walk the trades, each with what it was for and what became of it.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { BarRow } from "../../../../domain/contract/views.ts";
import type { ResearchRun, ResearchTrade, TradeChart } from "../../../../domain/contract/views/research.ts";
import { looks } from "../../app/settings.ts";
import { compact, dayTime, number, percent } from "../../model/format.ts";
import { isFinest, placesFor, windowInSight, windowOf, type TimeWindow } from "../../model/research/chart-window.ts";
import { date } from "../../model/research/curves.ts";
import type { Results } from "../../model/research/results.ts";
import { isSearch } from "../../model/research/runs.ts";
import { tradeMarks } from "../../model/research/trade-marks.ts";
import { Button, Kbd } from "../../parts/basics.tsx";
import { Empty, Failed, Loading, Panel } from "../../parts/panel.tsx";
import { useAsk } from "../../state/ask.ts";
import { isSending, lockedFor } from "../../state/commands.ts";
import { backtestOf, tradeAt, walk } from "../../state/research.ts";
import { CandleChart } from "../candles.ts";
import { go } from "../../app/route.ts";

const PAGE = 200;
const PIXELS_A_BAR = 4;
const PIXELS_A_MARK = 60;
const PHONE_PX = 768;
const STILL_MS = 300;
const DAY_MS = 86_400_000;

export function TradesPanel({ run, results }: { run: ResearchRun | null; results: Results | null }) {
  if (run !== null && run.kind === "backtest" && run.state === "done") return <Traded key={run.id} run={run} />;
  return (
    <Panel title="Trades" area="trades" fixed>
      {run !== null && run.state === "done" && results === null ? (
        <Loading columns={[120, 200, 160, 200]} />
      ) : results?.kind === "search" ? (
        <BestTrades results={results} />
      ) : (
        <Empty
          title={run !== null && isSearch(run) ? "The trades of the best come when the search has ended" : "Trades of a finished backtest"}
        />
      )}
    </Panel>
  );
}

/** A search keeps no trades; a backtest of its best does. */
function BestTrades({ results }: { results: Extract<Results, { kind: "search" }> }) {
  const { best, spec } = results.report;
  if (best === null) return <Empty title="No trial was good enough to have a best" />;
  const start = async (): Promise<void> => {
    const id = await backtestOf(spec, best.params);
    if (id !== null) go({ view: "research", run: id });
  };
  return (
    <Empty title="A search keeps figures, not trades">
      <span>A backtest of its best shows every trade, on the whole data.</span>
      <Button tone="big" locked={isSending("research:run") ? "sending" : lockedFor("research:write")} onClick={() => void start()}>
        Backtest the best
      </Button>
    </Empty>
  );
}

function Traded({ run }: { run: ResearchRun }) {
  const at = tradeAt.value;
  const page = Math.max(0, Math.floor(at / PAGE)) * PAGE;
  const path = `backtest/${encodeURIComponent(run.id)}`;
  const asked = useAsk<{ items: ResearchTrade[]; total: number }>(`${path}/trades?from=${page}&limit=${PAGE}`);
  const total = asked.value.value?.total ?? null;
  const trade = at < 0 ? null : (asked.value.value?.items[at - page] ?? null);
  useEffect(() => {
    if (total !== null && at >= total) tradeAt.value = total - 1;
  }, [at, total]);
  const note =
    trade !== null && total !== null
      ? `${number(at + 1)} of ${number(total)}, ${trade.symbol}`
      : total === null
        ? ""
        : `${number(total)}, whole run`;
  const right = (
    <span class="row">
      {at >= 0 && <Button onClick={() => (tradeAt.value = -1)}>Whole run</Button>}
      <Button locked={at < 0 ? "the whole run is shown" : null} onClick={() => walk(-1)}>
        Previous <Kbd>K</Kbd>
      </Button>
      <Button locked={total === 0 ? "no trade was made" : null} onClick={() => walk(1)}>
        Next trade <Kbd>J</Kbd>
      </Button>
    </span>
  );
  return (
    <Panel title="Trades" note={note} right={right} area="trades" fixed>
      {asked.problem.value !== null && asked.value.value === null ? (
        <Failed problem={asked.problem.value} retry={asked.again} />
      ) : (
        <TradeCandles run={run} trade={trade} path={path} />
      )}
    </Panel>
  );
}

/** The chart of the window in sight; while another is on its way the last one stays. */
function useChart(run: ResearchRun, trade: ResearchTrade | null, path: string, points: number) {
  const whole: TimeWindow = { fromMs: run.fromMs ?? 0, toMs: run.toMs ?? Number.MAX_SAFE_INTEGER };
  const [window, setWindow] = useState<TimeWindow | null>(null);
  const last = useRef<TradeChart | null>(null);
  useEffect(() => setWindow(trade === null ? null : windowOf(trade, last.current?.intervalMs ?? DAY_MS)), [trade]);
  const query = [
    `points=${points}`,
    ...(trade === null ? [] : [`symbol=${encodeURIComponent(trade.symbol)}`]),
    ...(window === null ? [] : [`fromMs=${window.fromMs}`, `toMs=${window.toMs}`]),
  ];
  const asked = useAsk<TradeChart>(`${path}/chart?${query.join("&")}`);
  if (asked.value.value !== null) last.current = asked.value.value;
  const look = (from: number, to: number): void => {
    const next = last.current === null ? null : windowInSight(last.current, from, to, points, whole);
    if (next !== null) setWindow(next);
  };
  return { chart: last.current, waiting: asked.value.value === null, asked, look };
}

/** Candles that fit beside each other: the panel is half of a wide window, all of a narrow one. */
function pointsInSight(): number {
  const width = innerWidth < PHONE_PX ? innerWidth : innerWidth / 2;
  return Math.round(Math.min(2_000, Math.max(60, width / PIXELS_A_BAR)));
}

function TradeCandles({ run, trade, path }: { run: ResearchRun; trade: ResearchTrade | null; path: string }) {
  const host = useRef<HTMLDivElement>(null);
  const drawn = useRef<CandleChart | null>(null);
  const points = useMemo(pointsInSight, []);
  const { chart, waiting, asked, look } = useChart(run, trade, path, points);
  const looked = useRef(look);
  looked.current = look;
  const [hoverMs, setHoverMs] = useState<number | null>(null);
  const theme = looks.value;
  useEffect(() => {
    if (host.current === null) return undefined;
    const one = new CandleChart(host.current, (point) => setHoverMs(point?.timeMs ?? null));
    drawn.current = one;
    let timer: ReturnType<typeof setTimeout> | undefined;
    one.onRange((from, to) => {
      clearTimeout(timer);
      timer = setTimeout(() => looked.current(from, to), STILL_MS);
    });
    return () => {
      clearTimeout(timer);
      drawn.current = null;
      one.end();
    };
  }, [theme]);
  useEffect(() => {
    const one = drawn.current;
    if (one === null || chart === null) return;
    one.setPrecision(placesFor(chart.bars.at(-1)?.close ?? 0), false);
    one.setBars(chart.bars.map(barRow));
    one.setMarks(tradeMarks(chart, Math.max(3, Math.floor((host.current?.clientWidth ?? 0) / PIXELS_A_MARK))));
    one.showAll();
  }, [chart, theme]);
  const told = chart?.markers.filter(({ time }) => time === hoverMs) ?? [];
  return (
    <div class={`candles ${trade === null ? "" : "with-trade"}`} role="group" aria-label={describe(chart)} aria-busy={waiting}>
      <div ref={host} class="candles-in" aria-hidden="true" />
      {chart !== null && (
        <span class="chart-note t3">
          {barLength(chart.intervalMs)} bars{isFinest(chart, points) ? "" : ", thinned"}
        </span>
      )}
      {asked.problem.value !== null && <Failed problem={asked.problem.value} retry={asked.again} />}
      {chart?.bars.length === 0 && <Empty title="No bar in this time" />}
      {told.length > 0 && (
        <div class="fill-note trade-note">
          {told.slice(0, 3).map((marker) => (
            <div key={`${marker.side}${marker.price}`}>
              <b class={marker.side === "buy" ? "up" : "dn"}>
                {marker.side === "buy" ? "▲ Buy" : "▼ Sell"} at {number(marker.price, placesFor(marker.price))}
              </b>{" "}
              {marker.pnl === null ? "" : number(marker.pnl, 2, true)} <span class="t2">{marker.text}</span>
            </div>
          ))}
        </div>
      )}
      {trade !== null && <TradeNote trade={trade} />}
    </div>
  );
}

function TradeNote({ trade }: { trade: ResearchTrade }) {
  const places = placesFor(trade.entryPrice);
  const win = trade.pnl >= 0;
  return (
    <div class="trade-told" role="status">
      <b>{trade.side === "long" ? "▲ Long" : "▼ Short"}</b> {compact(trade.quantity)} from {number(trade.entryPrice, places)} on{" "}
      {dayTime(trade.entryTime)}
      {trade.exitPrice === null || trade.exitTime === null
        ? ", still open"
        : ` to ${number(trade.exitPrice, places)} on ${dayTime(trade.exitTime)}`}{" "}
      <b class={win ? "up" : "dn"}>
        {number(trade.pnl, 2, true)}
        {trade.returnRatio === null ? "" : `, ${percent(trade.returnRatio, 1, true)}`}
      </b>
      <span class="t2 cut" title={`${trade.why}; ${trade.exitWhy ?? ""}`}>
        “{trade.why}”{trade.exitWhy === null ? "" : ` → “${trade.exitWhy}”`}
      </span>
    </div>
  );
}

function barRow(bar: TradeChart["bars"][number]): BarRow {
  return { openTimeMs: bar.time, open: bar.open, high: bar.high, low: bar.low, close: bar.close, volume: bar.volume };
}

function barLength(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 1) return `${ms / 1_000}s`;
  if (minutes < 60) return `${number(minutes)}m`;
  return minutes < 1_440
    ? `${number(minutes / 60, minutes % 60 === 0 ? 0 : 1)}h`
    : `${number(minutes / 1_440, minutes % 1_440 === 0 ? 0 : 1)}d`;
}

function describe(chart: TradeChart | null): string {
  if (chart === null) return "Trades on candles, loading";
  const [first, last] = [chart.bars[0], chart.bars.at(-1)];
  if (first === undefined || last === undefined) return `${chart.symbol}, no bars`;
  const marks = chart.markers.reduce((sum, marker) => sum + marker.count, 0);
  const bars = `${chart.bars.length} bars of ${barLength(chart.intervalMs)}`;
  return `${chart.symbol}, ${date(first.time)} to ${date(last.time)}, ${bars}, ${marks} fills. J and K walk the trades.`;
}
