/**
 * The past of a market as columns that are there already, for research: the same `Series` an author sees live, read at a
 * row that only moves forward. Indicators over columns are computed once, whole, by the same kernels, so they agree with
 * the streaming form to the last bit; a row after the current one cannot be asked for.
 *
 * `ColumnCache` keeps what was computed for other runs over the same bars: a search over a hundred parameter sets needs
 * each average once. Bound: `bytesMax`; beyond it the columns longest not asked for are forgotten and computed again.
 */
import { invalid } from "../kernel/errors.ts";
import { type BarTable, barAt, rowsOf } from "../market/bar-table.ts";
import type { Bar } from "../market/events.ts";
import { isAbove, isAtOrBelow } from "./apart.ts";
import type { BarSeries } from "./bar-series.ts";
import { checkBarsAgo, type Series } from "./series.ts";

const CACHE_BYTES_MAX = 256 * 1_024 * 1_024;

type Columns = readonly Float64Array[];

export class ColumnCache {
  readonly #bytesMax: number;
  readonly #kept = new Map<Float64Array, Map<string, Columns>>();
  readonly #ids = new WeakMap<object, number>();
  #lastId = 0;
  #bytes = 0;

  constructor(bytesMax = CACHE_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** The columns that `compute` gives for these inputs; `maker` and `settings` say which indicator it is. */
  columns(maker: object, settings: string, inputs: Columns, compute: () => Columns): Columns {
    const key = `${this.#idOf(maker)}(${settings})${inputs.map((input) => this.#idOf(input)).join()}`;
    const first = inputs[0]!;
    const known = this.#kept.get(first)?.get(key);
    if (known !== undefined) {
      this.#keep(first, key, known);
      return known;
    }
    const columns = compute();
    this.#bytes += bytesOf(columns);
    this.#keep(first, key, columns);
    while (this.#bytes > this.#bytesMax && this.#forgetOldest(columns));
    return columns;
  }

  /** Newest last: the order of a Map is the order of being asked for. */
  #keep(first: Float64Array, key: string, columns: Columns): void {
    const ofInput = this.#kept.get(first) ?? new Map<string, Columns>();
    ofInput.delete(key);
    ofInput.set(key, columns);
    this.#kept.delete(first);
    this.#kept.set(first, ofInput);
  }

  #forgetOldest(except: Columns): boolean {
    for (const [first, ofInput] of this.#kept) {
      for (const [key, columns] of ofInput) {
        if (columns === except) continue;
        ofInput.delete(key);
        if (ofInput.size === 0) this.#kept.delete(first);
        this.#bytes -= bytesOf(columns);
        return true;
      }
    }
    return false;
  }

  #idOf(thing: object): number {
    const known = this.#ids.get(thing);
    if (known !== undefined) return known;
    this.#ids.set(thing, ++this.#lastId);
    return this.#lastId;
  }
}

function bytesOf(columns: Columns): number {
  return columns.reduce((sum, column) => sum + column.byteLength, 0);
}

/** Which row is now, and how far back its indicators need to see. One for all series of a bar table. */
export class ColumnRow {
  /** -1 before the first bar. */
  row = -1;
  /** The longest warm-up of anything read at this row, in bars. */
  warmup = 0;
  readonly cache: ColumnCache;
  #sealed = false;

  constructor(cache: ColumnCache) {
    this.cache = cache;
  }

  get count(): number {
    return this.row + 1;
  }

  get ready(): boolean {
    return this.row + 1 >= this.warmup;
  }

  seal(): void {
    this.#sealed = true;
  }

  /** @throws {DstaError} VALIDATION_ERROR once sealed, as live, where a late indicator would have missed the past. */
  add(name: string, warmup: number): void {
    if (this.#sealed) throw invalid("indicator", `to be made in setup(), where ${name} would see every bar`);
    if (warmup > this.warmup) this.warmup = warmup;
  }
}

export class ColumnSeries implements Series {
  readonly name: string;
  readonly warmup: number;
  readonly place: ColumnRow;
  readonly #place: ColumnRow;
  readonly #column: Float64Array;

  constructor(name: string, place: ColumnRow, column: Float64Array, warmup: number) {
    this.name = name;
    this.place = place;
    this.#place = place;
    this.#column = column;
    this.warmup = warmup;
  }

  /** For indicators: the whole column. An author holds a `Series`, which has no such thing. */
  static columnOf(series: ColumnSeries): Float64Array {
    return series.#column;
  }

  /** @see crossedAbove of crossing.ts, for two series of columns. */
  static crossedAbove(a: ColumnSeries, b: ColumnSeries): boolean {
    const rowA = a.#place.row;
    const rowB = b.#place.row;
    if (rowA < 1 || rowB < 1) return false;
    return isAbove(a.#column[rowA]!, b.#column[rowB]!) && isAtOrBelow(a.#column[rowA - 1]!, b.#column[rowB - 1]!);
  }

  get value(): number {
    const row = this.#place.row;
    return row < 0 ? Number.NaN : this.#column[row]!;
  }

  get ready(): boolean {
    return !Number.isNaN(this.value);
  }

  at(barsAgo: number): number {
    const row = this.#place.row - checkBarsAgo(barsAgo);
    return row < 0 ? Number.NaN : this.#column[row]!;
  }
}

export class ColumnBars implements BarSeries {
  readonly timeline: ColumnRow;
  readonly intervalMs: number;
  readonly openTimeMs: ColumnSeries;
  readonly open: ColumnSeries;
  readonly high: ColumnSeries;
  readonly low: ColumnSeries;
  readonly close: ColumnSeries;
  readonly volume: ColumnSeries;
  readonly #table: BarTable;
  #last: Bar | null = null;
  #lastRow = -1;

  constructor(table: BarTable, cache: ColumnCache) {
    this.#table = table;
    this.intervalMs = table.intervalMs;
    this.timeline = new ColumnRow(cache);
    const series = (name: Exclude<keyof BarTable, "venue" | "symbol" | "intervalMs">) =>
      new ColumnSeries(name, this.timeline, table[name], 1);
    this.openTimeMs = series("openTimeMs");
    this.open = series("open");
    this.high = series("high");
    this.low = series("low");
    this.close = series("close");
    this.volume = series("volume");
  }

  get rows(): number {
    return rowsOf(this.#table);
  }

  get count(): number {
    return this.timeline.row + 1;
  }

  /** The newest bar as a value of its own, made when it is asked for. */
  get last(): Bar | null {
    const { row } = this.timeline;
    if (row !== this.#lastRow) {
      this.#last = barAt(this.#table, row);
      this.#lastRow = row;
    }
    return this.#last;
  }

  at(barsAgo: number): Bar | null {
    const row = this.timeline.row - checkBarsAgo(barsAgo);
    if (row === this.timeline.row) return this.last;
    return row < 0 ? null : barAt(this.#table, row);
  }
}
