/** Research: is this idea good, and should I believe it? A run is asked at the left; what it found stands beside how far to trust it. */
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { ComparisonReport, ResearchRun } from "../../../domain/contract/views/research.ts";
import { useKeys } from "../app/keys.ts";
import { spaceValues } from "../model/research/heat-map.ts";
import { resultsOf, type AnyReport, type Results } from "../model/research/results.ts";
import { isActive, isSearch } from "../model/research/runs.ts";
import { ComparisonPanel } from "../panels/research/comparison.tsx";
import { CurvesPanel } from "../panels/research/curves.tsx";
import { FrontPanel } from "../panels/research/front.tsx";
import { HeatMapPanel, type SearchInSight } from "../panels/research/heat-map.tsx";
import { MetricsPanel, SourcesPanel } from "../panels/research/metrics.tsx";
import { RunBar, stopLock } from "../panels/research/run-bar.tsx";
import { RunFormPanel } from "../panels/research/run-form.tsx";
import { RunsPanel } from "../panels/research/runs.tsx";
import { TradesPanel } from "../panels/research/trades.tsx";
import { TrialsPanel } from "../panels/research/trials.tsx";
import { TrustPanel } from "../panels/research/trust.tsx";
import type { ApiError } from "../state/api.ts";
import { useAsk, type Asked } from "../state/ask.ts";
import { comparing, startedSpec, stopRun, ticked, tradeAt, trialsShown, walk } from "../state/research.ts";
import { useRunForm, type RunForm } from "../state/run-form.ts";
import { refreshRuns, runs, watchTrials, type TrialFeed } from "../state/runs.ts";

const NO_RUNS: readonly ResearchRun[] = [];
const NO_TRIALS: TrialFeed = { run: "", trials: [], total: 0 };

export function ResearchView({ run: wanted, phone }: { run: string | null; phone: boolean }) {
  useEffect(() => void refreshRuns(), []);
  const form = useRunForm();
  const { run, problem } = useRun(wanted);
  const asked = useAsk<AnyReport>(
    run !== null && run.state === "done" ? `backtest/${encodeURIComponent(run.id)}/results?points=1000` : null,
  );
  const report = asked.value.value;
  const results = useMemo(() => (run === null || report === null ? null : resultsOf(run, report)), [run?.id, run?.kind, report]);
  const search = useSearch(run, results);
  const compared = useAsk<ComparisonReport>(comparing.value ? `backtest/compare?runs=${ticked.value.join(",")}&points=1000` : null);
  useEffect(() => {
    tradeAt.value = -1;
  }, [run?.id]);
  useResearchKeys(form, run, phone);
  const waiting = run !== null && run.state === "done" && report === null;
  return (
    <main class="research" id="main" tabIndex={-1}>
      <RunFormPanel form={form} phone={phone} recent={runs.value ?? NO_RUNS} />
      <RunBar run={run} problem={problem} />
      <CurvesPanel
        results={results}
        comparison={comparing.value ? compared.value.value : null}
        problem={asked.problem.value}
        retry={asked.again}
        waiting={waiting}
        nothing={nothingYet(run)}
      />
      <TradesPanel run={run} results={results} />
      <TrustPanel run={run} results={results} problem={asked.problem.value} retry={asked.again} waiting={waiting} />
      <Lower run={run} results={results} search={search} compared={compared} />
      <RunsPanel run={run} />
    </main>
  );
}

/** The run of the address, else the newest; one that is older than the list is asked for. */
function useRun(wanted: string | null): { readonly run: ResearchRun | null; readonly problem: ApiError | null } {
  const all = runs.value ?? NO_RUNS;
  const listed = wanted === null ? all[0] : all.find((run) => run.id === wanted);
  const missing = wanted !== null && runs.value !== null && listed === undefined;
  const asked = useAsk<ResearchRun>(missing ? `backtest/${encodeURIComponent(wanted)}` : null);
  return { run: listed ?? asked.value.value, problem: missing ? asked.problem.value : null };
}

/** A search at work is followed trial by trial; one that has ended is its report. */
function useSearch(run: ResearchRun | null, results: Results | null): SearchInSight | null {
  const feed = useSignal<TrialFeed>(NO_TRIALS);
  const problem = useSignal<ApiError | null>(null);
  const turn = useSignal(0);
  const follow = run !== null && isSearch(run) && run.state !== "queued" && run.state !== "done" ? run.id : null;
  const active = run !== null && isActive(run);
  useEffect(() => {
    problem.value = null;
    if (follow === null) return undefined;
    return watchTrials(
      follow,
      (next) => (feed.value = next),
      (next) => (problem.value = next),
    );
  }, [follow, active, turn.value]);
  const report = results?.kind === "search" ? results.report : null;
  const spec = report?.spec ?? (run === null ? null : startedSpec(run.id));
  const space = useMemo(() => (spec === null ? null : Object.keys(spec.space)), [spec]);
  const values = useMemo(() => spaceValues(spec?.space ?? {}), [spec]);
  const objectives = useMemo(() => spec?.objectives ?? ["sharpe"], [spec]);
  // What was heard stays until the report is there.
  const trials = report?.trials ?? (feed.value.run === run?.id ? feed.value.trials : NO_TRIALS.trials);
  return useMemo(
    () =>
      run === null || !isSearch(run)
        ? null
        : { run, trials, report, objectives, space, values, problem: problem.value, retry: () => (turn.value += 1) },
    [run, trials, report, objectives, space, values, problem.value],
  );
}

interface LowerProps {
  readonly run: ResearchRun | null;
  readonly results: Results | null;
  readonly search: SearchInSight | null;
  readonly compared: Asked<ComparisonReport>;
}

function Lower({ run, results, search, compared }: LowerProps) {
  if (comparing.value) return <ComparisonPanel asked={compared} />;
  if (search !== null) {
    if (trialsShown.value) return <TrialsPanel search={search} />;
    return (
      <>
        <HeatMapPanel search={search} />
        <FrontPanel search={search} />
      </>
    );
  }
  return (
    <>
      <MetricsPanel run={run} results={results} />
      <SourcesPanel results={results} />
    </>
  );
}

function nothingYet(run: ResearchRun | null): string {
  if (run === null) return "The curve of a run";
  if (isActive(run)) return "The curve comes when the run has ended";
  return run.kind === "validate" ? "A validation has no curve" : "This run has no curve";
}

function useResearchKeys(form: RunForm, run: ResearchRun | null, phone: boolean): void {
  useKeys({
    "Mod+Enter": () => !phone && form.run(),
    x: () => run !== null && stopLock(run) === null && void stopRun(run.id),
    c: () => ticked.value.length >= 2 && (comparing.value = !comparing.value),
    t: () => (trialsShown.value = !trialsShown.value),
    j: () => walk(1),
    k: () => walk(-1),
    Escape: () => {
      if (comparing.value) comparing.value = false;
      else (document.activeElement as HTMLElement | null)?.blur();
    },
  });
}
