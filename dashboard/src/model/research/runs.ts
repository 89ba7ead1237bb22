/** A run as a row and as a bar: its kind and state in words, how far it is, what is left. */
import type { ParamValues } from "../../../../domain/contract/views.ts";
import type { ResearchRun } from "../../../../domain/contract/views/research.ts";
import { DASH, number, percent } from "../format.ts";
import { paramShown } from "../params.ts";

/** A deflated Sharpe from which a search's best is more than luck at the usual 5 %. */
export const DEFLATED_WANTED = 0.95;
/** Probability of overfitting up to which a search is believed. */
export const PBO_WANTED = 0.2;
/** Trades out of sample below which a Sharpe says little. */
export const TRADES_WANTED = 100;
const BEST_SHOWN = 3;

export function isActive(run: ResearchRun): boolean {
  return run.state === "queued" || run.state === "running";
}

export function isSearch(run: ResearchRun): boolean {
  return run.kind === "optimize" || run.kind === "walk-forward";
}

/** A search that stopped before its end goes on from its checkpoint. */
export function canResume(run: ResearchRun): boolean {
  return isSearch(run) && (run.state === "cancelled" || run.state === "interrupted");
}

/** 0 to 1. */
export function progress(run: ResearchRun): number {
  return run.total > 0 ? Math.min(1, run.done / run.total) : 0;
}

/** Totals up to this are counted out; of more the share is said. */
const COUNTED = 999;

/** 59 of 93, 41 %, or the state. */
export function stateText(run: ResearchRun): string {
  if (run.state !== "running" || run.total === 0) return run.state;
  return run.total <= COUNTED ? `${number(run.done)} of ${number(run.total)}` : percent(progress(run), 0);
}

/** What was run, without the strategy's name the title begins with. */
export function kindText(run: ResearchRun): string {
  const after = run.title.split(", ").slice(1).join(", ");
  return after === "" ? run.kind : after;
}

/** What `done` counts. */
export function unitText(run: ResearchRun): string {
  return isSearch(run) ? "trials" : run.kind === "monte-carlo" ? "paths" : run.kind === "validate" ? "checks" : "bars";
}

/** 12 / 80, at most three values: the searched ones when they are known. */
export function bestText(params: ParamValues | null, names?: readonly string[]): string {
  if (params === null) return DASH;
  const numeric = Object.keys(params).filter((name) => typeof params[name] === "number");
  const shown = (names ?? numeric).filter((name) => params[name] !== undefined).slice(0, BEST_SHOWN);
  return shown.length === 0 ? DASH : shown.map((name) => paramShown(params[name])).join(" / ");
}

/** 0.4 s, 12 s, 1 m 08 s, 2 h 05 m, 3 d 04 h. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${number(Math.max(0, ms) / 1_000, 1)} s`;
  const seconds = Math.round(ms / 1_000);
  const pair = (value: number, unit: number, big: string, small: string): string =>
    `${Math.floor(value / unit)} ${big} ${String(Math.floor((value % unit) / (unit / 60))).padStart(2, "0")} ${small}`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return pair(seconds, 60, "m", "s");
  if (seconds < 86_400) return pair(seconds, 3_600, "h", "m");
  return `${Math.floor(seconds / 86_400)} d ${String(Math.floor((seconds % 86_400) / 3_600)).padStart(2, "0")} h`;
}

const ID_CHARS = 8;

/** wf-a0bae: the kind and enough of the id to tell runs of one list apart. */
export function shortId(id: string): string {
  return id.slice(0, ID_CHARS);
}

/** a91f…07: enough of a hash to compare by eye. */
export function shortHash(hash: string | null): string {
  if (hash === null) return DASH;
  return hash.length <= 10 ? hash : `${hash.slice(0, 4)}…${hash.slice(-2)}`;
}
