/**
 * Trials over two of their parameters: one cell per pair of values (or per bin, where there are more values than room),
 * the mean of the trials in it, and the plateau: the block of neighbours with the best mean. A lone peak is luck more
 * often than a plateau is.
 */
import type { DimensionSpec } from "../../../../domain/contract/research/search.ts";
import type { ParamValues } from "../../../../domain/contract/views.ts";
import { compact } from "../format.ts";
import { paramShown, type ParamValue } from "../params.ts";

/** A trial as a cell takes it: `value` null when it has none (skipped, failed, undefined). */
export interface HeatTrial {
  readonly params: ParamValues;
  readonly value: number | null;
  readonly skipped: boolean;
}

export interface HeatAxis {
  readonly name: string;
  /** What stands at each place: a value, or the lower end of a bin. */
  readonly labels: readonly string[];
  readonly binned: boolean;
}

export interface HeatCell {
  readonly value: number | null;
  readonly trials: number;
  readonly skipped: number;
}

export interface HeatBlock {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly mean: number;
}

export interface HeatMap {
  readonly x: HeatAxis;
  readonly y: HeatAxis;
  /** By place on y, then on x; null where nothing was tried. */
  readonly cells: readonly (readonly (HeatCell | null)[])[];
  readonly low: number;
  readonly high: number;
  readonly plateau: HeatBlock | null;
  /** The best cell when its neighbours earn less than half of it; null when it stands on a plateau. */
  readonly lonePeak: { readonly x: number; readonly y: number } | null;
}

export const LEVELS = 7;
export const COLUMNS_MAX = 14;
export const ROWS_MAX = 10;

interface Scale extends HeatAxis {
  placeOf(value: ParamValue | undefined): number;
}

/** Names that vary among the trials; those of the space first when it is known. */
export function variedParams(trials: readonly { readonly params: ParamValues }[], space: readonly string[] | null): string[] {
  if (space !== null) return [...space];
  const seen = new Map<string, ParamValue>();
  const varied = new Set<string>();
  for (const { params } of trials)
    for (const [name, value] of Object.entries(params)) {
      if (!seen.has(name)) seen.set(name, value);
      else if (seen.get(name) !== value) varied.add(name);
    }
  return [...seen.keys()].filter((name) => varied.has(name));
}

/** What each searched param may be, where that is known before it is tried. */
export type SpaceValues = Readonly<Record<string, readonly ParamValue[]>>;

/** A finer range is known by its trials only. */
const VALUES_MAX = 200;

export function spaceValues(space: Readonly<Record<string, DimensionSpec>>): SpaceValues {
  return Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, dimensionValues(dimension)]));
}

function dimensionValues(dimension: DimensionSpec): readonly ParamValue[] {
  if ("values" in dimension) return dimension.values.slice(0, VALUES_MAX);
  const { from, to, step } = dimension;
  if (step === undefined) return [];
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  // The same sum as the search makes, with the rounding of its decimals.
  return count > VALUES_MAX ? [] : Array.from({ length: count }, (_, at) => Number((from + at * step).toPrecision(12)));
}

/** `yName` null draws one row. `space` shows what is still to be tried. */
export function heatMap(trials: readonly HeatTrial[], xName: string, yName: string | null, space: SpaceValues = {}): HeatMap {
  const x = scaleOf(trials, xName, COLUMNS_MAX, space[xName] ?? []);
  const y = yName === null ? ONE_ROW : scaleOf(trials, yName, ROWS_MAX, space[yName] ?? []);
  const sums = y.labels.map(() => x.labels.map(() => ({ sum: 0, valued: 0, trials: 0, skipped: 0 })));
  for (const trial of trials) {
    const cell = sums[y.placeOf(yName === null ? undefined : trial.params[yName])]?.[x.placeOf(trial.params[xName])];
    if (cell === undefined) continue;
    cell.trials += 1;
    if (trial.skipped) cell.skipped += 1;
    if (trial.value !== null && Number.isFinite(trial.value)) {
      cell.sum += trial.value;
      cell.valued += 1;
    }
  }
  const cells = sums.map((row) =>
    row.map(({ sum, valued, trials: count, skipped }) =>
      count === 0 ? null : { value: valued === 0 ? null : sum / valued, trials: count, skipped },
    ),
  );
  const values = cells.flatMap((row) => row.flatMap((cell) => (cell === null || cell.value === null ? [] : [cell.value])));
  return {
    x,
    y,
    cells,
    low: values.length === 0 ? 0 : Math.min(...values),
    high: values.length === 0 ? 0 : Math.max(...values),
    plateau: bestBlock(cells, values.length),
    lonePeak: lonePeak(cells),
  };
}

