/** Every trial of a search as a table: the numbers behind the heat-map and the front, best first. */
import { useMemo } from "preact/hooks";
import type { ResearchTrial } from "../../../../domain/contract/views/research.ts";
import { number } from "../../model/format.ts";
import { variedParams } from "../../model/research/heat-map.ts";
import { metricLabel, metricText } from "../../model/research/metric-names.ts";
import { paramShown } from "../../model/params.ts";
import { Button, Kbd } from "../../parts/basics.tsx";
import { Mark, State } from "../../parts/mark.tsx";
import { Await, Empty, Panel } from "../../parts/panel.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { trialsShown } from "../../state/research.ts";
import { TRIALS_KEPT } from "../../state/runs.ts";
import type { SearchInSight } from "./heat-map.tsx";

const SHOWN = ["sharpe", "totalReturn", "maxDrawdown", "trades", "profitFactor"];

export function TrialsPanel({ search }: { search: SearchInSight }) {
  const [objective = "sharpe"] = search.objectives;
  const rows = useMemo(() => bestFirst(search.trials, objective), [search.trials, objective]);
  const columns = useMemo(() => columnsOf(search, objective), [search.trials.length > 0, search.space, objective]);
  const cut = search.run.done > TRIALS_KEPT ? `, the first ${number(TRIALS_KEPT)}` : "";
  return (
    <Panel
      title="Trials"
      note={`${number(rows.length)}${cut}, best first`}
      right={
        <Button onClick={() => (trialsShown.value = false)}>
          Pictures <Kbd>T</Kbd>
        </Button>
      }
      area="lower"
      fixed
    >
      <Await
        value={rows.length === 0 && search.problem !== null ? null : rows}
        problem={search.problem}
        retry={search.retry}
        columns={[40, 60, 60, 60]}
      >
        {(all) =>
          all.length === 0 ? (
            <Empty title="No trial has finished yet" />
          ) : (
            <Table
              label="Trials"
              columns={columns}
              rows={all}
              rowKey={(row) => `${row.fold ?? ""}|${row.trial}`}
              rowClass={(row) => (row.state === "done" && row.feasible ? "" : "faint")}
              minWidth={560}
            />
          )
        }
      </Await>
    </Panel>
  );
}

function bestFirst(trials: readonly ResearchTrial[], objective: string): ResearchTrial[] {
  const metric = objective.replace(/^-/, "");
  const sign = objective.startsWith("-") ? -1 : 1;
  const value = (trial: ResearchTrial): number =>
    trial.state === "done" ? sign * (trial.metrics[metric] ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY;
  return [...trials].sort((a, b) => value(b) - value(a) || a.trial - b.trial);
}

function columnsOf(search: SearchInSight, objective: string): Column<ResearchTrial>[] {
  const names = variedParams(search.trials, search.space);
  const first = objective.replace(/^-/, "");
  const metrics = [first, ...SHOWN.filter((name) => name !== first)];
  const folds = search.trials.some(({ fold }) => fold !== null);
  return [
    { key: "trial", head: "Trial", width: 58, cell: (row) => row.trial },
    ...(folds ? [{ key: "fold", head: "Fold", width: 44, cell: (row: ResearchTrial) => (row.fold === null ? "" : row.fold + 1) }] : []),
    ...names.map((name) => ({
      key: `p-${name}`,
      head: name,
      width: 72,
      num: true,
      cell: (row: ResearchTrial) => paramShown(row.params[name]),
    })),
    ...metrics.map((name) => ({
      key: name,
      head: metricLabel(name),
      width: 92,
      num: true,
      cell: (row: ResearchTrial) => metricText(name, row.metrics[name]),
    })),
    {
      key: "state",
      head: "State",
      cell: (row) => <TrialState row={row} />,
      whole: (row) => row.reason ?? "",
    },
  ];
}

function TrialState({ row }: { row: ResearchTrial }) {
  if (row.state === "failed") return <State form="diamond" tone="crit" text={`failed: ${row.reason ?? ""}`} />;
  if (row.state === "skipped") return <span>× {row.reason ?? "skipped"}</span>;
  if (row.state === "pruned") return <span>ended early{row.reason === null ? "" : `: ${row.reason}`}</span>;
  if (!row.feasible) return <span>breaks a constraint</span>;
  return row.onFront ? (
    <span class="acc">
      <Mark form="small" /> on the front
    </span>
  ) : (
    <span class="t3">done</span>
  );
}
