/** How a strategy fared in harder questions: the paths of a Monte Carlo, the checks of a validation. */
import type { MonteCarloReport, ValidationCheck } from "../../../../domain/contract/views/research.ts";
import { number, percent } from "../../model/format.ts";
import { Mark, type Form } from "../../parts/mark.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Verdict, Warnings } from "./trust-parts.tsx";

type Quantile = MonteCarloReport["quantiles"][number];

const QUANTILES: readonly Column<Quantile>[] = [
  { key: "quantile", head: "Paths up to", cell: (row) => percent(row.quantile, row.quantile < 0.1 ? 1 : 0) },
  { key: "equity", head: "Final equity", width: 110, num: true, cls: "strong", cell: (row) => number(row.finalEquity, 2) },
  { key: "drawdown", head: "Max drawdown", width: 100, num: true, cell: (row) => percent(row.maxDrawdown, 1) },
];

export function OfPaths({ report }: { report: MonteCarloReport }) {
  const ruined = (report.ruinShare ?? 0) > 0.01;
  return (
    <div class="trust">
      <Verdict
        tone={ruined ? "warn" : ""}
        title={report.ruinShare === null ? "Ruin cannot be told" : `${percent(report.ruinShare, 1)} of the paths lost half`}
        text={`${number(report.paths)} paths by ${report.method.replaceAll("-", " ")}.`}
      />
      <div class="quantiles">
        <Table label="Quantiles of the paths" columns={QUANTILES} rows={report.quantiles} rowKey={(row) => String(row.quantile)} />
      </div>
      <Warnings items={report.warnings} />
    </div>
  );
}

const CHECKS: Readonly<Record<ValidationCheck["verdict"], readonly [Form, string]>> = {
  pass: ["check", "t2"],
  warn: ["triangle", "warn"],
  fail: ["diamond", "crit"],
  skipped: ["hollow", "t3"],
};

export function OfChecks({ checks }: { checks: readonly ValidationCheck[] }) {
  const failed = checks.filter(({ verdict }) => verdict === "fail").length;
  const warned = checks.filter(({ verdict }) => verdict === "warn").length;
  return (
    <div class="trust">
      <Verdict
        tone={failed > 0 ? "crit" : warned > 0 ? "warn" : ""}
        title={failed > 0 ? `${failed} of ${checks.length} checks failed` : warned > 0 ? `${warned} checks warn` : "All checks passed"}
        text="Look-ahead, warm-up, costs and luck, each by running the strategy again."
      />
      <ul class="doubts">
        {checks.map((check) => (
          <li key={check.name}>
            <Mark form={CHECKS[check.verdict][0]} tone={CHECKS[check.verdict][1]} />
            <span>
              <b>{check.name}</b> <span class="t3">{check.verdict}</span>
              <br />
              <span class="t2">{check.text}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
