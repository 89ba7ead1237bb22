/** A backtest as a PDF to file or send: the same numbers as the page's, curves as vectors, tables over as many pages as needed. */
import type { BacktestReport } from "../../../domain/contract/views/research.ts";
import { metricLabel, metricText, orderedNames } from "../metric-labels.ts";
import * as text from "../number-text.ts";
import { PdfSheet } from "./sheet.ts";

const TRADE_ROWS = 200;
const HEADLINES = ["finalEquity", "totalReturn", "sharpe", "maxDrawdown", "trades"] as const;
export const COLOURS = { main: "#1d5bc9", second: "#7a8591", loss: "#b8401c", other: "#08766a" } as const;

export function backtestPdf(report: BacktestReport): Promise<Buffer> {
  const { run, spec } = report;
  const sheet = new PdfSheet(run.title, run.endedAtMs ?? run.submittedAtMs);
  const range = `${text.timeText(run.fromMs)} to ${text.timeText(run.toMs)}`;
  for (const row of spec.strategies) sheet.line(`${row.id ?? row.strategy} ${text.paramsText(row.params)}`);
  sheet.line(`${run.symbols.join(", ")} · ${range} UTC · ${text.countText(report.bars)} bars · ${spec.fill}`, "dim");
  sheet.figures(HEADLINES.map((name) => [metricLabel(name), metricText(name, report.metrics[name])]));
  drawCurves(sheet, report);
  writeWarnings(sheet, report.warnings);
  writeMetrics(sheet, report);
  writeMonths(sheet, report);
  writeDrawdowns(sheet, report);
  writeAttribution(sheet, report);
  writeCosts(sheet, report);
  writeTrades(sheet, report);
  sheet.heading("How it was made", "same spec, data, code version and seed: same numbers");
  for (const [name, value] of [
    ["run", run.id],
    ["data", run.dataHash ?? text.NONE],
    ["code", run.codeVersion],
    ["result", report.hash],
    ["seed", run.seed],
  ]) {
    sheet.code(`${name!.padEnd(7)} ${value}`);
  }
  return sheet.end(`DSTA research - run ${run.id} - all times UTC`);
}

function drawCurves(sheet: PdfSheet, { equity, drawdown, benchmark }: BacktestReport): void {
  const hold = benchmark === null ? [] : [{ label: benchmark.name, colour: COLOURS.second, dash: 2, points: benchmark.equity }];
  sheet.heading("Equity", "net of fees, slippage and funding");
  sheet.curves([...hold, { label: "equity", colour: COLOURS.main, points: equity }], 190, text.axisMoneyText);
  sheet.curves([{ label: "drawdown", colour: COLOURS.loss, fill: true, points: drawdown }], 100, text.axisShareText);
}

export function writeWarnings(sheet: PdfSheet, warnings: BacktestReport["warnings"]): void {
  sheet.heading("How far to trust it", warnings.length === 1 ? "1 finding" : `${warnings.length} findings`);
  const looks = { critical: "crit", warn: "warn", info: "dim" } as const;
  for (const { severity, text: sentence } of warnings) sheet.line(`${severity === "info" ? "·" : "!"} ${sentence}`, looks[severity]);
  if (warnings.length === 0) sheet.line("Nothing to warn of was found.", "dim");
}

function writeMetrics(sheet: PdfSheet, { metrics, why, benchmark }: BacktestReport): void {
  sheet.heading("Metrics", "daily UTC equity net of costs, 365 days a year");
  const hold =
    benchmark === null
      ? []
      : [{ title: benchmark.name, cell: (name: string) => metricText(name, benchmark.metrics[name]), width: 2, right: true }];
  sheet.table(
    [
      { title: "Metric", cell: metricLabel, width: 3 },
      { title: "Run", cell: (name) => metricText(name, metrics[name]), width: 2, right: true },
      ...hold,
      { title: "Why undefined", cell: (name) => why[name] ?? "", width: 4 },
    ],
    orderedNames([metrics]),
  );
}

