/** `dsta metrics`: every form of file that is read, what is printed, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { messageOf } from "../../domain/kernel/errors.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { METRIC_NAMES } from "../../domain/analytics/metric-names.ts";
import type { MetricValues } from "../../domain/contract/views.ts";
import { addMetrics } from "../../cli/verbs/metrics.ts";

const RETURNS = [0.01, -0.02, 0.03, 0.005];
/** Mean 0.00625; the squares about it add up to 0.00126875. */
const DEVIATION = Math.sqrt(0.001_268_75 / 3);
const SHARPE = (0.00625 / DEVIATION) * Math.sqrt(365);
const DAY_MS = 86_400_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dsta-metrics-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Printed {
  readonly metrics: MetricValues;
  readonly why: Record<string, string>;
  readonly convention: { periodsPerYear: number; riskFree: number; n: number };
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function dsta(...args: string[]): Promise<{ out: string; err: string }> {
  const said = { out: "", err: "" };
  const terminal = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    env: {},
    colour: false,
    interactive: false,
    ask: () => Promise.resolve(""),
  };
  const program = new Command().exitOverride().configureOutput({ writeErr: terminal.err });
  addMetrics(program, terminal);
  await program.parseAsync(["metrics", ...args], { from: "user" });
  return said;
}

async function json(...args: string[]): Promise<Printed> {
  return JSON.parse((await dsta(...args, "--json")).out) as Printed;
}

async function refusal(...args: string[]): Promise<string> {
  return await dsta(...args).then(
    () => "accepted",
    (error: unknown) => messageOf(error).replaceAll(`${folder}/`, ""),
  );
}

const days = (row: number) => new Date(Date.UTC(2024, 0, 1) + row * DAY_MS).toISOString().slice(0, 10);
const EQUITY = RETURNS.reduce((curve, share) => [...curve, curve.at(-1)! * (1 + share)], [1_000]);

describe("a file of returns", () => {
  const forms: readonly (readonly [string, string | Buffer])[] = [
    ["bare.csv", RETURNS.join("\n")],
    ["header.csv", `Returns\r\n${RETURNS.join("\r\n")}\r\n`],
    ["timed.csv", `date,return\n${RETURNS.map((value, row) => `${days(row)},${value}`).join("\n")}`],
    ["unnamed.csv", `,strategy\n${RETURNS.map((value, row) => `${days(row)} 00:00:00+00:00,${value}`).join("\n")}`],
    ["bare-times.csv", RETURNS.map((value, row) => `${1_704_067_200 + row * 86_400},${value}`).join("\n")],
    ["rows.csv", `,returns\n${RETURNS.map((value, row) => `${row},${value}`).join("\n")}`],
    ["bare-rows.csv", RETURNS.map((value, row) => `${row};${value}`).join("\n")],
    ["change.csv", `\uFEFFtime;ret;note\n${days(0)};;start\n${RETURNS.map((value, row) => `${days(row + 1)};${value};x`).join("\n")}\n\n`],
    ["packed.csv.gz", gzipSync(`returns\n${RETURNS.join("\n")}`)],
  ];

  it.each(forms)("is read as %s", async (name, content) => {
    const { metrics, why, convention } = await json("--returns", file(name, content));
    expect(convention).toEqual({ periodsPerYear: 365, riskFree: 0, n: 4 });
    expect(metrics["totalReturn"]).toBeCloseTo(1.01 * 0.98 * 1.03 * 1.005 - 1, 12);
    expect(metrics["maxDrawdown"]).toBeCloseTo(0.02, 12);
    expect(metrics["recoveryDays"]).toBe(1);
    expect(metrics["sharpe"]).toBeCloseTo(SHARPE, 12);
    expect(Object.keys(metrics)).toEqual([...METRIC_NAMES]);
    expect(why["winRate"]).toBe("a series has no trades");
    expect(why["finalEquity"]).toContain("give the equity");
  });

  it("takes periods and a risk-free rate", async () => {
    const { metrics, convention } = await json("--returns", file("r.csv", RETURNS.join("\n")), "--periods", "252", "--rf", "0.0252");
    expect(convention).toEqual({ periodsPerYear: 252, riskFree: 0.0252, n: 4 });
    expect(metrics["sharpe"]).toBeCloseTo(((0.00625 - 0.0001) / DEVIATION) * Math.sqrt(252), 12);
  });

  it("with the equity has amounts", async () => {
    const equity = file("both.csv", `equity\n${EQUITY.join("\n")}`);
    const { metrics } = await json("--returns", file("r.csv", RETURNS.join("\n")), "--equity", equity);
    expect(metrics["finalEquity"]).toBeCloseTo(EQUITY.at(-1)!, 9);
    expect(metrics["netProfit"]).toBeCloseTo(EQUITY.at(-1)! - 1_000, 9);
  });

  it("is doubted when its rows are not the periods they are taken for", async () => {
    const hourly = RETURNS.map((value, row) => `${1_704_067_200 + row * 3_600},${value}`).join("\n");
    expect((await dsta("--returns", file("hours.csv", hourly))).err).toContain("rows are 0.0417 days apart");
    expect((await dsta("--returns", file("hours.csv", hourly), "--periods", "8760")).err).toBe("");
  });

  it("is shown as a table", async () => {
    const { out } = await dsta("--returns", file("r.csv", RETURNS.join("\n")));
    expect(out).toMatch(/Sharpe\s+5\.81/);
    expect(out).toMatch(/Win rate\s+–\s+a series has no trades/);
    expect(out).toContain("4 returns, 365 periods a year, risk-free 0");
  });
});

