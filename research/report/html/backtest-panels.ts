/** The panels of a backtest's page: headline, warnings, monthly table, metrics, drawdowns, costs, trades, how it was made. */
import { METRIC_NAMES } from "../../../domain/analytics/metric-names.ts";
import type { BacktestReport, ResearchTrade, ResearchWarning } from "../../../domain/contract/views/research.ts";
import { metricLabel, metricText, orderedNames } from "../metric-labels.ts";
import * as text from "../number-text.ts";
import { html, type Markup } from "./markup.ts";
import { panel } from "./page.ts";
import { type Column, facts, signed, table } from "./tables.ts";

/** Rows of the trade table; the page says how many it leaves out, the CSV and Parquet files hold all. */
const TRADE_ROWS = 500;
const HEADLINES = ["finalEquity", "totalReturn", "cagr", "sharpe", "maxDrawdown", "trades"] as const;
const SIGNS = { info: ["·", "dim"], warn: ["▲", "warn"], critical: ["◆", "crit"] } as const;

export function headline(report: BacktestReport): Markup {
  const { run, spec, metrics } = report;
  const params = spec.strategies.map((row) => `${row.id ?? row.strategy} ${text.paramsText(row.params)}`.trim()).join("; ");
  const range = `${text.timeText(run.fromMs)} to ${text.timeText(run.toMs)} UTC`;
  const figures = HEADLINES.filter((name) => Object.hasOwn(metrics, name)).map(
    (name) => html`<div class="figure"><span>${metricLabel(name)}</span><b>${metricText(name, metrics[name])}</b></div>`,
  );
  return html`<header class="panel">
    <h1>${run.title}</h1>
    <span class="badge">BACKTEST</span>
    <div class="sub">${params}</div>
    <div class="sub">${run.symbols.join(", ")} · ${range} · ${text.countText(report.bars)} bars · ${spec.fill} · ${spec.market.kind}</div>
    <div class="figures">${figures}</div>
  </header>`;
}

export function warningsPanel(title: string, warnings: readonly ResearchWarning[], width: "" | "half" = ""): Markup {
  const rows = warnings.map(({ severity, text: sentence, code }) => {
    const [sign, look] = SIGNS[severity];
    return html`<li title="${code}"><i class="${look}" aria-label="${severity}">${sign}</i>${sentence}</li>`;
  });
  const body =
    rows.length === 0
      ? html`<div class="dim">Nothing to warn of was found.</div>`
      : html`<ul class="warnings">
          ${rows}
        </ul>`;
  return panel(title, rows.length === 1 ? "1 finding" : `${rows.length} findings`, html`<div class="body">${body}</div>`, width);
}

export function metricsPanel({ metrics, why, benchmark }: BacktestReport): Markup {
  const names = orderedNames([metrics]);
  const half = Math.ceil(names.length / 2);
  const columns: readonly Column<string>[] = [
    {
      title: "Metric",
      cell: (name) => [metricLabel(name), why[name] === undefined ? null : html` <span class="dim">${why[name]}</span>`],
      text: true,
    },
    { title: "Run", cell: (name) => metricText(name, metrics[name]), right: true },
    ...(benchmark === null
      ? []
      : [{ title: benchmark.name, cell: (name: string) => metricText(name, benchmark.metrics[name]), right: true }]),
  ];
  const tables = [names.slice(0, half), names.slice(half)].map((part) => html`<div>${table(columns, part)}</div>`);
  const convention = "daily UTC equity net of costs, sample deviation, 365 days a year, risk-free 0 unless said";
  return panel("Metrics", convention, html`<div class="two">${tables}</div>`);
}

export function monthlyPanel({ monthly }: BacktestReport): Markup {
  const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const largest = Math.max(0.01, ...monthly.flatMap(({ months }) => months.map((value) => Math.abs(value ?? 0))));
  const cell = (value: number | null) => {
    const strength = value === null ? 0 : Math.min(0.55, (Math.abs(value) / largest) * 0.55);
    const look = value === null ? "" : `background:rgba(var(--${value < 0 ? "loss" : "gain"}),${strength.toFixed(3)})`;
    return html`<td style="${look}">${value === null ? "" : text.signedShareText(value)}</td>`;
  };
  const rows = monthly.map(
    ({ year, months, total }) =>
      html`<tr>
        <th scope="row">${year}</th>
        ${months.map(cell)}
        <td><b>${text.signedShareText(total)}</b></td>
      </tr>`,
  );
  const head = [...names, "Year"].map((name) => html`<th scope="col">${name}</th>`);
  const body = html`<div class="body scroll">
    <table class="heat">
      <tr>
        <th></th>
        ${head}
      </tr>
      ${rows}
    </table>
  </div>`;
  return panel("Monthly returns", "UTC, net of costs", body);
}

export function drawdownPanel({ drawdowns }: BacktestReport): Markup {
  const body = table(
    [
      { title: "Depth", cell: (row) => text.shareText(-row.depth), right: true },
      { title: "From", cell: (row) => text.dateText(row.fromMs) },
      { title: "Trough", cell: (row) => text.dateText(row.troughMs) },
      { title: "Recovered", cell: (row) => (row.toMs === null ? html`<span class="warn">not yet</span>` : text.dateText(row.toMs)) },
      { title: "Days", cell: (row) => text.daysText(row.days), right: true },
    ],
    drawdowns,
  );
  return panel("Drawdowns", "the deepest", body, "half");
}

/** Of a kind with many groups the best and the worst: those that make the result. */
const GROUPS_SHOWN = 24;

