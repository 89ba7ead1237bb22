/** The table of what faults did: one line a fault over all its runs. */
import type { Outcome } from "./fault-runs.ts";

const COLUMNS = ["fault", "runs", "lost", "duplicated", "broken", "gap p50", "gap max", "order p50", "order max", "whole p50", "whole max"];

export function faultTable(outcomes: readonly Outcome[]): string {
  const byName = Map.groupBy(outcomes, ({ name }) => name);
  const rows = Array.from(byName, ([name, runs]) => {
    const count = (pick: (outcome: Outcome) => readonly string[]): string => String(runs.reduce((sum, run) => sum + pick(run).length, 0));
    const measured = runs.filter(({ orderMs }) => orderMs !== null);
    const [gap, order, whole] = (["gapMs", "orderMs", "wholeMs"] as const).map((key) => measured.map((run) => run[key]!));
    const counted = [count(({ lost }) => lost), count(({ duplicated }) => duplicated), count(({ broken }) => broken)];
    return [
      name,
      String(runs.filter(({ skipped }) => !skipped).length),
      ...counted,
      ...[gap!, order!, whole!].flatMap((times) => [middle(times), longest(times)]),
    ];
  });
  const widths = COLUMNS.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, index) => (index === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[index]!))).join("  ");
  return [COLUMNS, ...rows].map(line).join("\n");
}

function middle(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return seconds(sorted[Math.floor((sorted.length - 1) / 2)]);
}

function longest(times: readonly number[]): string {
  return seconds(times.length === 0 ? undefined : Math.max(...times));
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? "-" : `${(ms / 1_000).toFixed(2)} s`;
}
