/**
 * What the person does in Research: the form they fill in, the runs they ticked, what the panels show; and the commands
 * on runs, each of which is done when the list of runs shows it.
 */
import { signal } from "@preact/signals";
import type { SearchSpec } from "../../../domain/contract/research/search.ts";
import type { ParamValues } from "../../../domain/contract/views.ts";
import type { ResearchState } from "../../../domain/contract/views/research.ts";
import { FIRST_DRAFT, type RunDraft } from "../model/research/draft.ts";
import { isActive } from "../model/research/runs.ts";
import { call, download } from "./api.ts";
import { command } from "./commands.ts";
import { refreshRuns, runs } from "./runs.ts";

export const COMPARED_MAX = 8;
const SPECS_KEPT = 50;

export const draft = signal<RunDraft>(FIRST_DRAFT);
export const ticked = signal<readonly string[]>([]);
export const comparing = signal(false);
export const curveTab = signal<"equity" | "monthly" | "folds">("equity");
export const heatTab = signal<"searched" | "walk-forward" | "hold-out">("searched");
export const trialsShown = signal(false);
/** Place of the trade looked at; −1 shows the whole run. */
export const tradeAt = signal(-1);

/** To the next or the previous trade; before the first one is the whole run. */
export function walk(by: 1 | -1): void {
  tradeAt.value = Math.max(-1, tradeAt.peek() + by);
}

/** Searches this page started: their axes are known before their report is. The oldest leave first. */
const startedSpecs = new Map<string, SearchSpec>();

export function startedSpec(id: string): SearchSpec | null {
  return startedSpecs.get(id) ?? null;
}

export function change(part: Partial<RunDraft>): void {
  draft.value = { ...draft.peek(), ...part };
}

/** Ticks or unticks a run; past the most that compare, the one ticked first leaves. */
export function tick(id: string): void {
  const now = ticked.peek();
  ticked.value = now.includes(id) ? now.filter((one) => one !== id) : [...now, id].slice(-COMPARED_MAX);
  if (ticked.value.length < 2) comparing.value = false;
}

type Start = "backtest/run" | "backtest/optimize" | "backtest/monte-carlo" | "backtest/validate";

/** The new run's id, or null when it was refused or is not seen yet. */
export async function startRun(path: Start, label: string, body: object): Promise<string | null> {
  let id: string | null = null;
  const seen = await command({
    key: "research:run",
    label,
    send: async () => {
      ({ id } = await call<{ id: string; state: ResearchState }>("POST", path, body));
      if (path === "backtest/optimize") keepSpec(id, body as SearchSpec);
      await refreshRuns();
    },
    shown: () => runs.value?.some((run) => run.id === id) ?? false,
  });
  return seen ? id : null;
}

function keepSpec(id: string, spec: SearchSpec): void {
  startedSpecs.set(id, spec);
  const oldest = startedSpecs.keys().next().value;
  if (startedSpecs.size > SPECS_KEPT && oldest !== undefined) startedSpecs.delete(oldest);
}

const pathOf = (id: string): string => `backtest/${encodeURIComponent(id)}`;

export function stopRun(id: string): Promise<boolean> {
  return command({
    key: `research:${id}`,
    label: `Stop run ${id}`,
    send: async () => {
      await call("POST", `${pathOf(id)}/cancel`, {});
      await refreshRuns();
    },
    shown: () => runs.value?.some((run) => run.id === id && !isActive(run)) ?? false,
  });
}

export function resumeRun(id: string): Promise<boolean> {
  return command({
    key: `research:${id}`,
    label: `Resume run ${id}`,
    send: async () => {
      await call("POST", `${pathOf(id)}/resume`, {});
      await refreshRuns();
    },
    shown: () => runs.value?.some((run) => run.id === id && (isActive(run) || run.state === "done")) ?? false,
  });
}

export type ReportFormat = "html" | "pdf" | "trades.csv" | "equity.csv" | "trades.parquet" | "equity.parquet";

/** Saves the file under the run's name. */
export function saveReport(id: string, format: ReportFormat): Promise<boolean> {
  return command({
    key: `report:${id}`,
    label: `Report of ${id}`,
    send: async () => {
      const url = URL.createObjectURL(await download(`${pathOf(id)}/report?format=${format}`));
      const link = document.createElement("a");
      link.href = url;
      link.download = format.includes(".") ? `${id}-${format}` : `${id}.${format}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    },
  });
}

/** A backtest of a search's spec with the parameters it found: its trades can be looked at. */
export function backtestOf(spec: SearchSpec, params: ParamValues): Promise<string | null> {
  const [first] = spec.backtest.strategies;
  const strategies =
    first === undefined ? [] : [{ ...first, params: { ...first.params, ...params } }, ...spec.backtest.strategies.slice(1)];
  return startRun("backtest/run", "Backtest of the best", { ...spec.backtest, strategies });
}
