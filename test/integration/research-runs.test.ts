/**
 * Research on the running program: runs that outlive a cancel, a kill -9 and a restart, results that are computed once,
 * and a market that goes on while a search uses the processors. Data is a real year of candles, copied to the floor.
 */
import { copyFileSync, readFileSync } from "node:fs";
import { appendFile, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TrialRecord } from "../../research/jobs/job.ts";
import type { ResearchRun, SearchReport, TradeChart } from "../../domain/contract/views.ts";
import { DATA } from "../golden/candle-files.ts";
import { endAll, FloorProcess, withJournal } from "./floor-process.ts";

const CANDLES = "binance-solusdt-1h-full-columns.csv.gz";
const SMALL = "solusdt-small.csv";
/** Rows of the small file: a trial of it takes milliseconds. */
const SMALL_ROWS = 6_000;
let folder: string;
let dataFolder: string;
let floor: FloorProcess;

const start = (): Promise<FloorProcess> =>
  FloorProcess.start(folder, { env: { DSTA_RESEARCH_DATA: dataFolder, DSTA_RESEARCH_WORKERS: "1" } });
const backtest = (files: readonly string[], params: object = { fast: 10, slow: 30 }) => ({
  strategies: [{ strategy: "sma-cross", params }],
  data: { files, symbol: "SOL/USDT" },
});
/** 120 trials. */
const search = (method: string) => ({
  backtest: backtest([SMALL], {}),
  space: { fast: { from: 5, to: 24, step: 1 }, slow: { from: 40, to: 90, step: 10 } },
  method,
  trials: 120,
});
const ended = ({ state }: ResearchRun): boolean => state !== "queued" && state !== "running";
const submit = async (path: string, spec: object): Promise<string> => (await floor.post<{ id: string }>(`backtest/${path}`, spec)).id;
const runOf = (id: string, fits: (run: ResearchRun) => boolean): Promise<ResearchRun> => floor.until(`backtest/${id}`, fits);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsta-research-"));
  dataFolder = await mkdtemp(join(tmpdir(), "dsta-research-data-"));
  const file = join(DATA, "candles", CANDLES);
  copyFileSync(file, join(dataFolder, CANDLES));
  const lines = gunzipSync(readFileSync(file))
    .toString("utf8")
    .split("\n", SMALL_ROWS + 1);
  await writeFile(join(dataFolder, SMALL), `${lines.join("\n")}\n`);
  floor = await start();
});
afterAll(() => endAll([folder, dataFolder]));

