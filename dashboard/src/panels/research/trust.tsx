/**
 * How far to trust it: the verdict first, then the numbers behind it with what is wanted of each, then plain warnings.
 * What is fine is grey; colour asks for attention.
 */
import type { BacktestReport, ResearchRun, SearchReport } from "../../../../domain/contract/views/research.ts";
import { number, percent } from "../../model/format.ts";
import { metricText } from "../../model/research/metric-names.ts";
import type { Results } from "../../model/research/results.ts";
import { DEFLATED_WANTED, isActive, isSearch, PBO_WANTED, shortId, TRADES_WANTED } from "../../model/research/runs.ts";
import { Mark } from "../../parts/mark.tsx";
import { Empty, Failed, Loading, Panel } from "../../parts/panel.tsx";
import type { ApiError } from "../../state/api.ts";
import { OfChecks, OfPaths } from "./trust-checks.tsx";
import { Fact, Verdict, Warnings, type Tone } from "./trust-parts.tsx";
import { CheckButtons, PaperButton } from "./trust-steps.tsx";

interface TrustProps {
  readonly run: ResearchRun | null;
  readonly results: Results | null;
  readonly problem: ApiError | null;
  readonly retry: () => void;
  readonly waiting: boolean;
}

export function TrustPanel(props: TrustProps) {
  const { run } = props;
  return (
    <Panel
      title="How far to trust it"
      note={run === null ? "" : isActive(run) ? `run ${shortId(run.id)} so far` : `run ${shortId(run.id)}`}
      area="trust"
    >
      <Content {...props} />
    </Panel>
  );
}

function Content({ run, results, problem, retry, waiting }: TrustProps) {
  if (problem !== null && results === null) return <Failed problem={problem} retry={retry} />;
  if (waiting) return <Loading rows={8} columns={[110, 60, 60]} />;
  switch (results?.kind) {
    case "backtest":
      return <OfBacktest report={results.report} />;
    case "search":
      return <OfSearch report={results.report} />;
    case "monte-carlo":
      return <OfPaths report={results.report} />;
    case "validate":
      return <OfChecks checks={results.report.checks} />;
    case undefined:
      return run === null ? <Empty title="A verdict on every run" /> : <SoFar run={run} />;
  }
}

function SoFar({ run }: { run: ResearchRun }) {
  if (run.state === "failed") {
    return (
      <Verdict
        tone="crit"
        title="The run failed"
        text={run.error === null ? "It gave no reason." : `${run.error.type}: ${run.error.message}`}
      />
    );
  }
  const more = isActive(run) ? "A verdict comes when it has ended." : "It ended before its verdict.";
  return (
    <div class="trust">
      <Verdict open tone="" title="No verdict yet" text={more} />
      {isSearch(run) && (
        <dl class="trust-facts">
          <Fact name="Trials so far" value={number(run.done)} wanted={`of ${number(run.total)}`} bad={false} />
          <Fact
            name="Deflated Sharpe so far"
            value={number(run.deflatedSharpe, 2)}
            wanted={`wanted ≥ ${DEFLATED_WANTED}`}
            bad={run.deflatedSharpe !== null && run.deflatedSharpe < DEFLATED_WANTED}
          />
        </dl>
      )}
    </div>
  );
}

const VERDICTS: Readonly<Record<SearchReport["trust"]["verdict"], readonly [Tone, string]>> = {
  none: ["crit", "No evidence. Do not go live."],
  weak: ["warn", "Weak evidence. Do not go live."],
  fair: ["warn", "Fair evidence. Paper first."],
  good: ["", "Good evidence, so far as data can tell."],
};

const below = (value: number | null, wanted: number): boolean => value !== null && value < wanted;

