import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backtestSpec } from "../../domain/contract/research/spec.ts";
import { comparisonReport, researchTrade } from "../../domain/contract/views/research.ts";
import { START_MS, waveBars } from "../unit/backtest-samples.ts";

const DSTA = fileURLToPath(new URL("../../cli/dsta.mjs", import.meta.url));
const CANDLES = fileURLToPath(new URL("../../../shared/data/candles/binance-btcusdt-1h-2017-2024.csv.gz", import.meta.url));
const CROSS = ["--param", "fast=10", "--param", "slow=30", "--param", "allocation=1", "--param", "side=long"];

let folder: string;
let wave: string;

interface Printed {
  readonly bars: number;
  readonly trades: readonly { readonly entryTime: number; readonly exitTime: number; readonly pnl: number }[];
  readonly equity: readonly { readonly time: number; readonly value: number }[];
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly why: Readonly<Record<string, string>>;
  readonly finalEquity: number;
  readonly barsPerSecond: number;
  readonly hash: string;
  readonly dataHash: string;
  readonly spec: unknown;
  readonly warnings: readonly unknown[];
  readonly findings: readonly { readonly kind: string; readonly count: number }[];
}

function dsta(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env["PATH"] ?? "", DSTA_DATA: join(folder, "data") };
  return new Promise((resolve) => {
    execFile(process.execPath, [DSTA, ...args], { env, maxBuffer: 200_000_000 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

async function printed(args: readonly string[]): Promise<Printed> {
  const { code, out, err } = await dsta(["backtest", "sma-cross", ...args, "--json"]);
  expect(err).toBe("");
  expect(code).toBe(0);
  return JSON.parse(out) as Printed;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dsta-backtest-"));
  wave = join(folder, "wave.csv");
  const { openTimeMs, open, high, low, close, volume } = waveBars("BTC/USDT", 1_000);
  const rows = Array.from(openTimeMs, (time, row) => [time, open[row], high[row], low[row], close[row], volume[row]].join(","));
  writeFileSync(wave, `time,open,high,low,close,volume\n${rows.join("\n")}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("dsta backtest", () => {
  it("prints one object with every trade and every point, and the same again", async () => {
    const args = [
      "--data",
      CANDLES,
      ...CROSS,
      "--lot",
      "1",
      "--fill",
      "next-open",
      "--fee-bps",
      "10",
      "--cash",
      "1000000",
      "--close-at-end",
    ];
    const result = await printed(args);
    expect(result.bars).toBe(58_419);
    expect(result.equity).toHaveLength(58_419);
    expect(result.equity.at(-1)!.value).toBeCloseTo(result.finalEquity, 6);
    expect(result.metrics["trades"]).toBe(result.trades.length);
    expect(1_000_000 + result.trades.reduce((sum, { pnl }) => sum + pnl, 0)).toBeCloseTo(result.finalEquity, 3);
    expect(result.barsPerSecond).toBeGreaterThan(0);
    for (const trade of result.trades) researchTrade.parse(trade);
    expect(backtestSpec.parse(result.spec)).toEqual(result.spec);
    expect(result.findings.find(({ kind }) => kind === "gap")).toMatchObject({ count: 28 });
    for (const [name, value] of Object.entries(result.metrics)) expect(value === null).toBe(Object.hasOwn(result.why, name));
    const again = await printed(args);
    const measured = { barsPerSecond: 0, id: "", codeVersion: "" };
    expect({ ...again, ...measured }).toEqual({ ...result, ...measured });
  });

  it("takes a range, costs and a gzip file, and says what was asked", async () => {
    const zipped = join(folder, "wave.csv.gz");
    writeFileSync(zipped, gzipSync(readFileSync(wave)));
    const from = ["--from", "2024-01-05", "--to", "2024-01-25T12:00"];
    const costs = ["--taker-fee-bps", "4", "--slippage-bps", "2", "--latency-ms", "50", "--seed", "x"];
    const result = await printed(["--data", zipped, "--symbol", "eth/usdt", ...from, ...costs, "--market", "spot"]);
    expect(result.equity[0]!.time).toBe(START_MS + 4 * 86_400_000 + 3_600_000);
    expect(result.equity.at(-1)!.time).toBe(Date.UTC(2024, 0, 25, 12));
    expect(result.spec).toMatchObject({
      costs: { makerFeeBps: 10, takerFeeBps: 4, slippage: { model: "fixed", bps: 2 }, latency: { model: "constant", ms: 50 } },
      market: { kind: "spot" },
      seed: "x",
    });
  });

  it("shows a person the metrics, the warnings and the faults of the data, and writes files", async () => {
    const at = (name: string) => join(folder, name);
    const files = ["--report", at("a.html"), "--trades", at("t.csv"), "--equity", at("e.parquet")];
    const { code, out, err } = await dsta(["backtest", "sma-cross", "--data", CANDLES, ...CROSS, ...files]);
    expect([code, err]).toEqual([0, ""]);
    for (const words of ["Sharpe", "Maximum drawdown", "HOLD BTC/USDT", "How far to trust it", "Found in the data", "gap × 28"])
      expect(out).toContain(words);
    expect(out).toContain(`written: ${at("a.html")}`);
    expect(readFileSync(at("a.html"), "utf8")).toContain("Trades, BTC/USDT");
    expect(readFileSync(at("t.csv"), "utf8")).toMatch(/^strategyId,symbol,side,entryTime/);
    const rows = await parquetReadObjects({ file: readFileSync(at("e.parquet")).buffer });
    expect(rows).toHaveLength(58_419);
    const pdf = await dsta(["backtest", "sma-cross", "--data", wave, "--report", at("a.pdf")]);
    expect(pdf.code).toBe(0);
    expect(readFileSync(at("a.pdf")).subarray(0, 5).toString()).toBe("%PDF-");
  });

  it("renders a template of the user's own", async () => {
    const template = join(folder, "short.liquid");
    writeFileSync(template, "{{ report.run.title }} {{ report.metrics.trades }}");
    const html = join(folder, "short.html");
    const { code } = await dsta(["backtest", "sma-cross", "--data", wave, "--report", html, "--template", template]);
    expect(code).toBe(0);
    expect(readFileSync(html, "utf8")).toMatch(/^sma-cross \d+$/);
  });

  it("runs strategies of the user's own", async () => {
    const module = join(folder, "own.ts");
    const api = fileURLToPath(new URL("../../domain/strategy/index.ts", import.meta.url));
    writeFileSync(
      module,
      `import { candles, defineStrategy, interval } from ${JSON.stringify(api)};
let bars = 0;
export const strategies = [defineStrategy({ name: "thrower", version: 1, params: { interval: interval("1m") },
  data: { bars: candles({ param: "interval" }) },
  on: { bar() { if (++bars > 700) throw new Error("no more of this"); } } })];`,
    );
    const { code, out, err } = await dsta(["backtest", "thrower", "--strategies", module, "--data", wave]);
    expect([code > 0, out]).toEqual([true, ""]);
    expect(err).toContain("no more of this");
    expect(err).toContain("2024-01-30");
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("keeps what a strategy prints out of its answer", async () => {
    const own = join(folder, "talks.mjs");
    const api = new URL("../../domain/strategy/index.ts", import.meta.url).href;
    writeFileSync(
      own,
      `import { candles, defineStrategy } from ${JSON.stringify(api)};
export const strategies = [defineStrategy({ name: "talks", version: 1, params: {}, data: { bars: candles("1h") }, state: { said: false },
  on: { bar(ctx) { if (!ctx.state.said) console.log("a word"); ctx.state.said = true; } } })];\n`,
    );
    const { code, out, err } = await dsta(["backtest", "talks", "--strategies", own, "--data", wave, "--json"]);
    expect(code, err).toBe(0);
    expect((JSON.parse(out) as Printed).bars).toBe(1_000);
    expect(err).toBe("a word\n");
  });

  it.each([
    ["an unknown strategy", ["nope"], "strategy nope"],
    ["an unknown parameter", ["sma-cross", "--param", "fst=1"], "params.fst"],
    ["a parameter out of range", ["sma-cross", "--param", "fast=0"], "params.fast: expected a whole number from 2 to 200, got 0"],
    ["parameters that do not go together", ["sma-cross", "--param", "fast=50"], "slow above fast"],
    ["negative cash", ["sma-cross", "--cash", "-1"], "--cash: expected a decimal above zero"],
    ["a fee beyond reason", ["sma-cross", "--fee-bps", "5000"], "--fee-bps: expected at most 1000"],
    ["no number", ["sma-cross", "--fee-bps", "x"], "--fee-bps"],
    ["no time", ["sma-cross", "--from", "yesterday"], "--from"],
    ["an unknown fill", ["sma-cross", "--fill", "best"], "--fill"],
    ["an unknown slippage", ["sma-cross", "--slippage", "cubic:1"], "--slippage"],
    ["two slippages", ["sma-cross", "--slippage", "square-root:1", "--slippage-bps", "1"], "--slippage"],
    ["shorter bars than there are", ["sma-cross", "--interval", "1m"], "interval"],
    ["a range without data", ["sma-cross", "--from", "2030-01-01"], "no bars between"],
    ["a report of another kind", ["sma-cross", "--report", "a.doc"], "--report: expected"],
    [
      "a range that ends before it begins",
      ["sma-cross", "--from", "2024-02-01", "--to", "2024-01-01"],
      "--to: expected a time after --from 2024-02",
    ],
    ["a share of volume that nothing asks for", ["sma-cross", "--volume-share", "0.2"], "--volume-share: give --fill volume-share"],
    ["leverage on spot", ["sma-cross", "--market", "spot", "--leverage", "5"], "--leverage: spot has none"],
    ["a flag beside a spec", ["--spec", "x.json", "--fee-bps", "1"], "--spec: it says everything about the run itself; leave out --"],
    ["a number by magnitude", ["sma-cross", "--param", "size=1e9"], "params.size: expected a number from 10 to 1000000, got 1000000000"],
    ["a template without a page", ["sma-cross", "--template", "a"], "--template"],
  ])("refuses %s in one line", async (_name, args, words) => {
    const { code, out, err } = await dsta(["backtest", ...args, "--data", wave]);
    expect(code).toBeGreaterThan(0);
    expect(out).toBe("");
    expect(err).toContain(words);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it("refuses data that is missing, empty or no data, naming the file", async () => {
    const empty = join(folder, "empty.csv");
    const words = join(folder, "words.csv");
    writeFileSync(empty, "");
    writeFileSync(words, "once,upon\na,time\n");
    for (const file of [join(folder, "gone.csv"), empty, words]) {
      const { code, err } = await dsta(["backtest", "sma-cross", "--data", file]);
      expect(code).toBeGreaterThan(0);
      expect(err).toContain(file);
      expect(err).not.toMatch(/^\s+at /m);
    }
  });
});

describe("a saved run", () => {
  it("is run again by its id, with the same numbers", async () => {
    const first = await dsta(["backtest", "sma-cross", "--data", wave, "--fee-bps", "3", "--save"]);
    const id = /written: .*\/(.*)\n/.exec(first.out)![1]!;
    const { code, out, err } = await dsta(["backtest", "--spec", id, "--json"]);
    expect([code, err]).toEqual([0, ""]);
    const saved = JSON.parse(readFileSync(join(folder, "data", "research", id, "report.json"), "utf8")) as {
      hash: string;
      metrics: object;
    };
    const again = JSON.parse(out) as Printed;
    expect([again.hash, again.metrics]).toEqual([saved.hash, saved.metrics]);
  });

  it("may be of several strategies on one account", async () => {
    const file = join(folder, "two.json");
    const strategies = [
      { strategy: "sma-cross", params: { fast: 5, slow: 20, allocation: 1 } },
      { id: "slower", strategy: "sma-cross", params: { fast: 10, slow: 40, allocation: 1 } },
    ];
    writeFileSync(file, JSON.stringify({ strategies, data: { files: [wave] } }));
    const { out } = await dsta(["backtest", "--spec", file, "--json"]);
    const ids = (JSON.parse(out) as { trades: { strategyId: string }[] }).trades.map(({ strategyId }) => strategyId);
    expect([...new Set(ids)].toSorted()).toEqual(["slower", "sma-cross"]);
    writeFileSync(file, JSON.stringify({ strategies, data: { files: [] } }));
    const refused = await dsta(["backtest", "--spec", file]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("two.json: data.files: expected at least 1");
    expect((await dsta(["backtest", "sma-cross", "--spec", file])).err).toContain(
      "--spec: it says everything about the run itself; leave out sma-cross",
    );
    expect((await dsta(["backtest"])).err).toContain("expected the name of a strategy");
  });
});

describe("dsta compare", () => {
  const saved: string[] = [];

  beforeAll(async () => {
    for (const more of [[], ["--param", "fast=5"], ["--fee-bps", "1"]]) {
      const { out } = await dsta(["backtest", "sma-cross", "--data", wave, "--save", ...more]);
      saved.push(/written: (.*)\n/.exec(out)![1]!);
    }
  });

  it("takes ids, folders and files, and tells a fair comparison", async () => {
    const [first, second] = saved;
    expect(existsSync(join(first!, "equity.parquet"))).toBe(true);
    const page = join(folder, "compare.html");
    const { code, out } = await dsta(["compare", first!.split("/").at(-1)!, join(second!, "report.json"), "--fair", "--report", page]);
    expect(code).toBe(0);
    expect(out).toContain("Same data, range and costs.");
    expect(readFileSync(page, "utf8")).toContain("A fair comparison.");
    const json = await dsta(["compare", first!, second!, "--json"]);
    expect(comparisonReport.parse(JSON.parse(json.out)).differences).toEqual([]);
  });

  it("names what differs, and refuses it when fairness is asked for", async () => {
    const [first, , cheap] = saved;
    const { out } = await dsta(["compare", first!, cheap!]);
    expect(out).toContain("fees");
    const refused = await dsta(["compare", first!, cheap!, "--fair"]);
    expect(refused.code).toBeGreaterThan(0);
    expect(refused.err).toContain("expected the same fees");
    const unknown = await dsta(["compare", first!, "nope"]);
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("nope: expected a report.json, or the id of a run");
    expect((await dsta(["compare", first!])).err).toContain("2 to 8");
  });
});