describe("a backtest", () => {
  let first: ResearchRun;

  it("is accepted at once and answers with a chart, and one file that needs nothing else", async () => {
    const id = await submit("run", backtest([CANDLES]));
    first = await runOf(id, ended);
    expect(first).toMatchObject({ state: "done", error: null, done: first.total });
    const chart = await floor.get<TradeChart>(`backtest/${id}/chart?points=200`);
    expect(chart.bars.length).toBeLessThanOrEqual(200);
    expect(chart.markers.length).toBeGreaterThan(10);
    const { token, url } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as { token: string; url: string };
    const page = await fetch(`${url}/api/v1/backtest/${id}/report`, { headers: { authorization: `Bearer ${token}` } });
    const html = await page.text();
    expect(html).toContain("sma-cross");
    expect(html).not.toMatch(/(src|href)="https?:/);
    const pdf = await fetch(`${url}/api/v1/backtest/${id}/report?format=pdf`, { headers: { authorization: `Bearer ${token}` } });
    expect([pdf.headers.get("content-type"), (await pdf.text()).slice(0, 5)]).toEqual(["application/pdf", "%PDF-"]);
  });

  it("is not computed twice, unless its data has changed or it is asked for", async () => {
    const same = await runOf(await submit("run", backtest([CANDLES])), ended);
    expect(same).toMatchObject({ hash: first.hash, dataHash: first.dataHash, barsPerSecond: first.barsPerSecond });
    const folders = async (): Promise<string[]> => (await readdir(join(folder, "research"))).filter((name) => name.startsWith("bt-"));
    expect(await folders()).not.toContain(same.id);
    const again = await runOf((await floor.post<{ id: string }>(`backtest/${first.id}/rerun`)).id, ended);
    expect(again).toMatchObject({ hash: first.hash, metrics: first.metrics });
    expect(await folders()).toContain(again.id);
    const before = await runOf(await submit("run", backtest([SMALL])), ended);
    await appendFile(join(dataFolder, SMALL), "1700000000000,60,61,59,60,1000\n");
    const after = await runOf(await submit("run", backtest([SMALL])), ended);
    expect(after.dataHash).not.toBe(before.dataHash);
  });

  it("that cannot run says why, and the next one runs", async () => {
    await writeFile(join(dataFolder, "empty.csv"), "time,open,high,low,close,volume\n");
    const failed = await runOf(await submit("run", backtest(["empty.csv"])), ended);
    expect(failed).toMatchObject({ state: "failed", error: { type: "DATA_EMPTY" } });
    const outside = await floor.api<{ error: { type: string; data: { field: string } } }>(
      "POST",
      "backtest/run",
      backtest(["../run.json"]),
    );
    expect([outside.status, outside.body.error.type, outside.body.error.data.field]).toEqual([422, "DATA_NOT_FOUND", "data.files.0"]);
    expect(await runOf(await submit("run", backtest([SMALL], { fast: 11, slow: 33 })), ended)).toMatchObject({ state: "done" });
  });
});

describe("a search", () => {
  it.each(["grid", "bayes"])("by %s that is cancelled, resumed and killed ends as one that is left alone", async (method) => {
    const whole = await runOf(await submit("optimize", search(method)), ended);
    expect(whole).toMatchObject({ state: "done", error: null });
    const { id } = await floor.post<{ id: string }>(`backtest/${whole.id}/rerun`);
    await runOf(id, ({ done }) => done >= 10);
    const top = await floor.get<{ updateId: number }>("market-data/orderbook/BTC-USDT?depth=1");
    expect(await floor.post<ResearchRun>(`backtest/${id}/cancel`)).toMatchObject({ state: "cancelled" });
    const other = await runOf(await submit("run", backtest([SMALL], { fast: 12, slow: 34 })), ended);
    expect(other.state).toBe("done");
    await floor.post(`backtest/${id}/resume`);
    const resumed = await runOf(id, ({ state, done, etaMs }) => state === "running" && done >= 20 && etaMs !== null);
    expect(resumed.total).toBeGreaterThanOrEqual(whole.total);
    // The market moved meanwhile.
    expect((await floor.get<{ updateId: number }>("market-data/orderbook/BTC-USDT?depth=1")).updateId).toBeGreaterThan(top.updateId);

    await floor.kill();
    floor = await start();
    const end = await runOf(id, ended);
    expect(end).toMatchObject({ state: "done", hash: whole.hash, bestParams: whole.bestParams, deflatedSharpe: whole.deflatedSharpe });
    // No finished trial was computed again.
    const places = await withJournal(folder, async (journal) => {
      const found: string[] = [];
      for await (const { type, data } of journal.read(`research/${id}`, 0)) {
        if (type !== "TrialsFinished") continue;
        for (const { trial, fold, part } of data["records"] as TrialRecord[]) found.push(`${fold} ${part} ${trial}`);
      }
      return found;
    });
    expect(new Set(places).size).toBe(places.length);
    const report = await floor.get<SearchReport>(`backtest/${id}/results?points=20`);
    expect(report.trials.length).toBeLessThanOrEqual(20 + report.front.length);
    expect(report.run.id).toBe(id);
  });

  it("survives a restart with its results", async () => {
    const { items } = await floor.get<{ items: ResearchRun[] }>("backtest/runs?limit=100");
    expect((await floor.stop()).code).toBe(0);
    floor = await start();
    const again = await floor.get<{ items: ResearchRun[] }>("backtest/runs?limit=100");
    expect(again.items.map(({ id, state, hash }) => [id, state, hash])).toEqual(items.map(({ id, state, hash }) => [id, state, hash]));
    const done = again.items.find(({ state, kind }) => state === "done" && kind === "optimize")!;
    expect(await floor.get<SearchReport>(`backtest/${done.id}/results`)).toMatchObject({ run: { id: done.id, hash: done.hash } });
  });
});
