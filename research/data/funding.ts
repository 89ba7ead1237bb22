/**
 * Funding rates from files: time and rate, in order of time, by the symbol of the bars they belong to. Faulty rows are left
 * out and counted as those of bars are; rates of a symbol that no bars have are refused.
 */
import type { FundingTable } from "../../domain/simulation/backtest/types.ts";
import { readTable } from "./bar-file.ts";
import { dataBad, type DataFile, dataEmpty } from "./data-errors.ts";
import type { FindingLog } from "./findings.ts";
import { Spellings, symbolOfFile } from "./symbols.ts";
import { planFunding } from "./table.ts";

interface Rates {
  readonly timeMs: number[];
  readonly rate: number[];
  file: string;
}

export interface FundingRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rates from `fromMs` up to and with `toMs`. @throws {DstaError} DATA_* */
export async function readFunding(
  files: readonly DataFile[],
  symbols: readonly string[],
  { fromMs, toMs }: FundingRange,
  log: FindingLog,
): Promise<ReadonlyMap<string, FundingTable>> {
  const bySymbol = new Map<string, Rates>();
  for (const file of files) await readRates(file, symbols, bySymbol, log);
  return new Map(
    Array.from(bySymbol, ([symbol, { timeMs, rate }]) => {
      const rows = Array.from(timeMs.keys()).filter((row) => timeMs[row]! >= fromMs && timeMs[row]! <= toMs);
      return [symbol, { timeMs: sharedColumn(rows, timeMs), rate: sharedColumn(rows, rate) }] as const;
    }),
  );
}

async function readRates(file: DataFile, symbols: readonly string[], bySymbol: Map<string, Rates>, log: FindingLog): Promise<void> {
  const spellings = new Spellings(file.name);
  const fallback = symbols.length === 1 ? symbols[0]! : symbolOfFile(file.name);
  let rows = 0;
  await readTable(file, planFunding, {
    start: () => undefined,
    row: (spelling, timeMs, values, line) => {
      rows++;
      const symbol = barSymbol(spelling === null ? fallback : spellings.symbol(spelling, line), symbols, file, line);
      let rates = bySymbol.get(symbol);
      if (!rates) bySymbol.set(symbol, (rates = { timeMs: [], rate: [], file: file.name }));
      addRate(rates, timeMs, values[0]!, { symbol, file: file.name, line }, log);
    },
    malformed: (_spelling, line, why) => log.row("malformed", "funding", { symbol: fallback, file: file.name, line }, null, () => why),
  });
  if (rows === 0) throw dataEmpty(file.name, "the table has no rows");
}

/** `BTC/USDT` of a file of rates also means the perpetual `BTC/USDT:USDT` of the bars. */
function barSymbol(symbol: string, symbols: readonly string[], file: DataFile, line: number): string {
  const found = symbols.find((known) => known === symbol) ?? symbols.find((known) => known.split(":")[0] === symbol.split(":")[0]);
  if (found === undefined)
    throw dataBad(file.name, `expected rates of a symbol of the bars (${symbols.slice(0, 5).join(", ")}), got ${symbol}`, { line });
  return found;
}

function addRate(
  rates: Rates,
  timeMs: number,
  rate: number,
  place: { readonly symbol: string; readonly file: string; readonly line: number },
  log: FindingLog,
): void {
  const lastMs = rates.timeMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  const time = new Date(timeMs).toISOString();
  if (!Number.isFinite(rate)) log.row("malformed", "funding", place, timeMs, () => `expected a funding rate, got ${rate}`);
  else if (timeMs === lastMs) log.row("duplicate", "funding", place, timeMs, () => `a rate of ${time} is there already; the first stays`);
  else if (timeMs < lastMs) log.row("out-of-order", "funding", place, timeMs, () => `the rate of ${time} comes after a later one`);
  else {
    rates.timeMs.push(timeMs);
    rates.rate.push(rate);
  }
}

function sharedColumn(rows: readonly number[], values: readonly number[]): Float64Array {
  const column = new Float64Array(new SharedArrayBuffer(rows.length * Float64Array.BYTES_PER_ELEMENT));
  for (const [at, row] of rows.entries()) column[at] = values[row]!;
  return column;
}
