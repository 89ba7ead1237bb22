/**
 * Returns by calendar month and year (UTC), compounded from daily returns. A month outside the curve is null; the first
 * and last may be parts of one.
 */
import type { DailyReturns } from "./daily-returns.ts";

export interface YearOfMonths {
  readonly year: number;
  /** January first. */
  readonly months: (number | null)[];
  readonly total: number;
}

export function monthlyTable({ dayMs, returns }: DailyReturns): readonly YearOfMonths[] {
  const years = new Map<number, { months: (number | null)[]; total: number }>();
  for (const [index, startMs] of dayMs.entries()) {
    const day = new Date(startMs);
    const year = day.getUTCFullYear();
    const row = years.get(year) ?? { months: Array<number | null>(12).fill(null), total: 0 };
    const month = day.getUTCMonth();
    row.months[month] = compound(row.months[month] ?? 0, returns[index]!);
    row.total = compound(row.total, returns[index]!);
    years.set(year, row);
  }
  return [...years].map(([year, row]) => ({ year, ...row }));
}

function compound(before: number, share: number): number {
  return (1 + before) * (1 + share) - 1;
}
