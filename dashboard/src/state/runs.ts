/**
 * Runs of the floor's research. The stream carries the newest as they change; the list asked for when the view opens
 * brings the older ones. Trials of a search at work are asked page by page, once a second, never while the tab is hidden.
 */
import { computed, signal } from "@preact/signals";
import type { ResearchRun, ResearchTrial } from "../../../domain/contract/views/research.ts";
import { asApiError, call, type ApiError } from "./api.ts";
import { sections } from "./floor.ts";

const TRIALS_EVERY_MS = 1_000;
const TRIALS_A_PAGE = 1_000;
/** More are not drawn; the report has them all. */
export const TRIALS_KEPT = 10_000;

const listed = signal<readonly ResearchRun[] | null>(null);
export const runsProblem = signal<ApiError | null>(null);

/** Newest first; null before the first answer. */
export const runs = computed<readonly ResearchRun[] | null>(() => {
  if (listed.value === null) return null;
  const rows = new Map(listed.value.map((run) => [run.id, run]));
  for (const run of Object.values(sections.research.value ?? {})) rows.set(run.id, run);
  return [...rows.values()].sort((a, b) => b.submittedAtMs - a.submittedAtMs || b.id.localeCompare(a.id));
});

let asking: Promise<void> | null = null;

/** Asks now; an answer that is on its way is waited for instead. */
export function refreshRuns(): Promise<void> {
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

async function ask(): Promise<void> {
  try {
    const { items } = await call<{ items: ResearchRun[] }>("GET", "backtest/runs?limit=100");
    listed.value = items;
    runsProblem.value = null;
  } catch (error) {
    runsProblem.value = asApiError(error);
  }
}

export interface TrialFeed {
  readonly run: string;
  readonly trials: readonly ResearchTrial[];
  readonly total: number;
}

/** The trials of a search at work, as they finish, page by page, until the returned function is called. */
export function watchTrials(id: string, onTrials: (feed: TrialFeed) => void, onProblem: (problem: ApiError | null) => void): () => void {
  let known: readonly ResearchTrial[] = [];
  let ended = false;
  const next = async (): Promise<void> => {
    try {
      for (;;) {
        const from = known.length;
        const path = `backtest/${encodeURIComponent(id)}/trials?from=${from}&limit=${TRIALS_A_PAGE}`;
        const { items, total } = await call<{ items: ResearchTrial[]; total: number }>("GET", path);
        if (ended) return;
        if (items.length > 0) known = [...known, ...items];
        onTrials({ run: id, trials: known, total });
        if (items.length === 0 || known.length >= Math.min(total, TRIALS_KEPT)) break;
      }
      onProblem(null);
    } catch (error) {
      if (!ended) onProblem(asApiError(error));
    }
  };
  const stop = repeat(next, () => TRIALS_EVERY_MS);
  return () => {
    ended = true;
    stop();
  };
}

/** One call after another, a pause between them; a hidden tab waits. */
function repeat(work: () => Promise<void>, pauseMs: () => number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const turn = async (): Promise<void> => {
    if (!document.hidden) await work();
    if (!ended) timer = setTimeout(() => void turn(), pauseMs());
  };
  void turn();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