function OfSearch({ report }: { report: SearchReport }) {
  const { trust } = report;
  const [tone, title] = VERDICTS[trust.verdict];
  return (
    <div class="trust">
      <Verdict tone={tone} title={title} text={trust.text} />
      <dl class="trust-facts">
        <Fact name="Trials" value={number(trust.trials)} wanted="" bad={false} />
        <Fact
          name="Deflated Sharpe"
          value={number(trust.deflatedSharpe, 2)}
          wanted={`wanted ≥ ${DEFLATED_WANTED}`}
          bad={below(trust.deflatedSharpe, DEFLATED_WANTED)}
        />
        <Fact
          name="PBO"
          value={percent(trust.pbo, 0)}
          wanted={`wanted ≤ ${percent(PBO_WANTED, 0)}`}
          bad={trust.pbo !== null && trust.pbo > PBO_WANTED}
        />
        <Fact
          name="Trades, hold-out"
          value={number(trust.heldOutTrades)}
          wanted={`wanted ≥ ${TRADES_WANTED}`}
          bad={below(trust.heldOutTrades, TRADES_WANTED)}
        />
        <Fact name="Neighbours earn" value={percent(trust.stability, 0)} wanted="of the best" bad={below(trust.stability, 0.5)} />
      </dl>
      <SharpeBars trust={trust} />
      <Warnings items={trust.warnings} />
      <PaperButton
        deflatedSharpe={trust.deflatedSharpe}
        strategy={report.run.strategy}
        params={report.best === null ? null : { ...report.spec.backtest.strategies[0]?.params, ...report.best.params }}
      />
    </div>
  );
}

function SharpeBars({ trust }: { trust: SearchReport["trust"] }) {
  const bars = [
    ["searched", trust.sharpe.searched, ""],
    ["walk-forward", trust.sharpe.walkForward, ""],
    ["hold-out", trust.sharpe.heldOut, ""],
    ["luck alone", trust.luckSharpe, "luck"],
  ] as const;
  const most = Math.max(2, ...bars.map(([, value]) => value ?? 0));
  return (
    <section class="sharpe-bars" aria-label="Sharpe, yearly">
      <span class="t2">Sharpe, yearly</span>
      {bars.map(([name, value, cls]) => (
        <div key={name} class={`sharpe-bar ${cls}`}>
          <span class="t2">{name}</span>
          <span class="bar" aria-hidden="true">
            <i style={{ width: `${(Math.max(0, value ?? 0) / most) * 100}%` }} />
          </span>
          <b>{number(value, 2)}</b>
        </div>
      ))}
    </section>
  );
}

function OfBacktest({ report }: { report: BacktestReport }) {
  const worst = (["critical", "warn"] as const).find((severity) => report.warnings.some((item) => item.severity === severity));
  const doubts = report.warnings.filter((item) => item.severity !== "info").length;
  const { metrics } = report;
  const ground = report.benchmark;
  const trades = metrics["trades"] ?? report.tradesTotal;
  return (
    <div class="trust">
      <Verdict
        tone={worst === "critical" ? "crit" : worst === "warn" ? "warn" : ""}
        title={doubts === 0 ? "Nothing speaks against it yet." : `${doubts} ${doubts === 1 ? "doubt" : "doubts"}. Do not go live.`}
        text="One backtest is one path: validate it, and see how it fares out of sample."
      />
      <dl class="trust-facts">
        <Fact name="Return" value={metricText("totalReturn", metrics["totalReturn"])} wanted="" bad={false} />
        <Fact
          name={ground === null ? "Benchmark" : ground.name}
          value={metricText("totalReturn", ground?.metrics["totalReturn"])}
          wanted="needs no skill"
          bad={false}
        />
        <Fact name="Sharpe" value={metricText("sharpe", metrics["sharpe"])} wanted={report.why["sharpe"] ?? ""} bad={false} />
        <Fact name="Max drawdown" value={metricText("maxDrawdown", metrics["maxDrawdown"])} wanted="" bad={false} />
        <Fact name="Trades" value={number(trades)} wanted={`wanted ≥ ${TRADES_WANTED}`} bad={trades < TRADES_WANTED} />
        <Fact
          name="Profit factor"
          value={metricText("profitFactor", metrics["profitFactor"])}
          wanted={report.why["profitFactor"] ?? ""}
          bad={false}
        />
      </dl>
      <Warnings items={report.warnings} />
      <Refusals report={report} />
      <CheckButtons report={report} />
    </div>
  );
}

function Refusals({ report }: { report: BacktestReport }) {
  if (report.refusals.length === 0) return null;
  return (
    <ul class="doubts">
      {report.refusals.map((refusal) => (
        <li key={refusal.code}>
          <Mark form="diamond" tone="crit" />
          <span>
            {number(refusal.count)} × {refusal.code} <span class="t2">{refusal.example}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
