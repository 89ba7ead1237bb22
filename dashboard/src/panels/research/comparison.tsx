/** Runs side by side: first whether the comparison is fair, then metric by metric with the best marked. */
import type { ComparisonReport } from "../../../../domain/contract/views/research.ts";
import { metricLabel, metricOrder, metricText } from "../../model/research/metric-names.ts";
import { shortId } from "../../model/research/runs.ts";
import { Button, Kbd } from "../../parts/basics.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Await, Panel } from "../../parts/panel.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import type { Asked } from "../../state/ask.ts";
import { comparing } from "../../state/research.ts";

type Row = ComparisonReport["metrics"][number];

export function ComparisonPanel({ asked }: { asked: Asked<ComparisonReport> }) {
  const count = asked.value.value?.runs.length;
  return (
    <Panel
      title="Comparison"
      note={count === undefined ? "" : `${count} runs`}
      right={
        <Button onClick={() => (comparing.value = false)}>
          Close <Kbd>C</Kbd>
        </Button>
      }
      area="lower"
      fixed
    >
      <Await value={asked.value.value} problem={asked.problem.value} retry={asked.again} columns={[120, 80, 80]}>
        {(report) => <Compared report={report} />}
      </Await>
    </Panel>
  );
}

function Compared({ report }: { report: ComparisonReport }) {
  const order = metricOrder(report.metrics.map(({ name }) => name));
  const rows = [...report.metrics].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const columns: Column<Row>[] = [
    { key: "metric", head: "Metric", width: 190, cls: "t2", cell: (row) => metricLabel(row.name) },
    ...report.runs.map((run, at) => ({
      key: run.id,
      head: <span title={run.id}>{shortId(run.id)}</span>,
      num: true,
      cell: (row: Row) => metricText(row.name, row.values[at]),
    })),
  ];
  return (
    <div class="compared">
      {report.differences.length === 0 ? (
        <p class="t2 compared-fair">
          <Mark form="check" /> Same data and costs: a fair comparison.
        </p>
      ) : (
        <ul class="compared-fair">
          {report.differences.map((difference) => (
            <li key={difference.field} class="cut" title={difference.values.join(" · ")}>
              <Mark form="triangle" tone="warn" /> {difference.field} differs: <span class="t2">{difference.values.join(" · ")}</span>
            </li>
          ))}
        </ul>
      )}
      <div class="compared-table">
        <Table
          label="Metrics of the runs"
          columns={columns}
          rows={rows}
          rowKey={(row) => row.name}
          minWidth={190 + report.runs.length * 90}
        />
      </div>
    </div>
  );
}