describe("a file of equity", () => {
  it("is measured by days when it has times, whatever their pace", async () => {
    const rows = EQUITY.flatMap((value, row) => [`${days(row)}T00:00:00Z,${value}`, `${days(row)}T12:00:00Z,${value}`]);
    const { metrics, convention } = await json("--equity", file("equity.csv", `time,value\n${rows.join("\n")}`));
    expect(convention).toEqual({ periodsPerYear: 365, riskFree: 0, n: 5 });
    expect(metrics["finalEquity"]).toBeCloseTo(EQUITY.at(-1)!, 9);
  });

  it("is measured by rows without times, or with periods given", async () => {
    for (const args of [["--equity", file("bare-equity.csv", EQUITY.join("\n"))]]) {
      expect((await json(...args)).convention.n).toBe(4);
      expect((await json(...args)).metrics["sharpe"]).toBeCloseTo(SHARPE, 12);
    }
    const timed = file("timed-equity.csv", `date,equity\n${EQUITY.map((value, row) => `${days(row * 7)},${value}`).join("\n")}`);
    expect((await json("--equity", timed, "--periods", "52")).convention).toEqual({ periodsPerYear: 52, riskFree: 0, n: 4 });
  });
});

describe("more of a series", () => {
  const random = seededRandom("series");
  const own = Array.from({ length: 200 }, (_, row) => (row < 150 ? 0.01 : 0.05) * random.normal());
  const table = (values: readonly number[], shift = 0) =>
    `date,returns\n${values.map((value, row) => `${days(row + shift)},${value}`).join("\n")}`;

  it("correlates with others on their common days, and finds the lag", async () => {
    const first = file("own.csv", table(own));
    const same = file("same.csv", table(own.slice(10), 10));
    const later = file("later.csv", table(own, 1));
    const { out } = await dsta("--returns", first, "--against", same, later, "--json");
    const { correlation } = JSON.parse(out) as {
      correlation: { pearson: (number | null)[][]; pairs: { n: number; lagged: { lag: number; correlation: number }[] }[] };
    };
    expect(correlation.pearson[0]![1]).toBeCloseTo(1, 12);
    expect(correlation.pairs.map(({ n }) => n)).toEqual([190, 199]);
    expect(correlation.pairs[1]!.lagged.find(({ lag }) => lag === -1)!.correlation).toBeCloseTo(1, 12);
    expect((await dsta("--returns", first, "--against", later)).out).toMatch(/later.csv\s+199\s+\S+\s+\S+\s+-1/);
    expect(await refusal("--returns", first, "--against", file("none.csv", own.join("\n")))).toContain("expected times in both files");
  });

  it("labels regimes of the second half", async () => {
    const { out } = await dsta("--returns", file("own.csv", table(own)), "--regimes", "2", "--json");
    const { regimes } = JSON.parse(out) as { regimes: { fittedOn: number; rows: { time: number; state: number }[] } };
    expect(regimes.fittedOn).toBe(100);
    expect(regimes.rows).toHaveLength(100);
    expect(regimes.rows[0]!.time).toBe(Date.UTC(2024, 0, 1) + 100 * DAY_MS);
    expect((await dsta("--returns", file("own.csv", table(own)), "--regimes", "3")).out).toContain("REGIME");
  });
});

describe("bad input", () => {
  it.each([
    [
      "not-a-number.csv",
      "time,returns\n2024-01-01,0.01\n2024-01-02,abc\n",
      'not-a-number.csv, line 3: returns: expected a number, got "abc"',
    ],
    ["empty-cell.csv", "returns,x\n0.01,a\n,b\n", "empty-cell.csv, line 3: returns: expected a number, got an empty cell"],
    ["short.csv", "date,returns\n2024-01-01,0.01\n2024-01-02\n", "short.csv, line 3: expected 2 cells at least, got 1"],
    ["percent.csv", "returns\n1%\n", 'percent.csv, line 2: returns: expected a number, got "1%"'],
    ["ruin.csv", "returns\n-1.5\n", "ruin.csv, line 2: returns: expected shares of at least -1 (0.01 is 1 %), got -1.5"],
    ["infinite.csv", "0.1\ninf\n", 'infinite.csv, line 2: returns: expected a number, got "inf"'],
    ["order.csv", "date,returns\n2024-01-02,0.1\n2024-01-01,0.1\n", "order.csv, line 3: time: expected times in order, each once"],
    ["time.csv", "date,returns\n2024-01-02,0.1\nsoon,0.1\n", 'time.csv, line 3: time: expected s, ms, µs, ns or ISO 8601, got "soon"'],
    [
      "many.csv",
      "a,b\n1,2\n",
      "many.csv, line 1: expected a column called returns or return or ret or value, or one column of numbers (found a, b)",
    ],
    [
      "curve.csv",
      "date,equity\n2024-01-01,100\n",
      "curve.csv, line 1: expected returns, got a column of equity: give the file as --equity",
    ],
    ["header.csv", "returns\n", "header.csv: the file holds a header only, expected rows of returns"],
    ["blank.csv", "\n\n", "blank.csv: the file holds no rows, expected rows of returns"],
    ["first.csv", "returns\nnan\n", "first.csv: the file holds no rows of returns"],
  ])("is refused: %s", async (name, content, message) => {
    expect(await refusal("--returns", file(name, content))).toBe(message);
  });

  it.each([
    [["--returns", "/nowhere.csv"], "/nowhere.csv: the file does not exist"],
    [[], "give --returns FILE, --equity FILE, or both"],
    [["--returns", "x", "--periods", "0"], "expected a number above 0, such as 252"],
    [["--returns", "x", "--rf", "4"], "expected a share, such as 0.04 for 4 %"],
    [["--returns", "x", "--regimes", "4"], "expected 2 or 3"],
  ])("of flags is refused: %j", async (args, message) => {
    expect(await refusal(...args)).toContain(message);
  });
});
