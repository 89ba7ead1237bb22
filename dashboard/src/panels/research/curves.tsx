/**
 * Equity and drawdown of the run, beside what needs no skill or beside other runs; the same by month and by fold.
 * Growth is net of costs, on a log scale. A table of the points stands behind the picture.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ComparisonReport, MonteCarloReport } from "../../../../domain/contract/views/research.ts";
import { looks } from "../../app/settings.ts";
import { percent } from "../../model/format.ts";
import { date, drawdownShares, growthShare, holdOutFrom, logGrowth, type Curve, type ValuePoint } from "../../model/research/curves.ts";
import type { Results } from "../../model/research/results.ts";
import { shortId } from "../../model/research/runs.ts";
import { Segments } from "../../parts/basics.tsx";
import { Empty, Failed, Loading, Panel } from "../../parts/panel.tsx";
import type { ApiError } from "../../state/api.ts";
import { curveTab } from "../../state/research.ts";
import { curvePlots, type CurvePlots } from "./curve-plot.ts";
import { FoldsTable, MonthlyTable } from "./curve-tables.tsx";

const TABS = [
  { value: "equity", text: "Equity" },
  { value: "monthly", text: "Monthly" },
  { value: "folds", text: "Folds" },
] as const;
const TABLE_POINTS = 24;

interface CurvesProps {
  readonly results: Results | null;
  readonly comparison: ComparisonReport | null;
  readonly problem: ApiError | null;
  readonly retry: () => void;
  /** True while results are asked; false when there are none to ask for. */
  readonly waiting: boolean;
  /** Why there is no curve when none is waited for. */
  readonly nothing: string;
}

export function CurvesPanel(props: CurvesProps) {
  const { results, comparison } = props;
  const curves = useMemo(() => (comparison === null ? curvesOf(results) : comparedCurves(comparison, results)), [results, comparison]);
  const note =
    comparison !== null ? `${comparison.runs.length} runs compared, log, net of costs` : curves.length === 0 ? "" : "log, net of costs";
  return (
    <Panel
      title="Equity and drawdown"
      note={note}
      right={<Segments label="Shown as" choices={TABS} value={curveTab.value} onChoose={(value) => (curveTab.value = value)} />}
      area="curves"
      fixed={curveTab.value === "equity"}
    >
      <Content {...props} curves={curves} />
    </Panel>
  );
}

function Content({ curves, results, comparison, problem, retry, waiting, nothing }: CurvesProps & { curves: readonly Curve[] }) {
  if (problem !== null && results === null) return <Failed problem={problem} retry={retry} />;
  if (waiting) return <Loading rows={7} columns={[80, 160, 120, 80]} />;
  if (curveTab.value === "monthly") return <MonthlyTable results={results} />;
  if (curveTab.value === "folds") return <FoldsTable results={results} />;
  if (curves.length === 0) return <Empty title={nothing} />;
  return (
    <CurvePicture
      curves={curves}
      fallen={results?.kind !== "monte-carlo" || comparison !== null}
      holdOutMs={results?.kind === "search" ? holdOutFrom(results.report) : null}
    />
  );
}

interface PictureProps {
  readonly curves: readonly Curve[];
  /** False for quantiles of many paths: they are no path, and have no drawdown. */
  readonly fallen: boolean;
  readonly holdOutMs: number | null;
}

function CurvePicture({ curves, fallen, holdOutMs }: PictureProps) {
  const host = useRef<HTMLDivElement>(null);
  const [pointMs, setPointMs] = useState<number | null>(null);
  const look = looks.value;
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const plots: CurvePlots = curvePlots(element, { curves, fallen, holdOutMs, onPoint: setPointMs });
    const fit = (): void => plots.size(Math.max(120, element.clientWidth), Math.max(90, element.clientHeight));
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => {
      observer.disconnect();
      plots.end();
    };
  }, [curves, fallen, holdOutMs, look]);
  return (
    <figure class="curves" aria-label={summary(curves)}>
      <div ref={host} class="plots-in" aria-hidden="true" />
      {pointMs !== null && <PointNote curves={curves} timeMs={pointMs} />}
      <BehindTable curves={curves} />
    </figure>
  );
}

