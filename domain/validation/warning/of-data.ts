/**
 * Is the data what it seems? Holes, repeated and broken rows in symbols that were traded, trades held across holes, and
 * which symbols are missing because they did not survive. Data is never repaired here, only spoken of.
 */
import { DAY_MS } from "../../analytics/daily-returns.ts";
import type { ResearchWarning } from "../../contract/views/research.ts";
import type { BarTable } from "../../market/bar-table.ts";
import type { WarningInput } from "./input.ts";
import { warning } from "./input.ts";
import { counted, dayText, minuteText, some } from "./sentence.ts";

/** A symbol that ends this long before the data does has ended; a shorter silence is a late file. */
const ENDED_MS = 7 * DAY_MS;
/** From this many symbols on, none of them ending is a choice somebody made. */
const MANY_SYMBOLS = 5;
/** Within less, few symbols are delisted anyway. */
const LONG_MS = 365 * DAY_MS;

const SAYINGS: Readonly<Record<string, string>> = {
  duplicate: "repeated rows",
  "out-of-order": "rows out of order",
  "bad-ohlc": "rows whose prices contradict each other",
  malformed: "rows that could not be read",
  "zero-volume": "bars without volume",
};

export function dataWarnings(given: WarningInput): readonly ResearchWarning[] {
  const tables = tradedTables(given);
  return [...gapWarnings(given, tables), ...findingWarnings(given, tables), ...survivorWarnings(tables)];
}

function tradedTables({ input, outcome }: WarningInput): readonly BarTable[] {
  const traded = new Set(outcome.trades.map(({ symbol }) => symbol));
  const asked = new Set(input.strategies.map(({ symbol }) => symbol));
  return input.markets.filter(({ bars }) => traded.has(bars.symbol) || asked.has(bars.symbol)).map(({ bars }) => bars);
}

/** Open times of the bars after which at least one is missing, and of those that come next. */
function holesOf({ openTimeMs, intervalMs }: BarTable): readonly (readonly [number, number])[] {
  const holes: (readonly [number, number])[] = [];
  for (let row = 1; row < openTimeMs.length; row++) {
    if (openTimeMs[row]! - openTimeMs[row - 1]! > intervalMs) holes.push([openTimeMs[row - 1]!, openTimeMs[row]!]);
  }
  return holes;
}

function gapWarnings({ outcome }: WarningInput, tables: readonly BarTable[]): readonly ResearchWarning[] {
  let holes = 0;
  let missingMs = 0;
  let held = 0;
  let first: { readonly symbol: string; readonly atMs: number } | null = null;
  for (const table of tables) {
    const found = holesOf(table);
    holes += found.length;
    for (const [beforeMs, afterMs] of found) missingMs += afterMs - beforeMs - table.intervalMs;
    if (found.length > 0 && (first === null || found[0]![0] < first.atMs)) first = { symbol: table.symbol, atMs: found[0]![0] };
    const endMs = table.openTimeMs[table.openTimeMs.length - 1] ?? 0;
    for (const trade of outcome.trades) {
      if (trade.symbol === table.symbol && crosses(found, trade.entryMs, trade.exitMs ?? endMs)) held++;
    }
  }
  if (first === null) return [];
  const hours = (missingMs / 3_600_000).toFixed(1);
  const across = held === 0 ? "" : ` ${counted(held, "trade was", "trades were")} held across one.`;
  const where = `the first in ${first.symbol} after ${minuteText(first.atMs)}`;
  const text = `${counted(holes, "hole")} in the bars, ${hours} hours in all, ${where}.${across}`;
  return [warning("DATA_GAPS", held > 0 ? "warn" : "info", text)];
}

/** Whether any hole lies between the two times. */
function crosses(holes: readonly (readonly [number, number])[], fromMs: number, toMs: number): boolean {
  let low = 0;
  let high = holes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holes[middle]![1] <= fromMs) low = middle + 1;
    else high = middle;
  }
  return low < holes.length && holes[low]![0] < toMs;
}

function findingWarnings({ findings = [] }: WarningInput, tables: readonly BarTable[]): readonly ResearchWarning[] {
  const symbols = new Set(tables.map(({ symbol }) => symbol));
  const found: ResearchWarning[] = [];
  for (const [kind, saying] of Object.entries(SAYINGS)) {
    const rows = findings.filter((finding) => finding.kind === kind && symbols.has(finding.symbol));
    if (rows.length === 0) continue;
    const count = rows.reduce((sum, row) => sum + row.count, 0);
    const first = rows.reduce((a, b) => ((b.firstMs ?? Number.POSITIVE_INFINITY) < (a.firstMs ?? Number.POSITIVE_INFINITY) ? b : a));
    const since = first.firstMs === null ? "such as" : `first at ${minuteText(first.firstMs)}:`;
    const where = some([...new Set(rows.map(({ symbol }) => symbol))]);
    const code = `DATA_${kind.toUpperCase().replaceAll("-", "_")}`;
    found.push(
      warning(code, kind === "zero-volume" ? "info" : "warn", `The data has ${count} ${saying} (${where}, ${since} ${first.example}).`),
    );
  }
  return found;
}

/** Survivorship: symbols that vanish on the way, or a long list of which none ever did. */
function survivorWarnings(tables: readonly BarTable[]): readonly ResearchWarning[] {
  const filled = tables.filter(({ openTimeMs }) => openTimeMs.length > 0);
  if (filled.length < 2) return [];
  const lastOf = ({ openTimeMs, intervalMs }: BarTable) => openTimeMs[openTimeMs.length - 1]! + intervalMs;
  const endMs = Math.max(...filled.map(lastOf));
  const ended = filled.filter((table) => endMs - lastOf(table) > ENDED_MS);
  if (ended.length > 0) {
    const names = some(ended.map((table) => `${table.symbol} on ${dayText(lastOf(table))}`));
    const which = `${ended.length} of ${filled.length} symbols end before the data does (${names})`;
    const text = `${which}: a position there is worth its last price.`;
    return [warning("SYMBOLS_END", "info", text)];
  }
  const startMs = Math.min(...filled.map(({ openTimeMs }) => openTimeMs[0]!));
  if (filled.length < MANY_SYMBOLS) return [];
  const text = `All ${filled.length} symbols still trade at the end: those that were delisted are missing, and results look better for it.`;
  return [warning("SURVIVORSHIP", endMs - startMs < LONG_MS ? "info" : "warn", text)];
}
