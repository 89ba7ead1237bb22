/**
 * Reads a CSV table as rows of times and numbers, at the speed of its bytes: cells are found and read where they lie,
 * no text is made of them. `,` `;` or tab, told by the first row; quotes may hold the delimiter; a row is one line.
 * A cell that should be a number or a time and is neither is refused with file and line: the file is not what it seems.
 * Empty and NaN cells are passed on as missing.
 */
import { cellsOfLine, DELIMITERS } from "../../venues/replay/candle-row.ts";
import { readNumberCell, textOf, TimeReader } from "./cell-bytes.ts";
import { dataBad, type DataFile, dataUnreadable } from "./data-errors.ts";
import { chunksOf, type FileForm } from "./file-bytes.ts";
import type { Planner, TablePlan, TableSink } from "./table.ts";

const NEWLINE = 10;
const QUOTE = 34;
const SPACE = 32;
/** Longest line accepted, in bytes. */
const MAX_LINE = 1_048_576;

/** @throws {DstaError} DATA_UNREADABLE for unknown columns or broken compression, DATA_BAD for cells that are no numbers. */
export async function readCsv(file: DataFile, form: FileForm, planner: Planner, sink: TableSink): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let rows: CsvRows | null = null;
  let line = 0;
  const take = (bytes: Buffer, end: number): void => {
    let start = 0;
    while (rows === null && start < end) {
      const next = bytes.indexOf(NEWLINE, start) + 1;
      const text = bytes
        .toString("utf8", start, next)
        .replace(/^\uFEFF/, "")
        .trimEnd();
      line++;
      if (text !== "") rows = openRows(file, text, line, planner, sink);
      if (text === "" || rows?.plan.hasHeader) start = next;
      else line--;
    }
    if (rows !== null) line = rows.read(bytes, start, end, line);
  };
  for await (const chunk of chunksOf(file, form)) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    take(bytes, end);
    rest = bytes.subarray(end);
    if (rest.length > MAX_LINE) throw dataUnreadable(file.name, `expected lines of at most ${MAX_LINE} bytes`, { line: line + 1 });
  }
  if (rest.length > 0) take(Buffer.concat([rest, Buffer.from("\n")]), rest.length + 1);
}

function openRows(file: DataFile, firstRow: string, line: number, planner: Planner, sink: TableSink): CsvRows {
  const delimiter = DELIMITERS.find((sign) => firstRow.includes(sign)) ?? ",";
  const plan = planner(cellsOfLine(firstRow, delimiter));
  if (typeof plan === "string") throw dataUnreadable(file.name, plan, { line });
  sink.start(plan);
  return new CsvRows(file, plan, delimiter.charCodeAt(0), sink);
}

class CsvRows {
  readonly plan: TablePlan;
  readonly #file: DataFile;
  readonly #delimiter: number;
  readonly #sink: TableSink;
  readonly #times = new TimeReader();
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #values: Float64Array;
  #symbolBytes: Uint8Array = new Uint8Array(0);
  #symbol = "";

  constructor(file: DataFile, plan: TablePlan, delimiter: number, sink: TableSink) {
    this.#file = file;
    this.plan = plan;
    this.#delimiter = delimiter;
    this.#sink = sink;
    this.#starts = new Int32Array(plan.width);
    this.#ends = new Int32Array(plan.width);
    this.#values = new Float64Array(plan.values.length);
  }

  /** Reads whole lines from `start` up to `end`; the number of the last one. */
  read(bytes: Uint8Array, start: number, end: number, lineBefore: number): number {
    const delimiter = this.#delimiter;
    const width = this.plan.width;
    let line = lineBefore;
    let at = start;
    while (at < end) {
      line++;
      const lineStart = at;
      let cellStart = at;
      let cells = 0;
      let isQuoted = false;
      for (;;) {
        const byte = bytes[at++]!;
        if (byte === QUOTE) isQuoted = !isQuoted;
        if (byte !== NEWLINE && (byte !== delimiter || isQuoted)) continue;
        if (cells < width) this.#place(bytes, cells, cellStart, at - 1);
        cells++;
        cellStart = at;
        if (byte === NEWLINE) break;
      }
      if (cells >= width) this.#row(bytes, line);
      else if (textOf(bytes, lineStart, at).trim() !== "") this.#short(bytes, cells, line);
    }
    return line;
  }

  /** Remembers where a cell lies, without the spaces and quotes around it. */
  #place(bytes: Uint8Array, cell: number, from: number, to: number): void {
    let start = from;
    let end = to;
    while (start < end && isAround(bytes[start]!)) start++;
    while (end > start && isAround(bytes[end - 1]!)) end--;
    this.#starts[cell] = start;
    this.#ends[cell] = end;
  }

  #row(bytes: Uint8Array, line: number): void {
    const { plan } = this;
    const timeMs = this.#times.read(bytes, this.#starts[plan.time]!, this.#ends[plan.time]!);
    if (timeMs === null) throw this.#unreadable(bytes, plan.time, line, "time: expected s, ms, µs, ns or ISO 8601");
    for (let index = 0; index < plan.values.length; index++) {
      const column = plan.values[index]!;
      const start = column === -1 ? 0 : this.#starts[column]!;
      const end = column === -1 ? 0 : this.#ends[column]!;
      const value = start === end ? plan.absent[index]! : readNumberCell(bytes, start, end);
      if (value === null) throw this.#unreadable(bytes, column, line, `${plan.names[index]}: expected a number`);
      this.#values[index] = value;
    }
    this.#sink.row(this.#spelling(bytes), timeMs, this.#values, line);
  }

  #short(bytes: Uint8Array, cells: number, line: number): void {
    const spelling = this.plan.symbol < cells ? this.#spelling(bytes) : null;
    this.#sink.malformed(spelling, line, `expected at least ${this.plan.width} cells, got ${cells}`);
  }

  /** The row's symbol; the text is made when it differs from the row before. */
  #spelling(bytes: Uint8Array): string | null {
    if (this.plan.symbol === -1) return null;
    const start = this.#starts[this.plan.symbol]!;
    const length = this.#ends[this.plan.symbol]! - start;
    const known = this.#symbolBytes;
    let same = length === known.length ? 0 : -1;
    while (same >= 0 && same < length && bytes[start + same] === known[same]) same++;
    if (same !== length) {
      this.#symbolBytes = bytes.slice(start, start + length);
      this.#symbol = textOf(bytes, start, start + length);
    }
    return this.#symbol;
  }

  #unreadable(bytes: Uint8Array, column: number, line: number, expected: string): Error {
    const got = JSON.stringify(textOf(bytes, this.#starts[column]!, this.#ends[column]!).slice(0, 40));
    return dataBad(this.#file.name, `${expected}, got ${got}`, { line });
  }
}

function isAround(byte: number): boolean {
  return byte === SPACE || byte === 13 || byte === QUOTE;
}
