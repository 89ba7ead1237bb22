/**
 * Questions about finished runs and data sets, answered in a thread of their own: reading a long series or drawing a PDF
 * takes longer than the node's event loop can be held. Keeps the data of the run whose chart was asked for last.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TradeChart, ResearchDataSet, ResearchRun, ResearchTrade, ResearchTrial } from "../../domain/contract/views/research.ts";
import { DstaError, invalid, isExpected } from "../../domain/kernel/errors.ts";
import { type DataSets, openDataSets } from "../data/data-sets.ts";
import { loadData, type LoadedData } from "../data/load.ts";
import type { ResearchReport } from "../jobs/job.ts";
import { type ReportFormat, renderReport } from "../report/render.ts";
import { tradeChart } from "../run/trade-chart.ts";
import type { RunDocument } from "../store/document.ts";
import { readTrades, readTrials, withSeries } from "../store/run-files.ts";
import { backtestOf } from "../store/run-record.ts";
import type { ThreadSettings } from "./run-thread.ts";

export interface OfRun {
  readonly document: RunDocument;
  /** As it is shown now. */
  readonly run: ResearchRun;
}

export interface RowsAsked extends OfRun {
  readonly what: "trades" | "trials";
  readonly from: number;
  readonly limit: number;
}

export interface ChartAsked extends OfRun {
  readonly symbol: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly points: number;
}

export interface Rows<T> {
  readonly items: readonly T[];
  readonly total: number;
}

/** A rendered report, in a file beside the series. */
export interface RenderedFile {
  readonly path: string;
  readonly type: string;
}

/** Points of a curve, trades, candles of a chart and charts of a page that people look at; files of data hold everything. */
const PAGE_POINTS = 4_000;
const PAGE_CANDLES = 2_000;
const PAGE_CHARTS = 8;

export class ReadTasks {
  readonly #settings: ThreadSettings;
  readonly #sets: DataSets;
  #held: { readonly key: string; readonly data: Promise<LoadedData> } | null = null;

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
    this.#sets = openDataSets(settings.dataFolder);
  }

  dataSets(): Promise<readonly ResearchDataSet[]> {
    return this.#sets.list();
  }

  async results({ document, run, points }: OfRun & { readonly points: number | null }): Promise<ResearchReport> {
    const slim = JSON.parse(document.report) as ResearchReport;
    return { ...(await withSeries(this.#folderOf(document), slim, points)), run };
  }

  async trades({ document, from, limit }: RowsAsked): Promise<Rows<ResearchTrade>> {
    return part(await readTrades(this.#folderOf(document)), from, limit);
  }

  async trials({ document, from, limit }: RowsAsked): Promise<Rows<ResearchTrial>> {
    return part(await readTrials(this.#folderOf(document)), from, limit);
  }

  async chart({ document, symbol, fromMs, toMs, points }: ChartAsked): Promise<TradeChart> {
    const { tables } = await this.#dataOf(document);
    const table = symbol === null ? tables[0] : tables.find((candidate) => candidate.symbol === symbol);
    if (table === undefined) throw invalid("symbol", `one of ${tables.map((candidate) => candidate.symbol).join(", ")}`, symbol);
    const trades = await readTrades(this.#folderOf(document));
    const window = { ...(fromMs === null ? {} : { fromMs }), ...(toMs === null ? {} : { toMs }) };
    return tradeChart(table, trades, { ...window, points });
  }

  /** Drawn once a run, format and version of the program. */
  async render({ document, run, format }: OfRun & { readonly format: ReportFormat }): Promise<RenderedFile> {
    const folder = join(this.#settings.root, run.id);
    const path = join(folder, `report-${this.#settings.codeVersion}.${format}`);
    const typePath = `${path}.type`;
    if (existsSync(typePath)) return { path, type: await readFile(typePath, "utf8") };
    const isPage = format === "html" || format === "pdf";
    const report = await this.results({ document, run, points: isPage ? PAGE_POINTS : null });
    const charts = format === "html" && document.job.kind === "backtest" ? await this.#charts(document) : [];
    const { type, body } = await renderReport(report, format, { charts });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path, body);
    await writeFile(typePath, type);
    return { path, type };
  }

  /** Candles of the first symbols; none when the data is not there any more: the page has everything else. */
  async #charts(document: RunDocument): Promise<TradeChart[]> {
    try {
      const { tables } = await this.#dataOf(document);
      const trades = await readTrades(this.#folderOf(document));
      return tables.slice(0, PAGE_CHARTS).map((table) => tradeChart(table, trades, { points: PAGE_CANDLES }));
    } catch (error) {
      if (!isExpected(error)) throw error;
      return [];
    }
  }

  #folderOf({ folder }: RunDocument): string {
    return join(this.#settings.root, folder);
  }

  async #dataOf({ job, dataHash }: RunDocument): Promise<LoadedData> {
    const key = `${dataHash} ${JSON.stringify(backtestOf(job).data)}`;
    if (this.#held?.key !== key) {
      const { data: spec, market } = backtestOf(job);
      this.#held = { key, data: loadData(spec, { resolve: (name) => this.#sets.resolve(name), market }) };
      this.#held.data.catch(() => (this.#held = null));
    }
    const data = await this.#held.data;
    if (data.hash === dataHash) return data;
    this.#held = null;
    throw new DstaError("DATA_CHANGED", "the data of this run has changed since it ran: run it again to see its chart", { code: 409 });
  }
}

function part<T>(rows: readonly T[], from: number, limit: number): Rows<T> {
  return { items: rows.slice(from, from + limit), total: rows.length };
}
