/**
 * What one file holds, without loading it: kind, symbols, interval, first and last time, number of rows. Bars, funding
 * rates and recorded streams are told apart by content. A file that cannot be read is a row too, with its problem.
 */
import type { ResearchDataSet } from "../../domain/contract/views/research.ts";
import { isExpected } from "../../domain/kernel/errors.ts";
import { symbolOfName } from "../../venues/replay/candle-row.ts";
import { FRAME_LINE } from "../../venues/replay/frame-recording.ts";
import { commonestDistance } from "./bar-join.ts";
import { readCsv } from "./csv-table.ts";
import { type DataFile, dataEmpty } from "./data-errors.ts";
import { chunksOf, factsOf, type FileForm } from "./file-bytes.ts";
import { readParquet } from "./parquet-table.ts";
import { Spellings, symbolOfFile, venueOfFile } from "./symbols.ts";
import { planBars, planFunding, type Planner, type TablePlan, type TableSink } from "./table.ts";

/** Rows whose distances vote for the interval. */
const VOTING_ROWS = 2_000;
const NEWLINE = 10;
/** Nanoseconds and a space lead every line of a recorded stream. */
const FRAME_TIME = /^(\d{16,19}) /;

/** Never fails for what a file holds: that is a problem of its row. */
export async function surveyFile(file: DataFile, sizeBytes: number): Promise<ResearchDataSet> {
  const empty: ResearchDataSet = {
    name: file.name,
    venue: venueOfFile(file.name) ?? "csv",
    symbols: [],
    intervalMs: null,
    fromMs: null,
    toMs: null,
    rows: 0,
    sizeBytes,
    kind: "bars",
    problems: [],
  };
  try {
    const { form } = await factsOf(file);
    const isText = form !== "parquet";
    if (isText && (await isRecording(file, form))) return { ...empty, ...(await surveyFrames(file, form)) };
    const survey = new Survey(file);
    const planner: Planner = (firstRow) => survey.plan(firstRow);
    if (isText) await readCsv(file, form, planner, survey);
    else await readParquet(file, planner, survey);
    return { ...empty, ...survey.found() };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { ...empty, problems: [error.message] };
  }
}

/** Counts every row, remembers the first ones of the first symbol. */
class Survey implements TableSink {
  readonly #file: DataFile;
  readonly #spellings: Spellings;
  readonly #symbols = new Set<string>();
  readonly #times = new Float64Array(VOTING_ROWS);
  #votes = 0;
  #kind: "bars" | "funding" = "bars";
  #spelling: string | null = null;
  #rows = 0;
  #short = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;

  constructor(file: DataFile) {
    this.#file = file;
    this.#spellings = new Spellings(file.name);
  }

  plan(firstRow: readonly string[]): TablePlan | string {
    const bars = planBars(firstRow);
    const funding = typeof bars === "string" ? planFunding(firstRow) : bars;
    if (typeof funding === "string") return bars;
    if (typeof bars === "string") this.#kind = "funding";
    // Times and symbols are all it takes.
    return { ...funding, values: [] };
  }

  start(): void {
    this.#symbols.clear();
  }

  row(spelling: string | null, timeMs: number, _values: Float64Array, line: number): void {
    this.#rows++;
    if (timeMs < this.#fromMs) this.#fromMs = timeMs;
    if (timeMs > this.#toMs) this.#toMs = timeMs;
    if (spelling !== this.#spelling || this.#symbols.size === 0) {
      this.#symbols.add(spelling === null ? symbolOfFile(this.#file.name) : this.#spellings.symbol(spelling, line));
      this.#spelling = spelling;
    }
    if (this.#symbols.size === 1 && this.#votes < VOTING_ROWS) this.#times[this.#votes++] = timeMs;
  }

  malformed(): void {
    this.#short++;
  }

  found(): Partial<ResearchDataSet> {
    if (this.#rows === 0) throw dataEmpty(this.#file.name, "the table has no rows");
    return {
      kind: this.#kind,
      symbols: [...this.#symbols],
      rows: this.#rows,
      fromMs: this.#fromMs,
      toMs: this.#toMs,
      intervalMs: this.#interval(),
      problems: this.#short === 0 ? [] : [`${this.#short} rows have too few cells`],
    };
  }

  #interval(): number | null {
    const distance = commonestDistance(this.#times, this.#votes);
    return distance !== null && distance > 0 ? distance : null;
  }
}

/** Raw frames of a venue's stream, told by their first line. */
export async function isRecording(file: DataFile, form: FileForm): Promise<boolean> {
  for await (const chunk of chunksOf(file, form)) return FRAME_LINE.test(chunk.toString("latin1", 0, 64));
  return false;
}

async function surveyFrames(file: DataFile, form: FileForm): Promise<Partial<ResearchDataSet>> {
  let rows = 0;
  let first = "";
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(file, form)) {
    if (first === "") first = chunk.toString("latin1", 0, 64);
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) rows++;
    // The last line starts behind the last newline but one; a line may be longer than a chunk.
    const joined: Buffer = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    const start = joined.lastIndexOf(NEWLINE, Math.max(0, joined.length - 2)) + 1;
    tail = joined.subarray(start);
  }
  const symbol = symbolOfName(file.name);
  return {
    kind: "l2",
    symbols: symbol === null ? [] : [symbol],
    rows: tail.at(-1) === NEWLINE ? rows : rows + 1,
    fromMs: frameTime(first),
    toMs: frameTime(tail.toString("latin1", 0, 64)),
  };
}

function frameTime(line: string): number | null {
  const text = FRAME_TIME.exec(line)?.[1];
  return text === undefined ? null : Math.floor(Number(text) / 1e6);
}
