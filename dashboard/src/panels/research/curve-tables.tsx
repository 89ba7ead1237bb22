/** The tables beside the curve: returns by month, and what each fold chose and what became of it on data it had not seen. */
import type { WalkForwardFold } from "../../../../domain/contract/views/research.ts";
import { number, percent } from "../../model/format.ts";
import { date, MONTHS } from "../../model/research/curves.ts";
import type { Results } from "../../model/research/results.ts";
import { bestText } from "../../model/research/runs.ts";
import { Empty } from "../../parts/panel.tsx";
import { Table, type Column } from "../../parts/table.tsx";

export function MonthlyTable({ results }: { results: Results | null }) {
  if (results?.kind !== "backtest")
    return (
      <Empty title="By month for backtests only">
        <span>Backtest the best of a search to see its months.</span>
      </Empty>
    );
  const rows = results.report.monthly;
  if (rows.length === 0) return <Empty title="Not a month of data" />;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Returns by month">
      <table class="grid monthly" aria-label="Returns by month">
        <thead>
          <tr>
            <th scope="col">Year</th>
            {MONTHS.map((month) => (
              <th scope="col" class="num" key={month}>
                {month}
              </th>
            ))}
            <th scope="col" class="num">
              Year
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.year}>
              <th scope="row">{row.year}</th>
              {row.months.map((value, at) => (
                <td key={at} class={`num ${tone(value)}`}>
                  {value === null ? "" : number(value * 100, 1, true)}
                </td>
              ))}
              <td class={`num strong ${tone(row.total)}`}>{row.total === null ? "" : percent(row.total, 1, true)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function tone(value: number | null): string {
  return value === null || value === 0 ? "t2" : value > 0 ? "up" : "dn";
}

const metric = (values: Readonly<Record<string, number | null>> | null, name: string): number | null => values?.[name] ?? null;

const FOLDS: readonly Column<WalkForwardFold>[] = [
  { key: "fold", head: "Fold", width: 44, cell: (row) => row.fold + 1 },
  { key: "train", head: "Searched on", cell: (row) => `${date(row.trainFromMs)} → ${date(row.trainToMs)}`, cls: "t2" },
  { key: "test", head: "Tested on", cell: (row) => `${date(row.testFromMs)} → ${date(row.testToMs)}`, cls: "t2" },
  { key: "params", head: "Chosen", width: 96, cell: (row) => bestText(row.params), whole: (row) => JSON.stringify(row.params) },
  { key: "in", head: "Searched", width: 66, num: true, cell: (row) => number(metric(row.inSample, "sharpe"), 2) },
  { key: "out", head: "Sharpe", width: 60, num: true, cls: "strong", cell: (row) => number(metric(row.outOfSample, "sharpe"), 2) },
  { key: "return", head: "Return", width: 66, num: true, cell: (row) => percent(metric(row.outOfSample, "totalReturn"), 1, true) },
];

export function FoldsTable({ results }: { results: Results | null }) {
  if (results?.kind !== "search" || results.report.folds.length === 0)
    return (
      <Empty title="No folds">
        <span>A search with Folds chooses on one window and is tested on the next.</span>
      </Empty>
    );
  return (
    <Table
      label="Folds of the walk-forward"
      columns={FOLDS}
      rows={results.report.folds}
      rowKey={(row) => String(row.fold)}
      minWidth={620}
    />
  );
}
