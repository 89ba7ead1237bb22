import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { researchDataSet } from "../../domain/contract/views/research.ts";
import { openDataSets, resolveIn } from "../../research/data/data-sets.ts";
import { csv, HEADER, line, MINUTE, T0 } from "./research-data-files.ts";

const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
let root = "";
let folder = "";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "dsta-sets-"));
  folder = join(root, "data");
  mkdirSync(join(folder, "more"), { recursive: true });
  writeFileSync(join(root, "secret.csv"), csv(line(0), line(1)));
  writeFileSync(join(folder, "binance-btcusdt-1m.csv.gz"), gzipSync(csv(line(0), line(1), line(2), line(5))));
  writeFileSync(join(folder, "binance-btcusdt-1m.gaps.csv"), "last_before_ms,first_after_ms,missing_bars\n");
  writeFileSync(join(folder, "broken.csv"), csv(line(0), "soon,1,2,3,4,5"));
  writeFileSync(join(folder, "funding-ethusdt.csv"), `time,rate\n${T0},0.1\n${T0 + 480 * MINUTE},0.2\n`);
  writeFileSync(join(folder, "more", "many.csv"), [`symbol,${HEADER}`, `BTC,${line(3)}`, `BTC,${line(4)}`, `ETH,${line(0)}`].join("\n"));
  writeFileSync(join(folder, "notes.md"), "no data");
  writeFileSync(join(folder, "recorded-btcusdt.txt"), `${T0}000000 {"a":1}\n${T0 + 5}000000 {"b":2}\n`);
  symlinkSync(join(root, "secret.csv"), join(folder, "link.csv"));
});
afterAll(() => rmSync(root, { recursive: true }));

describe("the data sets of a folder", () => {
  it("are listed with what they hold, as the contract says", async () => {
    const rows = await openDataSets(folder).list();
    for (const row of rows) expect(researchDataSet.parse(row)).toEqual(row);
    const bars = { kind: "bars", intervalMs: MINUTE, problems: [] };
    expect(rows).toMatchObject([
      { ...bars, name: "binance-btcusdt-1m.csv.gz", venue: "binance", symbols: ["BTC/USDT"], fromMs: T0, toMs: T0 + 5 * MINUTE, rows: 4 },
      { kind: "bars", name: "broken.csv", rows: 0, problems: [matching(/^broken.csv, line 3: time: expected/)] },
      { kind: "funding", name: "funding-ethusdt.csv", symbols: ["ETH/USDT"], intervalMs: 480 * MINUTE, rows: 2 },
      { ...bars, name: "more/many.csv", symbols: ["BTC/USDT", "ETH/USDT"], fromMs: T0, toMs: T0 + 4 * MINUTE, rows: 3 },
      { kind: "l2", name: "recorded-btcusdt.txt", symbols: ["BTC/USDT"], fromMs: T0, toMs: T0 + 5, rows: 2 },
    ]);
  });

  it("are read again when they change, and forgotten when they go", async () => {
    const sets = openDataSets(folder);
    const path = join(folder, "xrpeth.csv");
    writeFileSync(path, csv(line(0), line(1)));
    const rowsOf = async () => (await sets.list()).find(({ name }) => name === "xrpeth.csv")?.rows;
    expect(await rowsOf()).toBe(2);
    writeFileSync(path, csv(line(0), line(1), line(2)));
    expect(await rowsOf()).toBe(3);
    rmSync(path);
    expect(await rowsOf()).toBeUndefined();
  });

  it("are not there without the folder", async () => {
    await expect(openDataSets(join(root, "nowhere")).list()).rejects.toMatchObject({ type: "DATA_NOT_FOUND" });
  });
});

describe("a name of a data set", () => {
  it("is a file of the folder or below it", () => {
    const resolve = resolveIn(folder);
    expect(resolve("broken.csv")).toMatch(/data.broken\.csv$/);
    expect(resolve("more/many.csv")).toMatch(/many\.csv$/);
    expect(resolve("more/../broken.csv")).toMatch(/broken\.csv$/);
  });

  for (const name of ["../secret.csv", "more/../../secret.csv", "link.csv", "/etc/hostname", "..", ".", "", "nowhere.csv", "a\0b"]) {
    it(`${JSON.stringify(name)} is unknown`, () => {
      expect(() => resolveIn(folder)(name)).toThrow(expect.objectContaining({ type: "DATA_NOT_FOUND", code: 404 }) as Error);
    });
  }
});
