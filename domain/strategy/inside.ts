/** The indicators of a strategy as rows: what it sees now. A bundle gives a row for each output: `bands.upper`. */
import type { InsideRow } from "../contract/views.ts";
import { ColumnSeries } from "../indicator/column-series.ts";
import { RecordedSeries, type Series } from "../indicator/series.ts";
import { invalid } from "../kernel/errors.ts";
import type { IndicatorSet } from "./context.ts";

/** Series by the names they are shown under. @throws {DstaError} VALIDATION_ERROR for anything that is not a series. */
export function namedSeries(set: IndicatorSet): ReadonlyMap<string, Series> {
  const named = new Map<string, Series>();
  for (const [name, entry] of Object.entries(set)) {
    if (entry instanceof RecordedSeries || entry instanceof ColumnSeries) {
      named.set(name, entry);
      continue;
    }
    if (typeof entry !== "object" || entry === null) throw invalid(`setup.${name}`, "an indicator, or an object of indicators", entry);
    for (const [output, series] of Object.entries(entry))
      named.set(`${name}.${output}`, series instanceof ColumnSeries ? series : RecordedSeries.of(series, `setup.${name}.${output}`));
  }
  return named;
}

export function insideRows(named: ReadonlyMap<string, Series>): InsideRow[] {
  return Array.from(named, ([name, series]) => ({ name, value: series.ready ? series.value : null, ready: series.ready }));
}