/** 0 for the lowest shown, `LEVELS − 1` for the highest. */
export function levelOf(map: HeatMap, value: number): number {
  if (map.high <= map.low) return Math.floor(LEVELS / 2);
  return Math.min(LEVELS - 1, Math.floor(((value - map.low) / (map.high - map.low)) * LEVELS));
}

const ONE_ROW: Scale = { name: "", labels: [""], binned: false, placeOf: () => 0 };

function scaleOf(trials: readonly HeatTrial[], name: string, room: number, known: readonly ParamValue[]): Scale {
  const tried = trials.flatMap(({ params }) => (params[name] === undefined ? [] : [params[name]]));
  const distinct = [...new Set([...known, ...tried])];
  const numbers = distinct.filter((value) => typeof value === "number");
  if (numbers.length < distinct.length) return listScale(name, distinct.map(String).sort().slice(0, room));
  numbers.sort((a, b) => a - b);
  const [low, high] = [numbers[0] ?? 0, numbers.at(-1) ?? 0];
  if (numbers.length <= room) {
    const places = new Map<ParamValue, number>(numbers.map((value, at) => [value, at]));
    return {
      name,
      labels: numbers.map(paramShown),
      binned: false,
      placeOf: (value) => (value === undefined ? -1 : (places.get(value) ?? -1)),
    };
  }
  const width = (high - low) / room;
  return {
    name,
    labels: Array.from({ length: room }, (_, at) => compact(low + at * width)),
    binned: true,
    placeOf: (value) => (typeof value === "number" ? Math.min(room - 1, Math.floor((value - low) / width)) : -1),
  };
}

function listScale(name: string, texts: readonly string[]): Scale {
  return { name, labels: texts, binned: false, placeOf: (value) => texts.indexOf(String(value)) };
}

type Cells = readonly (readonly (HeatCell | null)[])[];

/** The cell and its up to eight neighbours that have a value. */
function around(cells: Cells, x: number, y: number): number[] {
  const found: number[] = [];
  for (let row = y - 1; row <= y + 1; row += 1)
    for (let column = x - 1; column <= x + 1; column += 1) {
      const value = cells[row]?.[column]?.value;
      if (value !== null && value !== undefined) found.push(value);
    }
  return found;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A block counts with at least four of its cells known, or all there are; at the edge it is cut, not moved. */
function bestBlock(cells: Cells, known: number): HeatBlock | null {
  let best: HeatBlock | null = null;
  if (known < 2) return null;
  for (const [y, row] of cells.entries())
    for (const [x, cell] of row.entries()) {
      if (cell === null || cell.value === null) continue;
      const values = around(cells, x, y);
      if (values.length < Math.min(4, known)) continue;
      const here = mean(values);
      if (best !== null && best.mean >= here) continue;
      best = {
        left: Math.max(0, x - 1),
        right: Math.min(row.length - 1, x + 1),
        bottom: Math.max(0, y - 1),
        top: Math.min(cells.length - 1, y + 1),
        mean: here,
      };
    }
  return best;
}

function lonePeak(cells: Cells): { x: number; y: number } | null {
  let peak: { x: number; y: number; value: number } | null = null;
  for (const [y, row] of cells.entries())
    for (const [x, cell] of row.entries()) {
      const value = cell?.value ?? null;
      if (value !== null && (peak === null || value > peak.value)) peak = { x, y, value };
    }
  if (peak === null || peak.value <= 0) return null;
  const near = around(cells, peak.x, peak.y);
  if (near.length < 3) return null;
  const others = (near.reduce((sum, value) => sum + value, 0) - peak.value) / (near.length - 1);
  return others < peak.value / 2 ? { x: peak.x, y: peak.y } : null;
}
