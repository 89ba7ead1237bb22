/**
 * Equity and drawdown: the figure, the day, the line from where the day opened, the distance to the peak below it.
 * The day comes from the stream; longer spans are asked when chosen.
 */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import type uPlot from "uplot";
import type { EquityPoint, PortfolioPnl } from "../../../domain/contract/views.ts";
import { looks } from "../app/settings.ts";
import { clockTime, decimal, number, percent, signOf, smallPercent } from "../model/format.ts";
import { drawdowns, fromOpen, thinned } from "../model/series.ts";
import { bookStale } from "../model/strategies.ts";
import { Figure, Segments, Skeleton } from "../parts/basics.tsx";
import { Empty, Failed, Panel } from "../parts/panel.tsx";
import { useAsk } from "../state/ask.ts";
import { loaded, nowMs, sections, strategies } from "../state/floor.ts";
import { drawdownPlot, equityPlot } from "./plot.ts";

type Span = "day" | "week" | "all";
const span = signal<Span>("day");
const WEEK_MS = 7 * 86_400_000;

/** True while something held is marked by a stale book: equity is then about, not exact. */
export function equityStale(): boolean {
  return strategies.value.some((row) => bookStale(row) && signOf(row.positionQuantity) !== 0);
}

export function dayTone(pnl: PortfolioPnl): string {
  const sign = signOf(pnl.dayPnl);
  return sign > 0 ? "up" : sign < 0 ? "dn" : "t2";
}

function dayPoints(points: readonly EquityPoint[] | null, open: number | null): readonly EquityPoint[] | null {
  return points === null || open === null ? points : fromOpen(points, open);
}

/** From the day's first equity; before the first message of a longer span, null. */
function usePoints(): { points: readonly EquityPoint[] | null; problem: ReturnType<typeof useAsk>["problem"]["value"]; again: () => void } {
  const wanted = span.value;
  const fromMs = useMemo(() => (wanted === "week" ? Math.max(0, nowMs.peek() - WEEK_MS) : 0), [wanted]);
  const path = wanted === "day" ? null : `portfolio/equity?points=500${wanted === "week" ? `&fromMs=${fromMs}` : ""}`;
  const asked = useAsk<{ items: EquityPoint[] }>(path, 60_000);
  const pnl = sections.pnl.value;
  const open = pnl === null ? null : Number((Number(pnl.equity) - Number(pnl.dayPnl)).toFixed(2));
  const day = useMemo(() => dayPoints(sections.equity.value, open), [sections.equity.value, open]);
  if (wanted === "day") return { points: day, problem: null, again: asked.again };
  return { points: asked.value.value?.items ?? null, problem: asked.problem.value, again: asked.again };
}

export function EquityPanel() {
  const pnl = sections.pnl.value;
  const { points, problem, again } = usePoints();
  const choices = [
    { value: "day", text: "Day" },
    { value: "week", text: "Week" },
    { value: "all", text: "All" },
  ] as const;
  return (
    <Panel
      title="Equity"
      note={pnl === null ? "" : pnl.simulated ? `${pnl.account}, simulated` : pnl.account}
      right={<Segments label="Span" choices={choices} value={span.value} onChoose={(value) => (span.value = value)} />}
      area="equity"
      fixed
    >
      <div class="equity">
        <EquityHead pnl={pnl} />
        {problem !== null && points === null ? (
          <Failed problem={problem} retry={again} />
        ) : (
          <EquityPlots points={points ?? []} waiting={points === null} />
        )}
      </div>
    </Panel>
  );
}

function EquityHead({ pnl }: { pnl: PortfolioPnl | null }) {
  if (pnl === null) {
    return (
      <div class="equity-head">
        <Skeleton width={140} />
        <Skeleton width={90} />
      </div>
    );
  }
  const about = equityStale() ? "≈ " : "";
  return (
    <div class="equity-head">
      <div class="equity-now">{`${about}${decimal(pnl.equity, { places: 2 })}`}</div>
      <div class="row">
        <Figure text={about + decimal(pnl.dayPnl, { places: 2, signed: true })} tone={about === "" ? dayTone(pnl) : "t1"} />
        <span class={about === "" ? dayTone(pnl) : "t1"}>{smallPercent(pnl.dayPnlRatio)}</span>
        <span class="grow" />
        <span class="t2">from peak {pnl.drawdownRatio > 0 ? smallPercent(-pnl.drawdownRatio) : percent(0)}</span>
      </div>
      {pnl.unpriced.length > 0 && <div class="warn">Not in the total, no price: {pnl.unpriced.join(", ")}</div>}
    </div>
  );
}

function EquityPlots({ points, waiting }: { points: readonly EquityPoint[]; waiting: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  const redraw = useRef<(points: readonly EquityPoint[]) => void>(() => undefined);
  const look = looks.value;
  useEffect(() => {
    if (host.current === null) return undefined;
    const plots = makePlots(host.current);
    redraw.current = plots.draw;
    return plots.end;
  }, [look]);
  useEffect(() => redraw.current(points), [points, look]);
  const empty = points.length < 2 && !(waiting && !loaded.value);
  return (
    <div class="plots" role="img" aria-label={summary(points)} aria-busy={waiting}>
      <div ref={host} class={`plots-in ${points.length < 2 ? "no-points" : ""}`} />
      {empty && (
        <Empty title="No equity yet">
          <span>The line starts with the first marks to market.</span>
        </Empty>
      )}
      {points.length >= 2 && <span class="plots-label t2">drawdown</span>}
    </div>
  );
}

function summary(points: readonly EquityPoint[]): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "Equity: no points yet";
  const worst = Math.min(0, ...drawdowns(points));
  const change = number(last.equity - first.equity, 2, true);
  return `Equity from ${clockTime(first.atMs)} to ${clockTime(last.atMs)} UTC: ${change}, worst drawdown ${number(worst, 2)}`;
}

interface Plots {
  readonly draw: (points: readonly EquityPoint[]) => void;
  readonly end: () => void;
}

const DRAWDOWN_PX = 62;

function makePlots(host: HTMLDivElement): Plots {
  const size = () => ({ width: Math.max(60, host.clientWidth), height: Math.max(40, host.clientHeight - DRAWDOWN_PX) });
  const line = equityPlot(host, size());
  const below = drawdownPlot(host, { width: size().width, height: DRAWDOWN_PX });
  const observer = new ResizeObserver(() => {
    line.setSize(size());
    below.setSize({ width: size().width, height: DRAWDOWN_PX });
  });
  observer.observe(host);
  const draw = (points: readonly EquityPoint[]): void => {
    const shown = thinned(points, Math.max(3, Math.floor(host.clientWidth)));
    const open = shown[0]?.equity ?? 0;
    const times = shown.map((point) => point.atMs / 1_000);
    setData(
      line,
      times,
      shown.map((point) => point.equity - open),
    );
    setData(below, times, drawdowns(shown));
  };
  return {
    draw,
    end: () => {
      observer.disconnect();
      line.destroy();
      below.destroy();
    },
  };
}

function setData(plot: uPlot, times: number[], values: number[]): void {
  if (times.length >= 2) plot.setData([times, values]);
}
