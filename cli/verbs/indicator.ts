/** `dsta indicator`: one indicator over recorded bars, a row a bar; the numbers a strategy sees, bar by bar. */
import { type Command, Option } from "commander";
import { renderTable } from "../../brokers/table.ts";
import type { CatalogueEntry } from "../../domain/indicator/catalogue.ts";
import type { Interval } from "../../domain/market/events.ts";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import { priceText, timeText } from "../../research/report/number-text.ts";
import { type Price, PRICES, type Source } from "../indicator/source.ts";
import { parseParams } from "../param-values.ts";
import { parseInterval, parseTime } from "../research/backtest-options.ts";
import { paint, type Terminal, usage } from "../terminal.ts";

/** Rows without --json. */
const SHOWN = 20;

interface Options {
  readonly data?: readonly string[];
  readonly data2?: readonly string[];
  readonly param?: readonly string[];
  readonly input?: Price;
  readonly symbol?: string;
  readonly symbol2?: string;
  readonly interval?: Interval;
  readonly from?: number;
  readonly to?: number;
  readonly list?: boolean;
  readonly json?: boolean;
}

type Columns = Readonly<Record<string, Float64Array>>;

export function addIndicator(program: Command, terminal: Terminal): void {
  program
    .command("indicator")
    .argument("[name]", "such as sma; --list shows all")
    .description("compute an indicator over recorded bars")
    .option("--data <files...>", "bars of one symbol: CSV, CSV.gz or Parquet")
    .option("--data2 <files...>", "of two-series indicators: bars of the other, joined at the times both have")
    .option("--param <name=value...>", "parameters that differ from their defaults, such as length=20")
    .addOption(new Option("--input <price>", "what it is of, when not of whole bars (default close)").choices(PRICES))
    .option("--symbol <symbol>", "one of a file with several, or the symbol of files that name none")
    .option("--symbol2 <symbol>", "the same of --data2")
    .option("--interval <interval>", "resample to longer bars, such as 1h", parseInterval)
    .option("--from <time>", "first bar, such as 2020-01-01", parseTime)
    .option("--to <time>", "bars before it, such as 2024-01-01", parseTime)
    .option("--list", "every indicator with its parameters")
    .option("--json", "print JSON: every bar, null while warming up")
    .action((name: string | undefined, options: Options) => indicator(name, options, terminal));
}

async function indicator(name: string | undefined, options: Options, terminal: Terminal): Promise<void> {
  const { CATALOGUE, computeColumns, indicatorNamed, settingsOf, warmupOf } = await import("../../domain/indicator/catalogue.ts");
  if (options.list) {
    terminal.out(options.json ? `${JSON.stringify(CATALOGUE.map(described), null, 2)}\n` : list(CATALOGUE));
    return;
  }
  if (name === undefined) throw usage("give the name of an indicator, or --list");
  const entry = indicatorNamed(name);
  if (entry === undefined) throw usage(`there is no indicator ${name}; there are ${CATALOGUE.map((known) => known.name).join(", ")}`);
  const settings = refusedAsUsage(() => settingsOf(entry, parseParams(options.param ?? [])));
  const warmup = refusedAsUsage(() => warmupOf(entry, settings));
  checkSources(entry, options);
  const { readSource } = await import("../indicator/source.ts");
  const source = await readSource(options, options.input ?? "close");
  for (const { kind, count, symbol, example } of source.findings) {
    terminal.err(`dsta: ${kind} × ${count} ${symbol}: ${example}\n`);
  }
  const columns = computeColumns(entry, source, settings);
  const params = Object.fromEntries(entry.params.map((param, index) => [param.name, settings[index]!]));
  if (options.json) {
    terminal.out(`${JSON.stringify({ name: entry.name, params, warmup, rows: rowsFrom(source.bars.openTimeMs, columns, 0) })}\n`);
    return;
  }
  terminal.out(text(terminal, entry, { source, columns, params, warmup }));
}

function refusedAsUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isExpected(error)) throw usage(`--param: ${messageOf(error)}`);
    throw error;
  }
}

function checkSources({ name, inputs }: CatalogueEntry, { data, data2, symbol2, input }: Options): void {
  if (data === undefined) throw usage("--data: give the file of bars");
  if (inputs === "two values" && data2 === undefined) throw usage(`--data2: ${name} takes two series, give the file of the other`);
  if (inputs !== "two values" && (data2 ?? symbol2) !== undefined) throw usage(`--data2: ${name} takes one series`);
  if (inputs === "bars" && input !== undefined) throw usage(`--input: ${name} looks at whole bars`);
}

/** A row a bar from `first` on, null where there is no value. */
function rowsFrom(openTimeMs: Float64Array, columns: Columns, first: number): Record<string, number | null>[] {
  const outputs = Object.entries(columns);
  return Array.from(openTimeMs.subarray(first), (time, index) => {
    const row: Record<string, number | null> = { time };
    for (const [output, column] of outputs) {
      const value = column[first + index]!;
      row[output] = Number.isNaN(value) ? null : value;
    }
    return row;
  });
}

interface Computed {
  readonly source: Source;
  readonly columns: Columns;
  readonly params: Readonly<Record<string, number>>;
  readonly warmup: number;
}

function text(terminal: Terminal, entry: CatalogueEntry, { source, columns, params, warmup }: Computed): string {
  const { bars } = source;
  const settings = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  const rows = rowsFrom(bars.openTimeMs, columns, Math.max(0, bars.openTimeMs.length - SHOWN));
  const table = renderTable(
    [
      { title: "OPEN TIME (UTC)", value: ({ time }) => timeText(time ?? null) },
      ...entry.outputs.map((output) => ({
        title: output.toUpperCase(),
        value: (row: Record<string, number | null>) => priceText(row[output] ?? null),
        right: true,
      })),
    ],
    rows,
  );
  const about = `${bars.symbol}, ${bars.openTimeMs.length} bars, first value at bar ${warmup} at the earliest; --json shows all\n`;
  return `${paint(terminal, "bold", entry.title)}  ${settings.join(" ")}\n${table}${paint(terminal, "grey", about)}`;
}

function described({ name, title, aliases, inputs, params, outputs }: CatalogueEntry) {
  return { name, title, aliases, inputs, params, outputs };
}

function list(entries: readonly CatalogueEntry[]): string {
  return renderTable(
    [
      { title: "NAME", value: ({ name }) => name },
      { title: "WHAT", value: ({ title }) => title },
      { title: "OF", value: ({ inputs }) => inputs },
      { title: "PARAMETERS", value: ({ params }) => params.map((param) => `${param.name}=${param.default}`).join(" ") },
      { title: "OUTPUTS", value: ({ outputs }) => outputs.join(" ") },
    ],
    entries,
  );
}
