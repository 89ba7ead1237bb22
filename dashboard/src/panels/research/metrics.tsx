/** The figures of a backtest in their order, why some cannot be told, and where its profit came from and went. */
import type { BacktestReport, MetricValues, ResearchRun } from "../../../../domain/contract/views/research.ts";
import { number, percent } from "../../model/format.ts";
import { metricLabel, metricOrder, metricText } from "../../model/research/metric-names.ts";
import type { Results } from "../../model/research/results.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { Table, type Column } from "../../parts/table.tsx";

export function MetricsPanel({ run, results }: { run: ResearchRun | null; results: Results | null }) {
  const report = results?.kind === "backtest" ? results.report : null;
  const values = report?.metrics ?? run?.metrics ?? null;
  return (
    <Panel title="Metrics" note={report === null ? "" : "net of costs"} area="heat">
      {values === null || Object.keys(values).length === 0 ? (
        <Empty title="The figures of a finished run" />
      ) : (
        <Figures values={values} why={report?.why ?? {}} />
      )}
    </Panel>
  );
}

function Figures({ values, why }: { values: MetricValues; why: Readonly<Record<string, string>> }) {
  return (
    <dl class="metric-list">
      {metricOrder(Object.keys(values)).map((name) => {
        const value = values[name] ?? null;
        const reason = value === null ? (why[name] ?? "not defined") : null;
        return (
          <div key={name} title={reason ?? undefined}>
            <dt class="t2 cut">{metricLabel(name)}</dt>
            <dd class={reason === null ? "strong" : "t3"}>
              {metricText(name, value)}
              {reason !== null && <span class="unseen"> {reason}</span>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

type Part = BacktestReport["attribution"][number];
type Fall = BacktestReport["drawdowns"][number];

const PARTS: readonly Column<Part>[] = [
  { key: "by", head: "By", width: 68, cls: "t2", cell: (row) => row.by },
  { key: "name", head: "", cell: (row) => row.name, whole: (row) => row.name },
  { key: "trades", head: "Trades", width: 52, num: true, cell: (row) => number(row.trades) },
  {
    key: "pnl",
    head: "P&L",
    width: 86,
    num: true,
    cell: (row) => <span class={row.pnl > 0 ? "up" : row.pnl < 0 ? "dn" : "t2"}>{number(row.pnl, 2, true)}</span>,
  },
];
const HOURS = "hour";
const FALLS_SHOWN = 5;

export function SourcesPanel({ results }: { results: Results | null }) {
  const report = results?.kind === "backtest" ? results.report : null;
  return (
    <Panel title="Where it came from" note={report === null ? "" : `costs ${number(costsOf(report), 2)}`} area="front">
      {report === null ? <Empty title="Of a finished backtest" /> : <Sources report={report} />}
    </Panel>
  );
}

function costsOf({ costs }: BacktestReport): number {
  return costs.fee + costs.slippage + costs.funding;
}

function Sources({ report }: { report: BacktestReport }) {
  const parts = report.attribution.filter(({ by }) => by !== HOURS);
  const { costs } = report;
  return (
    <div class="sources">
      <p class="t2">
        fees <b class="t1">{number(costs.fee, 2)}</b>, slippage <b class="t1">{number(costs.slippage, 2)}</b>, funding{" "}
        <b class="t1">{number(costs.funding, 2)}</b>
        {costs.turnover === null ? "" : `, turnover ${number(costs.turnover)}`}
      </p>
      <div class="sources-table" style={{ height: `${(parts.length + 1) * 22}px` }}>
        <Table label="Profit by source" columns={PARTS} rows={parts} rowKey={(row) => `${row.by}|${row.name}`} />
      </div>
      {report.drawdowns.length > 0 && <h3>Deepest drawdowns</h3>}
      <ul>
        {report.drawdowns.slice(0, FALLS_SHOWN).map((fall) => (
          <Fallen key={fall.fromMs} fall={fall} />
        ))}
      </ul>
    </div>
  );
}

function Fallen({ fall }: { fall: Fall }) {
  const start = new Date(fall.fromMs).toISOString().slice(0, 10);
  return (
    <li class="row">
      <b class="dn">{percent(-Math.abs(fall.depth), 1)}</b>
      <span class="t2">
        from {start}, {number(fall.days)} days{fall.toMs === null ? ", not recovered" : ""}
      </span>
    </li>
  );
}