function PointNote({ curves, timeMs }: { curves: readonly Curve[]; timeMs: number }) {
  return (
    <div class="curve-note" aria-hidden="true">
      <span class="t2">{date(timeMs)}</span>
      {curves.map((curve) => {
        const at = placeAt(curve.points, timeMs);
        const growth = at < 0 ? null : growthShare(logGrowth([curve.points[0]!, curve.points[at]!])[1] ?? 0);
        return (
          <span key={curve.name}>
            <span class="t2">{curve.name}</span> <b>{percent(growth, 1, true)}</b>
          </span>
        );
      })}
    </div>
  );
}

/** The last point at or before the time; −1 before the first. */
function placeAt(points: readonly ValuePoint[], timeMs: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.time ?? 0) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function BehindTable({ curves }: { curves: readonly Curve[] }) {
  const [first] = curves;
  if (first === undefined) return null;
  const every = Math.max(1, Math.ceil(first.points.length / TABLE_POINTS));
  const times = first.points.filter((_, at) => at % every === 0 || at === first.points.length - 1).map(({ time }) => time);
  return (
    <table class="unseen">
      <caption>Growth since the start</caption>
      <thead>
        <tr>
          <th scope="col">Date</th>
          {curves.map(({ name }) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {times.map((time) => (
          <tr key={time}>
            <th scope="row">{date(time)}</th>
            {curves.map(({ name, points }) => {
              const at = placeAt(points, time);
              return <td key={name}>{at < 0 ? "" : percent(growthShare(logGrowth([points[0]!, points[at]!])[1] ?? 0), 1, true)}</td>;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function summary(curves: readonly Curve[]): string {
  return curves
    .map(({ name, points }) => {
      const grown = growthShare(logGrowth(points).at(-1) ?? 0);
      return `${name}: ${percent(grown, 1, true)}, worst drawdown ${percent(Math.min(0, ...drawdownShares(points)), 1)}`;
    })
    .join("; ");
}

function drawable(name: string, role: Curve["role"], points: readonly ValuePoint[]): Curve[] {
  return points.length < 2 ? [] : [{ name, role, points }];
}

function curvesOf(results: Results | null): readonly Curve[] {
  switch (results?.kind) {
    case "backtest": {
      const { run, equity, benchmark } = results.report;
      return [
        ...drawable(shortId(run.id), "main", equity),
        ...(benchmark === null ? [] : drawable(benchmark.name, "ground", benchmark.equity)),
      ];
    }
    case "search":
      return [
        ...drawable(shortId(results.report.run.id), "main", results.report.equity),
        ...drawable("walk-fwd", "other", results.report.stitched),
      ];
    case "monte-carlo":
      return fanCurves(results.report);
    default:
      return [];
  }
}

function fanCurves({ fan }: MonteCarloReport): Curve[] {
  const of = (name: string, role: Curve["role"], key: "p05" | "p25" | "p50" | "p75" | "p95"): Curve[] =>
    drawable(
      name,
      role,
      fan.map((point) => ({ time: point.time, value: point[key] })),
    );
  return [
    ...of("95th", "ground", "p95"),
    ...of("75th", "other", "p75"),
    ...of("median", "main", "p50"),
    ...of("25th", "other", "p25"),
    ...of("5th", "ground", "p05"),
  ];
}

function comparedCurves(comparison: ComparisonReport, results: Results | null): readonly Curve[] {
  const ground = results?.kind === "backtest" && results.report.benchmark !== null ? results.report.benchmark : null;
  const runs = comparison.equity.flatMap(({ run, points }, at) => drawable(shortId(run), at === 0 ? "main" : "other", points));
  return [...runs, ...(ground === null ? [] : drawable(ground.name, "ground", ground.equity))];
}
