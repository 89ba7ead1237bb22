/**
 * Trials of a search as a table of colours over two of its parameters: a cell is the best trial in it, whatever the other
 * parameters were. Values beyond 20 a side are put in equal bins. A cell without a finished trial is empty, never 0.
 */
import type { ResearchTrial } from "../../../domain/contract/views/research.ts";
import { metricText } from "../metric-labels.ts";
import { html, type Markup } from "./markup.ts";

const CELLS_MAX = 20;
type Value = number | string | boolean;

export interface HeatMap {
  readonly across: string;
  readonly up: string;
  readonly metric: string;
  /** Smaller is better: the objective was written with a minus. */
  readonly minimised: boolean;
}

export function heatMap(trials: readonly ResearchTrial[], best: ResearchTrial | null, map: HeatMap): Markup {
  const done = trials.filter(({ state, metrics }) => state === "done" && typeof metrics[map.metric] === "number");
  const columns = cellsOf(done, map.across);
  const rows = cellsOf(done, map.up);
  const cells = bestOf(done, map, columns, rows);
  const values = [...cells.values()];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const bestKey = best === null ? "" : `${rows.indexOf(best.params[map.up]!)} ${columns.indexOf(best.params[map.across]!)}`;
  const lines = rows.labels.map((label, row) => {
    const line = columns.labels.map((_, column) => {
      const value = cells.get(`${row} ${column}`);
      if (value === undefined) return html`<td class="dim">·</td>`;
      const goodness = high === low ? 1 : map.minimised ? (high - value) / (high - low) : (value - low) / (high - low);
      const frame = bestKey === `${row} ${column}` ? "frame" : "";
      return html`<td class="${frame}" style="background:rgba(var(--heat),${(0.04 + goodness * 0.51).toFixed(3)})">
        ${metricText(map.metric, value)}
      </td>`;
    });
    return html`<tr>
      <th scope="row">${label}</th>
      ${line}
    </tr>`;
  });
  const foot = columns.labels.map((label) => html`<th scope="col">${label}</th>`);
  return html`<div class="body scroll">
    <table class="heat">
      ${lines.toReversed()}
      <tr>
        <th></th>
        ${foot}
      </tr>
    </table>
    <p class="note">${map.across} →, ${map.up} ↑ · best trial of each cell · frame: the winner · a dot: no finished trial</p>
  </div>`;
}

interface Cells {
  readonly labels: readonly string[];
  indexOf(value: Value): number;
}

function cellsOf(trials: readonly ResearchTrial[], name: string): Cells {
  const values = [...new Set(trials.map(({ params }) => params[name]).filter((value) => value !== undefined))];
  const numbers = values.filter((value) => typeof value === "number").toSorted((a, b) => a - b);
  if (numbers.length === values.length && numbers.length > CELLS_MAX) return binsOf(numbers);
  const sorted: readonly Value[] = numbers.length === values.length ? numbers : values;
  return { labels: sorted.map(String), indexOf: (value) => sorted.indexOf(value) };
}

function binsOf(numbers: readonly number[]): Cells {
  const low = numbers[0]!;
  const width = (numbers.at(-1)! - low) / CELLS_MAX;
  const labels = Array.from({ length: CELLS_MAX }, (_, bin) => String(Number((low + bin * width).toPrecision(3))));
  return { labels, indexOf: (value) => Math.min(CELLS_MAX - 1, Math.floor((Number(value) - low) / width)) };
}

function bestOf(
  trials: readonly ResearchTrial[],
  { across, up, metric, minimised }: HeatMap,
  columns: Cells,
  rows: Cells,
): Map<string, number> {
  const cells = new Map<string, number>();
  for (const { params, metrics } of trials) {
    const key = `${rows.indexOf(params[up]!)} ${columns.indexOf(params[across]!)}`;
    const value = metrics[metric]!;
    const before = cells.get(key);
    if (before === undefined || (minimised ? value < before : value > before)) cells.set(key, value);
  }
  return cells;
}
