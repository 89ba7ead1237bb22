/** `dsta indicator`: what is printed, how two series are joined, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addIndicator } from "../../cli/verbs/indicator.ts";

const MINUTE_MS = 60_000;
const CLOSES = [10, 11, 12, 11, 10, 9, 10, 12, 14, 13];

let folder: string;
let prices: string;
let others: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dsta-indicator-"));
  prices = file("btcusdt.csv", CLOSES);
  // Without its third bar, and one more at the end.
  others = file("ethusdt.csv", [...CLOSES.map((close) => 3 * close), 30], [2]);
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, closes: readonly number[], without: readonly number[] = []): string {
  const rows = closes.flatMap((close, index) =>
    without.includes(index) ? [] : [[1_700_000_040_000 + index * MINUTE_MS, close, close + 2, close - 1, close, 5].join()],
  );
  const path = join(folder, name);
  writeFileSync(path, `timestamp,open,high,low,close,volume\n${rows.join("\n")}\n`);
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
  addIndicator(program, terminal);
  await program.parseAsync(["indicator", ...args], { from: "user" });
  return said;
}

interface Printed {
  readonly name: string;
  readonly params: Readonly<Record<string, number>>;
  readonly warmup: number;
  readonly rows: readonly Readonly<Record<string, number | null>>[];
}

async function json(...args: string[]): Promise<Printed> {
  return JSON.parse((await dsta(...args, "--json")).out) as Printed;
}

describe("dsta indicator", () => {
  it("prints a row a bar, null while warming up", async () => {
    const { name, params, warmup, rows } = await json("SMA", "--data", prices, "--param", "length=3");
    expect({ name, params, warmup }).toEqual({ name: "sma", params: { length: 3 }, warmup: 3 });
    expect(rows.map(({ value }) => value)).toEqual([null, null, 11, 34 / 3, 11, 10, 29 / 3, 31 / 3, 12, 13]);
    expect(rows[2]!["time"]).toBe(1_700_000_160_000);
  });

  it("prints outputs by name when there are several", async () => {
    const { rows } = await json("donchian", "--data", prices, "--param", "length=2");
    expect(rows.slice(0, 4).map(({ time: _, ...outputs }) => outputs)).toEqual([
      { upper: null, middle: null, lower: null },
      { upper: null, middle: null, lower: null },
      { upper: 13, middle: 11, lower: 9 },
      { upper: 14, middle: 12, lower: 10 },
    ]);
  });

  it("takes another price, a part of the bars, and longer bars", async () => {
    const first = async (...args: string[]) => (await json("sma", "--data", prices, "--param", "length=1", ...args)).rows[0]!["value"];
    expect(await first("--input", "hl2")).toBe(10.5);
    expect(await first("--input", "ohlc4")).toBe((10 + 12 + 9 + 10) / 4);
    expect(await first("--from", "2023-11-14T22:15")).toBe(11);
    const longer = await json("sma", "--data", prices, "--param", "length=1", "--interval", "5m", "--input", "high");
    expect(longer.rows.map(({ value }) => value)).toEqual([12, 14]);
  });

  it("joins two series at the times both have", async () => {
    const { rows } = await json("correlation", "--data", prices, "--data2", others, "--param", "length=3");
    expect(rows).toHaveLength(CLOSES.length - 1);
    expect(rows.slice(2).every(({ value }) => Math.abs(value! - 1) < 1e-12)).toBe(true);
  });

  it("shows the last 20 rows and the list", async () => {
    const { out } = await dsta("rsi", "--data", prices, "--param", "length=2");
    expect(out).toContain("Relative strength index  length=2");
    expect(out.trimEnd().split("\n")).toHaveLength(CLOSES.length + 3);
    expect((await dsta("--list")).out).toMatch(/^macd .*fast=12 slow=26 signal=9 +line signal histogram$/m);
    expect(JSON.parse((await dsta("--list", "--json")).out)).toContainEqual(
      expect.objectContaining({ name: "atr", inputs: "bars", outputs: ["value"] }),
    );
  });

  const refused: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [["nothing"], /there is no indicator nothing; there are sma, ema,/],
    [[], /give the name of an indicator/],
    [["sma"], /--data: give the file/],
    [["sma", "--data", "none.csv"], /--data: there is no file none\.csv/],
    [["sma", "--data", "PRICES", "--param", "length=0"], /sma length: expected a whole number from 1 to 100000, got 0/],
    [["sma", "--data", "PRICES", "--param", "length=2.5"], /sma length: expected a whole number/],
    [["sma", "--data", "PRICES", "--param", "size=2"], /sma size: expected a parameter among length/],
    [["obv", "--data", "PRICES", "--param", "length=2"], /obv length: expected no parameters/],
    [["macd", "--data", "PRICES", "--param", "fast=30"], /macd slow: expected a length above fast, 30, got 26/],
    [["atr", "--data", "PRICES", "--input", "open"], /--input: atr looks at whole bars/],
    [["beta", "--data", "PRICES"], /--data2: beta takes two series/],
    [["sma", "--data", "PRICES", "--data2", "PRICES"], /--data2: sma takes one series/],
  ];
  it.each(refused)("refuses %j", async (args, message) => {
    await expect(dsta(...args.map((arg) => (arg === "PRICES" ? prices : arg)))).rejects.toThrow(message);
  });
});
