/**
 * A search over two of its params as a table of cells: the mean of what was tried in each, the frame around the best
 * plateau, × where the strategy skipped. Walk-forward shows what the chosen params earned on the next window, Hold-out
 * what the winner earned on data no trial saw.
 */
import { useMemo, useState } from "preact/hooks";
import type { ResearchRun, ResearchTrial, SearchReport } from "../../../../domain/contract/views/research.ts";
import { number, percent } from "../../model/format.ts";
import {
  heatMap,
  levelOf,
  variedParams,
  type HeatCell,
  type HeatMap,
  type HeatTrial,
  type SpaceValues,
} from "../../model/research/heat-map.ts";
import { metricLabel } from "../../model/research/metric-names.ts";
import { Segments } from "../../parts/basics.tsx";
import { Empty, Failed, Loading, Panel } from "../../parts/panel.tsx";
import type { ApiError } from "../../state/api.ts";
import { heatTab } from "../../state/research.ts";
import { Select } from "./form-row.tsx";

const TABS = [
  { value: "searched", text: "Searched" },
  { value: "walk-forward", text: "Walk-forward" },
  { value: "hold-out", text: "Hold-out" },
] as const;

/** A search as its panels take it: its report when it has ended, else what has come so far. */
export interface SearchInSight {
  readonly run: ResearchRun;
  readonly trials: readonly ResearchTrial[];
  readonly report: SearchReport | null;
  readonly objectives: readonly string[];
  /** Names of the searched params when the spec is known. */
  readonly space: readonly string[] | null;
  readonly values: SpaceValues;
  readonly problem: ApiError | null;
  readonly retry: () => void;
}

export function HeatMapPanel({ search }: { search: SearchInSight }) {
  const objective = search.objectives[0] ?? "sharpe";
  const names = useMemo(() => variedParams(search.trials, search.space), [search.trials, search.space]);
  const [chosen, setChosen] = useState<{ x: string; y: string } | null>(null);
  const x = chosen !== null && names.includes(chosen.x) ? chosen.x : (names[0] ?? "");
  const y = chosen !== null && names.includes(chosen.y) && chosen.y !== x ? chosen.y : (names.find((name) => name !== x) ?? null);
  const tab = heatTab.value;
  const tried = useMemo(() => trialsOf(search, tab, objective), [search, tab, objective]);
  const map = useMemo(() => (x === "" || tried.length === 0 ? null : heatMap(tried, x, y, search.values)), [tried, x, y, search.values]);
  const pick = names.length > 2 && y !== null && (
    <span class="row axes-pick">
      <Select label="Across" value={x} choices={names.map(asChoice)} onChoose={(name) => setChosen({ x: name, y: name === y ? x : y })} />
      <Select
        label="Up"
        value={y}
        choices={names.filter((name) => name !== x).map(asChoice)}
        onChoose={(name) => setChosen({ x, y: name })}
      />
    </span>
  );
  const title = `${metricLabel(objective)} by ${y === null ? x || "params" : `${x} and ${y}`}`;
  return (
    <Panel
      title={title}
      note={pick || `${number(tried.length)} ${tried.length === 1 ? "trial" : "trials"}`}
      right={<Segments label="Of which data" choices={TABS} value={tab} onChoose={(value) => (heatTab.value = value)} />}
      area="heat"
      fixed
    >
      {search.problem !== null && search.trials.length === 0 ? (
        <Failed problem={search.problem} retry={search.retry} />
      ) : map === null && search.run.state === "done" && search.report === null ? (
        <Loading columns={[40, 60, 60, 60, 60]} />
      ) : map === null ? (
        <Empty title={NOTHING[tab]} />
      ) : (
        <Cells map={map} objective={objective} averaged={names.length > 2} />
      )}
    </Panel>
  );
}

const asChoice = (name: string) => ({ value: name, text: name });

const NOTHING: Readonly<Record<(typeof TABS)[number]["value"], string>> = {
  searched: "No trial has finished yet",
  "walk-forward": "This search has no folds, or none has ended",
  "hold-out": "Nothing was held out, or the search has not ended",
};

