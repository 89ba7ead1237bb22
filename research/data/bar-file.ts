/**
 * One file of bars, of one symbol or many, as parts by symbol. A file is refused when nothing in it can be used, when it
 * runs backwards, or when more rows are left out than taken: then it is not what it seems.
 */
import { BarPart } from "./bar-part.ts";
import { readCsv } from "./csv-table.ts";
import { dataBad, type DataFile, dataEmpty } from "./data-errors.ts";
import { factsOf } from "./file-bytes.ts";
import type { FindingLog } from "./findings.ts";
import { readParquet } from "./parquet-table.ts";
import { Spellings, symbolOfFile } from "./symbols.ts";
import { planBars, type Planner, type TablePlan, type TableSink } from "./table.ts";

/** Reads any table; the form is told by the file's first bytes. @throws {DstaError} DATA_* */
export async function readTable(file: DataFile, planner: Planner, sink: TableSink): Promise<void> {
  const { form } = await factsOf(file);
  if (form === "parquet") await readParquet(file, planner, sink);
  else await readCsv(file, form, planner, sink);
}

/** @param symbol of files that name none. @throws {DstaError} DATA_* */
export async function readBarFile(file: DataFile, symbol: string | undefined, log: FindingLog): Promise<readonly BarPart[]> {
  const sink = new BarSink(file, symbolOfFile(file.name, symbol), log);
  await readTable(file, planBars, sink);
  const parts = sink.parts();
  if (parts.length === 0) throw dataEmpty(file.name, "the table has no rows");
  for (const part of parts) refuseUnusable(part, log);
  if (sink.plan?.values[4] === -1) sayNoVolume(parts, log);
  return parts;
}

class BarSink implements TableSink {
  plan: TablePlan | null = null;
  readonly #file: DataFile;
  readonly #fallback: string;
  readonly #log: FindingLog;
  readonly #spellings: Spellings;
  readonly #parts = new Map<string, BarPart>();
  #spelling: string | null = null;
  #part: BarPart | null = null;

  constructor(file: DataFile, fallback: string, log: FindingLog) {
    this.#file = file;
    this.#fallback = fallback;
    this.#log = log;
    this.#spellings = new Spellings(file.name);
  }

  start(plan: TablePlan): void {
    this.plan = plan;
  }

  row(spelling: string | null, timeMs: number, values: Float64Array, line: number): void {
    this.#partOf(spelling, line).add(timeMs, values, line);
  }

  malformed(spelling: string | null, line: number, why: string): void {
    this.#partOf(this.plan?.symbol === -1 ? null : (spelling ?? this.#spelling), line).malformed(line, why);
  }

  parts(): readonly BarPart[] {
    return [...this.#parts.values()];
  }

  #partOf(spelling: string | null, line: number): BarPart {
    if (this.#part !== null && spelling === this.#spelling) return this.#part;
    const symbol = spelling === null ? this.#fallback : this.#spellings.symbol(spelling, line);
    let part = this.#parts.get(symbol);
    if (!part) this.#parts.set(symbol, (part = new BarPart(symbol, this.#file.name, this.#log)));
    this.#spelling = spelling;
    this.#part = part;
    return part;
  }
}

function refuseUnusable({ symbol, file, rows, leftOut, backwards }: BarPart, log: FindingLog): void {
  if (backwards > rows)
    throw dataBad(file, `expected rows of ${symbol} oldest first, got ${backwards} of ${rows + leftOut} going back in time`);
  if (leftOut <= rows) return;
  const example = log.all().find((finding) => finding.file === file && finding.symbol === symbol)?.example ?? "";
  throw dataBad(file, `expected sound rows of ${symbol}, ${leftOut} of ${rows + leftOut} are not; the first: ${example}`);
}

function sayNoVolume(parts: readonly BarPart[], log: FindingLog): void {
  for (const { symbol, file, rows, columns } of parts) {
    const example = `${file} has no column of volumes: every volume is 0`;
    log.add({ kind: "zero-volume", symbol, file, count: rows, firstMs: columns[0]![0]!, example });
  }
}
