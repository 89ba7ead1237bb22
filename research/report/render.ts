/**
 * A finished report as a file: HTML or PDF of any kind, CSV or Parquet of a backtest's trades or equity. Owns which form is
 * made where; every form shows the numbers of the report it is given and computes none. The same report gives the same bytes.
 */
import type { BacktestReport, ComparisonReport, SearchReport, TradeChart } from "../../domain/contract/views/research.ts";
import { invalid } from "../../domain/kernel/errors.ts";
import type { ResearchReport } from "../jobs/job.ts";
import { equityColumns, tradeColumns } from "./columns.ts";
import { toCsv } from "./csv.ts";
import { backtestPage } from "./html/backtest-page.ts";
import { comparisonPage } from "./html/comparison-page.ts";
import { monteCarloPage, validationPage } from "./html/judgement-pages.ts";
import { searchPage } from "./html/search-page.ts";
import { toParquet } from "./parquet.ts";

export const REPORT_FORMATS = ["html", "pdf", "trades.csv", "equity.csv", "trades.parquet", "equity.parquet"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
export type AnyReport = ResearchReport | ComparisonReport;

export interface RenderOptions {
  /** Candles of a backtest's page, one a symbol. */
  readonly charts?: readonly TradeChart[];
  /** Liquid, in place of the house's HTML. */
  readonly template?: string;
}

export interface RenderedReport {
  /** Media type. */
  readonly type: string;
  readonly body: Buffer;
}

/**
 * CSV and Parquet hold what the report holds: give them one that is not thinned.
 * @throws {DstaError} VALIDATION_ERROR for trades or equity of what is no backtest; TEMPLATE_BAD
 */
export async function renderReport(report: AnyReport, format: ReportFormat, options: RenderOptions = {}): Promise<RenderedReport> {
  if (format === "html") {
    const page = options.template === undefined ? htmlOf(report, options.charts ?? []) : await templated(options.template, report);
    return { type: "text/html; charset=utf-8", body: Buffer.from(page) };
  }
  if (format === "pdf") return { type: "application/pdf", body: await pdfOf(report) };
  if (!isBacktest(report)) throw invalid("format", "html or pdf: only a backtest has trades and equity as files", format);
  const columns = format.startsWith("trades") ? tradeColumns(report.trades) : equityColumns(report);
  if (format.endsWith(".csv")) return { type: "text/csv; charset=utf-8", body: Buffer.from(toCsv(columns)) };
  return { type: "application/vnd.apache.parquet", body: toParquet(columns) };
}

function htmlOf(report: AnyReport, charts: readonly TradeChart[]): string {
  if (isBacktest(report)) return backtestPage(report, charts);
  if (isSearch(report)) return searchPage(report);
  if ("runs" in report) return comparisonPage(report);
  return "fan" in report ? monteCarloPage(report) : validationPage(report);
}

async function templated(template: string, report: AnyReport): Promise<string> {
  const { renderTemplate } = await import("./template.ts");
  return renderTemplate(template, report);
}

/** Its makers are loaded with the first one: they are the largest part of all this. */
async function pdfOf(report: AnyReport): Promise<Buffer> {
  const { backtestPdf } = await import("./pdf/backtest-pdf.ts");
  const { comparisonPdf, monteCarloPdf, searchPdf, validationPdf } = await import("./pdf/other-pdfs.ts");
  if (isBacktest(report)) return backtestPdf(report);
  if (isSearch(report)) return searchPdf(report);
  if ("runs" in report) return comparisonPdf(report);
  return "fan" in report ? monteCarloPdf(report) : validationPdf(report);
}

function isBacktest(report: AnyReport): report is BacktestReport {
  return "tradesTotal" in report;
}

function isSearch(report: AnyReport): report is SearchReport {
  return "trust" in report;
}
