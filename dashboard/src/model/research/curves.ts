/**
 * Equity curves for one plot: growth from where each began on a log scale, so that curves of different capital and
 * length compare; drawdown from the running peak; grid lines at round percents.
 */
import type { SearchReport } from "../../../../domain/contract/views/research.ts";

export interface ValuePoint {
  readonly time: number;
  readonly value: number;
}

export interface Curve {
  readonly name: string;
  readonly points: readonly ValuePoint[];
  /** main: the run looked at; other: one compared with it; ground: what needs no skill (buy and hold). */
  readonly role: "main" | "other" | "ground";
}

/** ln(value / first). A curve that falls to nothing is drawn at −99.9 %. */
export function logGrowth(points: readonly ValuePoint[]): number[] {
  const first = points[0]?.value ?? 1;
  return points.map(({ value }) => Math.log(Math.max(value / first, 0.001)));
}

/** 0.12 from ln 1.12. */
export function growthShare(log: number): number {
  return Math.expm1(log);
}

/** 0 or below, as a share of the running peak. */
export function drawdownShares(points: readonly ValuePoint[]): number[] {
  let peak = Number.NEGATIVE_INFINITY;
  return points.map(({ value }) => {
    peak = Math.max(peak, value);
    return peak > 0 ? Math.min(0, value / peak - 1) : 0;
  });
}

const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1_000];

/** Logs of round percents between two logs, at most about `wanted` of them; 0 % is among them when in range. */
export function roundGrowth(low: number, high: number, wanted: number): number[] {
  const all = stepped(low, high, wanted);
  const zero = all.findIndex((log) => Math.abs(log) < 1e-12);
  const start = Math.max(0, zero);
  // Equal steps of growth come close together high up on a log scale: outward from 0 %, those too close are left out.
  const gap = (high - low) / (wanted + 1);
  const kept: number[] = [];
  for (const log of all.slice(start)) if (kept.length === 0 || log - kept.at(-1)! >= gap) kept.push(log);
  for (const log of all.slice(0, start).reverse()) if (kept[0] === undefined || kept[0] - log >= gap) kept.unshift(log);
  return kept;
}

function stepped(low: number, high: number, wanted: number): number[] {
  const [from, to] = [growthShare(low), growthShare(high)];
  // Where growth spans several doublings, finer steps are needed low down; the gaps thin them out above.
  const fine = high - low > Math.LN2 ? 2 * wanted : wanted;
  const step = STEPS.find((size) => (to - from) / size <= fine) ?? (to - from) / fine;
  const splits: number[] = [];
  for (let at = Math.ceil(from / step); at * step <= to; at += 1) if (at * step > -1) splits.push(Math.log1p(at * step));
  return splits;
}

/** Where the newest share of the data, which no trial saw, begins; null when nothing was held out. */
export function holdOutFrom(report: SearchReport): number | null {
  const share = report.spec.holdOutShare;
  const [from, to] = [report.run.fromMs ?? report.equity[0]?.time, report.run.toMs ?? report.equity.at(-1)?.time];
  return share > 0 && from !== undefined && to !== undefined ? to - (to - from) * share : null;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** Jan 24, UTC. */
export function monthYear(ms: number): string {
  const at = new Date(ms);
  return `${MONTHS[at.getUTCMonth()] ?? ""} ${String(at.getUTCFullYear() % 100).padStart(2, "0")}`;
}

/** 13 Mar 2025, UTC. */
export function date(ms: number): string {
  const at = new Date(ms);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ""} ${at.getUTCFullYear()}`;
}

export { MONTHS };
