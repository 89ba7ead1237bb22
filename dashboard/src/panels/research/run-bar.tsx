/** The run looked at: what it is, how far, how fast, what is left, and how to stop it or go on. */
import type { ResearchRun } from "../../../../domain/contract/views/research.ts";
import { age, number } from "../../model/format.ts";
import { rate } from "../../model/research/estimate.ts";
import { canResume, duration, isActive, isSearch, kindText, progress, shortId, unitText } from "../../model/research/runs.ts";
import { Button, Kbd } from "../../parts/basics.tsx";
import { State } from "../../parts/mark.tsx";
import type { ApiError } from "../../state/api.ts";
import { isSending, lockedFor } from "../../state/commands.ts";
import { link, pageMs } from "../../state/floor.ts";
import { resumeRun, stopRun } from "../../state/research.ts";
import { runs } from "../../state/runs.ts";

/** Why the run cannot be stopped now; null when it can. */
export function stopLock(run: ResearchRun | null): string | null {
  if (run === null || !isActive(run)) return "the run is not at work";
  return isSending(`research:${run.id}`) ? "sending" : lockedFor("research:write");
}

/** `problem`: why the run of the address cannot be shown. */
export function RunBar({ run, problem }: { run: ResearchRun | null; problem: ApiError | null }) {
  const { lostAtMs } = link.value;
  const none =
    problem !== null ? (
      <span role="alert">
        <b class="crit">{problem.type}</b> {problem.message}
      </span>
    ) : (
      <span class="t2">
        {runs.value === null ? "Asking for the runs…" : "No run yet. Fill in the form and press Run; what it finds appears here."}
      </span>
    );
  return (
    <section class={`panel run-bar ${lostAtMs === null ? "" : "hatch"}`} aria-label="Run" style={{ gridArea: "run" }}>
      {run === null ? none : <Told run={run} />}
      {lostAtMs !== null && <span class="warn">▲ as of {age(pageMs.value - lostAtMs)} ago</span>}
    </section>
  );
}

function Told({ run }: { run: ResearchRun }) {
  const active = isActive(run);
  const ratio = run.state === "done" ? 1 : progress(run);
  return (
    <>
      <b class="cut run-name" title={run.id}>
        Run {shortId(run.id)}
      </b>
      <span class="chip tag-sim">BACKTEST</span>
      <span class="t2 cut">
        {run.strategy} v{run.strategyVersion}, {kindText(run)}
      </span>
      <span
        class="grow run-progress"
        role="progressbar"
        aria-label={`Progress of run ${run.id}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(ratio * 100)}
      >
        <i class={active ? "active" : ""} style={{ width: `${ratio * 100}%` }} />
      </span>
      <Figures run={run} active={active} />
      {active && (
        <Button tone="big" locked={stopLock(run)} onClick={() => void stopRun(run.id)} label="Stop; finished trials are kept">
          {isSending(`research:${run.id}`) ? "Sending…" : "Stop"} <Kbd>X</Kbd>
        </Button>
      )}
      {canResume(run) && (
        <Button
          tone="big"
          locked={isSending(`research:${run.id}`) ? "sending" : lockedFor("research:write")}
          onClick={() => void resumeRun(run.id)}
        >
          {isSending(`research:${run.id}`) ? "Sending…" : "Resume"}
        </Button>
      )}
    </>
  );
}

function Figures({ run, active }: { run: ResearchRun; active: boolean }) {
  const count = run.total > 0 && (
    <span>
      <b>
        {number(run.done)} of {number(run.total)}
      </b>{" "}
      <span class="t2">{isSearch(run) && run.running > 0 ? `${run.running} running` : unitText(run)}</span>
    </span>
  );
  const took = run.startedAtMs !== null && run.endedAtMs !== null && (
    <span class="t2">
      took <b class="t1">{duration(run.endedAtMs - run.startedAtMs)}</b>
    </span>
  );
  return (
    <>
      <RunStateMark run={run} />
      {count}
      {active && run.etaMs !== null && (
        <span class="t2">
          left <b class="t1">{duration(run.etaMs)}</b>
        </span>
      )}
      {!active && took}
      {run.barsPerSecond !== null && <span class="t2">{rate(run.barsPerSecond)}</span>}
      {run.skipped > 0 && <span class="t2">{number(run.skipped)} skipped</span>}
      {run.error !== null && (
        <span class="crit cut" title={run.error.message} role="alert">
          {run.error.type} {run.error.message}
        </span>
      )}
    </>
  );
}

/** States other than at work and done, by form and colour. */
export function RunStateMark({ run }: { run: ResearchRun }) {
  switch (run.state) {
    case "failed":
      return <State form="diamond" tone="crit" text="failed" />;
    case "interrupted":
      return <State form="triangle" tone="warn" text="interrupted" />;
    case "cancelled":
      return <State form="square" tone="t3" text="cancelled" />;
    case "queued":
      return <State form="hollow" tone="t2" text="queued" />;
    default:
      return null;
  }
}
