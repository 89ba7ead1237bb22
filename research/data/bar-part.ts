/**
 * Bars of one symbol from one file while it is read: growing columns that take a row only when it is sound and opens after
 * the row before. What is not taken is counted with file and line; nothing is repaired, the first of two rows with one
 * time stays.
 */
import type { FindingLog } from "./findings.ts";

const FIRST_ROWS = 1_024;
const COLUMNS = 6;

export class BarPart {
  readonly symbol: string;
  readonly file: string;
  /** Rows taken. */
  rows = 0;
  leftOut = 0;
  backwards = 0;
  readonly #log: FindingLog;
  #columns: Float64Array[] = Array.from({ length: COLUMNS }, () => new Float64Array(FIRST_ROWS));
  #lines = new Uint32Array(FIRST_ROWS);
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(symbol: string, file: string, log: FindingLog) {
    this.symbol = symbol;
    this.file = file;
    this.#log = log;
  }

  /** Times and values in the order of `BAR_COLUMNS`: openTimeMs, open, high, low, close, volume; valid up to `rows`. */
  get columns(): readonly Float64Array[] {
    return this.#columns;
  }

  lineOf(row: number): number {
    return this.#lines[row]!;
  }

  add(timeMs: number, values: Float64Array, line: number): void {
    const open = values[0]!;
    const high = values[1]!;
    const low = values[2]!;
    const close = values[3]!;
    const volume = values[4]!;
    // Negated, so that NaN and ∞ end up here too.
    if (!(low > 0 && low <= open && low <= close && open <= high && close <= high && high < Infinity && volume >= 0 && volume < Infinity)) {
      return this.#refuseValues(timeMs, values, line);
    }
    if (!(timeMs > this.#lastMs)) return this.#refuseTime(timeMs, values, line);
    const row = this.rows++;
    if (row === this.#lines.length) this.#grow();
    const columns = this.#columns;
    columns[0]![row] = timeMs;
    columns[1]![row] = open;
    columns[2]![row] = high;
    columns[3]![row] = low;
    columns[4]![row] = close;
    // -0 would be other bytes for the same volume.
    columns[5]![row] = volume + 0;
    this.#lines[row] = line;
    this.#lastMs = timeMs;
  }

  malformed(line: number, why: string): void {
    this.leftOut++;
    this.#log.row("malformed", "short", this.#place(line), null, () => why);
  }

  #refuseValues(timeMs: number, values: Float64Array, line: number): void {
    this.leftOut++;
    const text = values.join(", ");
    if (values.every(Number.isFinite)) {
      const expected = values[4]! < 0 ? "volume of at least 0" : "0 < low ≤ open, close ≤ high";
      this.#log.row("bad-ohlc", "", this.#place(line), timeMs, () => `expected ${expected}, got ${text}`);
    } else this.#log.row("malformed", "values", this.#place(line), timeMs, () => `expected open, high, low, close, volume, got ${text}`);
  }

  #refuseTime(timeMs: number, values: Float64Array, line: number): void {
    this.leftOut++;
    const time = new Date(timeMs).toISOString();
    if (timeMs < this.#lastMs) {
      this.backwards++;
      const last = new Date(this.#lastMs).toISOString();
      this.#log.row("out-of-order", "", this.#place(line), timeMs, () => `${time} comes after ${last}; rows must run forward in time`);
      return;
    }
    const row = this.rows - 1;
    const isSame = values.every((value, index) => value === this.#columns[index + 1]![row]);
    const where = `${time} is there already, on line ${this.lineOf(row)}`;
    if (isSame) this.#log.row("duplicate", "identical", this.#place(line), timeMs, () => `${where}, identical`);
    else this.#log.row("duplicate", "differing", this.#place(line), timeMs, () => `${where}, with other values; the first stays`);
  }

  #place(line: number): { symbol: string; file: string; line: number } {
    return { symbol: this.symbol, file: this.file, line };
  }

  #grow(): void {
    const length = this.#lines.length * 2;
    this.#columns = this.#columns.map((column) => {
      const longer = new Float64Array(length);
      longer.set(column);
      return longer;
    });
    const lines = new Uint32Array(length);
    lines.set(this.#lines);
    this.#lines = lines;
  }
}
