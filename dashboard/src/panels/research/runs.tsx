/**
 * Every run, newest first: tick two or more to compare, select one to see it. What makes it reproducible stands below:
 * same inputs, same numbers.
 */
import type { ResearchRun } from "../../../../domain/contract/views/research.ts";
import { go } from "../../app/route.ts";
import { number, percent } from "../../model/format.ts";
import { bestText, DEFLATED_WANTED, isActive, kindText, shortHash, shortId, stateText } from "../../model/research/runs.ts";
import { Button, Kbd } from "../../parts/basics.tsx";
import { Await, Empty, Panel } from "../../parts/panel.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { isSending } from "../../state/commands.ts";
import { comparing, saveReport, tick, ticked, type ReportFormat } from "../../state/research.ts";
import { refreshRuns, runs, runsProblem } from "../../state/runs.ts";
import { RunStateMark } from "./run-bar.tsx";

const value = (run: ResearchRun, name: string): number | null => run.metrics?.[name] ?? null;

const COLUMNS: readonly Column<ResearchRun>[] = [
  { key: "tick", head: <span class="unseen">Compare</span>, width: 30, cls: "tick-cell", cell: (row) => <TickBox run={row} /> },
  { key: "run", head: "Run", cls: "strong", cell: (row) => shortId(row.id), whole: (row) => `${row.id}: ${row.title}, by ${row.by}` },
  { key: "what", head: "What", width: 84, cell: (row) => kindText(row), whole: (row) => row.title },
  {
    key: "best",
    head: "Best",
    width: 66,
    wide: true,
    cell: (row) => bestText(row.bestParams),
    whole: (row) => JSON.stringify(row.bestParams ?? {}),
  },
  { key: "sharpe", head: "Sharpe", width: 48, num: true, cell: (row) => number(value(row, "sharpe"), 2) },
  { key: "held", head: "Held out", width: 54, num: true, cls: "strong", cell: (row) => number(row.heldOut?.["sharpe"], 2) },
  { key: "dd", head: "Max DD", width: 56, num: true, cell: (row) => percent(minus(value(row, "maxDrawdown")), 1) },
  { key: "trades", head: "Trades", width: 46, num: true, wide: true, cell: (row) => number(value(row, "trades")) },
  { key: "deflated", head: "Deflated", width: 54, num: true, cell: (row) => <Deflated share={row.deflatedSharpe} /> },
  {
    key: "state",
    head: "State",
    width: 84,
    num: true,
    cell: (row) => (isActive(row) ? <span class="acc">{stateText(row)}</span> : (RunStateMark({ run: row }) ?? stateText(row))),
    whole: (row) => row.error?.message ?? row.state,
  },
];

function minus(share: number | null): number | null {
  return share === null ? null : -share;
}

function Deflated({ share }: { share: number | null }) {
  return <span class={share !== null && share < DEFLATED_WANTED ? "warn" : ""}>{number(share, 2)}</span>;
}

function TickBox({ run }: { run: ResearchRun }) {
  return (
    <input
      type="checkbox"
      aria-label={`Compare run ${run.id}`}
      checked={ticked.value.includes(run.id)}
      onClick={(event) => event.stopPropagation()}
      onChange={() => tick(run.id)}
    />
  );
}

const FORMATS: readonly { readonly value: ReportFormat; readonly text: string }[] = [
  { value: "html", text: "HTML, with charts" },
  { value: "pdf", text: "PDF" },
  { value: "trades.csv", text: "Trades, CSV" },
  { value: "equity.csv", text: "Equity, CSV" },
  { value: "trades.parquet", text: "Trades, Parquet" },
  { value: "equity.parquet", text: "Equity, Parquet" },
];

export function RunsPanel({ run }: { run: ResearchRun | null }) {
  const count = ticked.value.length;
  const right = (
    <span class="row">
      <Button locked={count < 2 ? "tick two runs or more" : null} onClick={() => (comparing.value = !comparing.peek())}>
        {count < 2 ? "Compare" : `Compare ${count}`} <Kbd>C</Kbd>
      </Button>
      {run !== null && run.state === "done" && <ReportChoice run={run} />}
    </span>
  );
  return (
    <Panel title="Runs" note={runs.value === null ? "" : `${runs.value.length}, newest first`} right={right} area="runs" fixed>
      <Await value={runs.value} problem={runsProblem.value} retry={() => void refreshRuns()} columns={[50, 100, 60, 50, 50]}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No run yet">
              <span>Runs of this form, the terminal and the API are kept here.</span>
            </Empty>
          ) : (
            <div class="runs">
              <div class="runs-table">
                <Table
                  label="Runs"
                  columns={COLUMNS}
                  rows={rows}
                  rowKey={(row) => row.id}
                  selected={run?.id ?? null}
                  onSelect={(row) => go({ view: "research", run: row.id })}
                  minWidth={480}
                />
              </div>
              {run !== null && <Origin run={run} />}
            </div>
          )
        }
      </Await>
    </Panel>
  );
}

function ReportChoice({ run }: { run: ResearchRun }) {
  const saving = isSending(`report:${run.id}`);
  const formats = run.kind === "backtest" ? FORMATS : FORMATS.slice(0, 2);
  return (
    <select
      class="btn report-choice"
      aria-label={`Report of run ${run.id}`}
      value=""
      aria-disabled={saving}
      onChange={(event) => {
        const format = event.currentTarget.value as ReportFormat;
        event.currentTarget.value = "";
        if (!saving) void saveReport(run.id, format);
      }}
    >
      <option value="" disabled hidden>
        {saving ? "Saving…" : "Report"}
      </option>
      {formats.map((format) => (
        <option key={format.value} value={format.value}>
          {format.text}
        </option>
      ))}
    </select>
  );
}

/** What a run was made of. */
function Origin({ run }: { run: ResearchRun }) {
  return (
    <footer class="origin t2">
      <span title={run.dataHash ?? "not known yet"}>
        data <code class="t1">{shortHash(run.dataHash)}</code>
      </span>
      <span title={run.codeVersion}>
        code{" "}
        <code class="t1">
          {run.strategy}@{run.strategyVersion} {run.codeVersion.slice(0, 12)}
        </code>
      </span>
      <span>
        seed <code class="t1">{run.seed}</code>
      </span>
      {run.hash !== null && (
        <span title={run.hash}>
          result <code class="t1">{shortHash(run.hash)}</code>
        </span>
      )}
      <span>
        on <b class="t1">{run.node}</b>, {run.workers} {run.workers === 1 ? "worker" : "workers"}, by {run.by}
      </span>
    </footer>
  );
}