function trialsOf(search: SearchInSight, tab: (typeof TABS)[number]["value"], objective: string): HeatTrial[] {
  const metric = objective.replace(/^-/, "");
  const { report } = search;
  if (tab === "walk-forward") {
    return (report?.folds ?? []).flatMap(({ params, outOfSample }) =>
      params === null ? [] : [{ params, value: outOfSample?.[metric] ?? null, skipped: false }],
    );
  }
  if (tab === "hold-out") {
    const value = report?.run.heldOut?.[metric] ?? null;
    return report === null || report.best === null || value === null ? [] : [{ params: report.best.params, value, skipped: false }];
  }
  return search.trials.map((trial) => ({
    params: trial.params,
    value: trial.state === "done" ? (trial.metrics[metric] ?? null) : null,
    skipped: trial.state === "skipped",
  }));
}

const PERCENTS = new Set(["totalReturn", "cagr", "maxDrawdown", "winRate", "volatility"]);

function cellText(objective: string, value: number): string {
  const metric = objective.replace(/^-/, "");
  return PERCENTS.has(metric) ? percent(value, 0).replace(" %", "") : number(value, Math.abs(value) >= 100 ? 0 : 1);
}

function Cells({ map, objective, averaged }: { map: HeatMap; objective: string; averaged: boolean }) {
  const rows = [...map.cells.keys()].reverse();
  return (
    <div class="heat">
      <div class="heat-table">
        <table aria-label={`${metricLabel(objective)} by ${map.x.name} (across) and ${map.y.name || "nothing else"} (up)`}>
          <tbody>
            {rows.map((y) => (
              <tr key={y}>
                <th scope="row">{map.y.labels[y]}</th>
                {map.cells[y]?.map((cell, x) => (
                  <Cell key={x} cell={cell} map={map} x={x} y={y} objective={objective} />
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <td />
              {map.x.labels.map((label) => (
                <th scope="col" key={label}>
                  {label}
                </th>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
      <p class="t3 heat-legend">
        {map.x.name} →{map.y.name === "" ? "" : `, ${map.y.name} ↑`}
        {map.plateau !== null && <span>frame: best plateau, mean {cellText(objective, map.plateau.mean)}</span>}
        {averaged && <span>mean over the other params</span>}
        {(map.x.binned || map.y.binned) && <span>values in bins from the one named</span>}
        <span>× skipped</span>
      </p>
    </div>
  );
}

interface CellProps {
  readonly cell: HeatCell | null;
  readonly map: HeatMap;
  readonly x: number;
  readonly y: number;
  readonly objective: string;
}

function Cell({ cell, map, x, y, objective }: CellProps) {
  const frame = frameSides(map, x, y);
  if (cell === null) return <td class={`untried ${frame}`} />;
  const where = `${map.x.name} ${map.x.labels[x]}${map.y.name === "" ? "" : `, ${map.y.name} ${map.y.labels[y]}`}`;
  if (cell.value === null) {
    const skipped = cell.skipped > 0;
    return (
      <td class={`no-value ${frame}`} title={`${where}: ${skipped ? "skipped by the strategy" : "no value"}`}>
        {skipped ? "×" : "–"}
      </td>
    );
  }
  const lone = map.lonePeak?.x === x && map.lonePeak.y === y;
  const many = cell.trials > 1 ? `, mean of ${cell.trials} trials` : "";
  const alone = lone ? "; stands alone: its neighbours earn less than half" : "";
  return (
    <td
      class={`heat-${levelOf(map, cell.value)} ${frame} ${lone ? "lone" : ""}`}
      title={`${where}: ${number(cell.value, 3)}${many}${alone}`}
    >
      {cellText(objective, cell.value)}
      {lone && <span class="unseen">, stands alone</span>}
    </td>
  );
}

function frameSides({ plateau }: HeatMap, x: number, y: number): string {
  if (plateau === null || x < plateau.left || x > plateau.right || y < plateau.bottom || y > plateau.top) return "";
  const sides = [
    x === plateau.left ? "frame-left" : "",
    x === plateau.right ? "frame-right" : "",
    y === plateau.bottom ? "frame-bottom" : "",
    y === plateau.top ? "frame-top" : "",
  ];
  return sides.filter((side) => side !== "").join(" ");
}