function writeMonths(sheet: PdfSheet, { monthly }: BacktestReport): void {
  const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const share = (value: number | null | undefined) => (value === null || value === undefined ? "" : (value * 100).toFixed(1));
  sheet.heading("Monthly returns", "%");
  sheet.table(
    [
      { title: "Year", cell: ({ year }) => String(year), width: 1.2 },
      ...names.map((title, index) => ({
        title,
        cell: ({ months }: BacktestReport["monthly"][number]) => share(months[index]),
        width: 1,
        right: true,
      })),
      { title: "Year", cell: ({ total }) => share(total), width: 1.3, right: true },
    ],
    monthly,
  );
}

function writeDrawdowns(sheet: PdfSheet, { drawdowns }: BacktestReport): void {
  sheet.heading("Drawdowns", "the deepest");
  sheet.table(
    [
      { title: "Depth", cell: ({ depth }) => text.shareText(-depth), width: 1, right: true },
      { title: "From", cell: ({ fromMs }) => text.dateText(fromMs), width: 1 },
      { title: "Trough", cell: ({ troughMs }) => text.dateText(troughMs), width: 1 },
      { title: "Recovered", cell: ({ toMs }) => (toMs === null ? "not yet" : text.dateText(toMs)), width: 1 },
      { title: "Days", cell: ({ days }) => text.daysText(days), width: 1, right: true },
    ],
    drawdowns,
  );
}

function writeAttribution(sheet: PdfSheet, { attribution }: BacktestReport): void {
  const rows = attribution.filter(({ by }) => by === "strategy" || by === "symbol" || by === "side");
  sheet.heading("Where the profit comes from");
  sheet.table(
    [
      { title: "By", cell: ({ by }) => by, width: 1 },
      { title: "Which", cell: ({ name }) => name, width: 3 },
      { title: "Trades", cell: ({ trades }) => text.countText(trades), width: 1, right: true },
      { title: "Fee", cell: ({ fee }) => text.moneyText(fee), width: 1.5, right: true },
      { title: "P&L", cell: ({ pnl }) => text.signedMoneyText(pnl), width: 1.5, right: true },
    ],
    rows,
  );
}

function writeCosts(sheet: PdfSheet, { costs, spec, refusals }: BacktestReport): void {
  sheet.heading("Costs and refusals");
  sheet.line(
    `Fees ${text.moneyText(costs.fee)}, slippage ${text.moneyText(costs.slippage)}, funding ${text.signedMoneyText(costs.funding)}`,
  );
  sheet.line(
    `Maker ${spec.costs.makerFeeBps} bps, taker ${spec.costs.takerFeeBps} bps, slippage ${text.slippageText(spec.costs.slippage)}`,
    "dim",
  );
  for (const { code, count, example } of refusals) sheet.line(`Refused ${text.countText(count)} times: ${code}, ${example}`, "warn");
}

function writeTrades(sheet: PdfSheet, { trades, tradesTotal }: BacktestReport): void {
  const rows = trades.slice(0, TRADE_ROWS);
  const left = tradesTotal - rows.length;
  sheet.heading("Trades", left > 0 ? `the first ${rows.length} of ${tradesTotal}; ${left} are left out here` : `${tradesTotal}`);
  sheet.table(
    [
      { title: "Symbol", cell: (row) => row.symbol, width: 2 },
      { title: "Side", cell: (row) => row.side, width: 1 },
      { title: "Entry", cell: (row) => text.timeText(row.entryTime), width: 2.6 },
      { title: "Price", cell: (row) => text.priceText(row.entryPrice), width: 1.6, right: true },
      { title: "Exit", cell: (row) => (row.exitTime === null ? "open" : text.timeText(row.exitTime)), width: 2.6 },
      { title: "Price", cell: (row) => text.priceText(row.exitPrice), width: 1.6, right: true },
      { title: "Quantity", cell: (row) => text.priceText(row.quantity), width: 1.6, right: true },
      { title: "Fee", cell: (row) => text.moneyText(row.fee), width: 1.4, right: true },
      { title: "P&L", cell: (row) => text.signedMoneyText(row.pnl), width: 1.8, right: true },
    ],
    rows,
  );
}