export function attributionPanel({ attribution }: BacktestReport): Markup {
  const kinds = [...new Set(attribution.map(({ by }) => by))].map((by) => attribution.filter((row) => row.by === by));
  const half = GROUPS_SHOWN / 2;
  const shown = kinds.flatMap((rows) => (rows.length > GROUPS_SHOWN ? [...rows.slice(0, half), ...rows.slice(-half)] : rows));
  const left = attribution.length - shown.length;
  const body = table(
    [
      { title: "By", cell: (row) => row.by },
      { title: "Which", cell: (row) => row.name, text: true },
      { title: "Trades", cell: (row) => text.countText(row.trades), right: true },
      { title: "Fee", cell: (row) => text.moneyText(row.fee), right: true },
      { title: "P&L", cell: (row) => signed(row.pnl, text.signedMoneyText(row.pnl)), right: true },
    ],
    shown,
  );
  const note =
    left === 0
      ? "each group sums to the whole"
      : `the best and worst of each group; ${text.countText(left)} rows between are left out here`;
  return panel("Where the profit comes from", note, body, "half");
}

export function costsPanel({ costs, spec, refusals }: BacktestReport): Markup {
  const rows: readonly (readonly [string, string])[] = [
    ["Fees", text.moneyText(costs.fee)],
    ["Slippage", text.moneyText(costs.slippage)],
    ["Funding", text.signedMoneyText(costs.funding)],
    ["Turnover", text.moneyText(costs.turnover)],
    ["Fee rates", `maker ${spec.costs.makerFeeBps} bps, taker ${spec.costs.takerFeeBps} bps`],
    ["Slippage model", text.slippageText(spec.costs.slippage)],
    ["Latency", text.latencyText(spec.costs.latency)],
    ...refusals.map(({ code, count, example }): readonly [string, string] => [`Refused: ${code}`, `${text.countText(count)} · ${example}`]),
  ];
  return panel("Costs and refusals", "", html`<div class="body">${facts(rows)}</div>`, "half");
}

/** Rows of symbols and strategies; the whole comes first. */
const COST_ROWS = 40;

export function shortfallPanel({ costRows = [] }: BacktestReport): Markup {
  type Row = NonNullable<BacktestReport["costRows"]>[number];
  const shown = costRows.slice(0, COST_ROWS);
  const body = table<Row>(
    [
      { title: "By", cell: (row) => row.by },
      { title: "Which", cell: (row) => row.name, text: true },
      { title: "Fills", cell: (row) => text.countText(row.fills), right: true },
      { title: "Delay", cell: (row) => text.moneyText(row.delay), right: true },
      { title: "Slippage", cell: (row) => text.moneyText(row.slippage), right: true },
      { title: "Fee", cell: (row) => text.moneyText(row.fee), right: true },
      { title: "Shortfall", cell: (row) => text.moneyText(row.shortfall), right: true },
      { title: "bps", cell: (row) => text.ratioText(row.shortfallBps), right: true },
      { title: "Against VWAP, bps", cell: (row) => text.ratioText(row.vwapBps), right: true },
    ],
    shown,
  );
  const left = costRows.length - shown.length;
  const note = `against the price at the decision${left > 0 ? `; ${left} rows are left out here` : ""}`;
  return panel("What fills cost", note, body);
}

export function tradesPanel({ trades, tradesTotal }: BacktestReport): Markup {
  const rows = trades.slice(0, TRADE_ROWS);
  const left = tradesTotal - rows.length;
  const note =
    left > 0 ? `the first ${rows.length} of ${text.countText(tradesTotal)}; ${text.countText(left)} are left out here` : `${tradesTotal}`;
  const body = table<ResearchTrade>(
    [
      { title: "Strategy", cell: (row) => row.strategyId },
      { title: "Symbol", cell: (row) => row.symbol },
      { title: "Side", cell: (row) => row.side },
      { title: "Entry", cell: (row) => text.timeText(row.entryTime) },
      { title: "Price", cell: (row) => text.priceText(row.entryPrice), right: true },
      { title: "Exit", cell: (row) => (row.exitTime === null ? html`<span class="warn">open</span>` : text.timeText(row.exitTime)) },
      { title: "Price", cell: (row) => text.priceText(row.exitPrice), right: true },
      { title: "Quantity", cell: (row) => text.priceText(row.quantity), right: true },
      { title: "Fee", cell: (row) => text.moneyText(row.fee), right: true },
      { title: "P&L", cell: (row) => signed(row.pnl, text.signedMoneyText(row.pnl)), right: true },
      { title: "Return", cell: (row) => signed(row.returnRatio, text.signedShareText(row.returnRatio)), right: true },
      { title: "Bars", cell: (row) => text.countText(row.bars), right: true },
      { title: "Why", cell: (row) => (row.exitWhy === null ? row.why : `${row.why}; ${row.exitWhy}`), text: true },
    ],
    rows,
  );
  return panel("Trades", note, body);
}

export function madePanel({ run, spec, hash, why }: BacktestReport): Markup {
  const rows: readonly (readonly [string, string | Markup])[] = [
    ["Run", html`<code>${run.id}</code>`],
    ["Data hash", html`<code>${run.dataHash ?? text.NONE}</code>`],
    ["Code version", html`<code>${run.codeVersion}</code>`],
    ["Result hash", html`<code>${hash}</code>`],
    ["Seed", run.seed],
    ["Submitted", `${text.timeText(run.submittedAtMs)} UTC by ${run.by}`],
    ["Undefined metrics", text.countText(METRIC_NAMES.filter((name) => Object.hasOwn(why, name)).length)],
  ];
  const body = html`<div class="body">
    ${facts(rows)}
    <p class="note">Same spec, data, code version and seed: same numbers.</p>
    <details>
      <summary>Spec</summary>
      <pre>${JSON.stringify(spec, null, 2)}</pre>
    </details>
  </div>`;
  return panel("How it was made", "", body);
}
