import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import { csv, line, MINUTE, openTestFolder, T0 } from "./research-data-files.ts";

const folder = openTestFolder();
afterAll(() => folder.remove());
type Columns = Parameters<typeof parquetWriteBuffer>[0]["columnData"];

const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
const times = [0, 1, 2].map((index) => T0 + index * MINUTE);
const prices: Columns = [
  { name: "Open", data: [100, 100, 100], type: "DOUBLE" },
  { name: "High", data: [101, 102, 103], type: "DOUBLE" },
  { name: "Low", data: [99, 99, 99], type: "DOUBLE" },
  { name: "Close", data: [100, 101, 102], type: "DOUBLE" },
  { name: "Volume", data: [5, 5, 5], type: "DOUBLE" },
];

function load(columnData: Columns, name = "btcusdt.parquet") {
  return folder.load({ files: [folder.write(name, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 })))] });
}

describe("Parquet data", () => {
  const forms: readonly (readonly [name: string, time: Columns[number]])[] = [
    ["timestamps", { name: "timestamp", data: times.map((time) => new Date(time)), type: "TIMESTAMP" }],
    ["an index without a name", { name: "__index_level_0__", data: times.map((time) => new Date(time)), type: "TIMESTAMP" }],
    ["whole ms", { name: "time", data: times.map(BigInt), type: "INT64" }],
    ["whole ns", { name: "time", data: times.map((time) => BigInt(time) * 1_000_000n), type: "INT64" }],
    ["seconds as floats", { name: "time", data: times.map((time) => time / 1_000), type: "DOUBLE" }],
    ["text", { name: "Date", data: times.map((time) => new Date(time).toISOString()), type: "STRING" }],
  ];
  for (const [name, time] of forms) {
    it(`with times as ${name} has the hash of the same CSV`, async () => {
      const { tables, findings, hash } = await load([time, ...prices]);
      expect([...tables[0]!.openTimeMs]).toEqual(times);
      expect([...tables[0]!.close]).toEqual([100, 101, 102]);
      expect(findings).toEqual([]);
      const same = folder.write("btcusdt.csv", csv(line(0), line(1, 101), line(2, 102)));
      expect(hash).toBe((await folder.load({ files: [same] })).hash);
    });
  }

  const time: Columns[number] = { name: "time", data: times.map(BigInt), type: "INT64" };

  it("names its symbols in a column", async () => {
    const symbol: Columns[number] = { name: "symbol", data: ["BTCUSDT", "BTCUSDT", "BTCUSDT"], type: "STRING" };
    expect((await load([symbol, time, ...prices], "x.parquet")).tables[0]!.symbol).toBe("BTC/USDT");
  });

  it("counts missing prices as malformed, by row", async () => {
    const open: Columns[number] = { name: "open", data: [100, null, 100], type: "DOUBLE", nullable: true };
    await expect(load([time, open, ...prices.slice(1)])).resolves.toMatchObject({
      rows: 2,
      findings: [{ kind: "malformed", count: 1, firstMs: times[1], example: matching(/^btcusdt.parquet:2: .* got NaN, 102/) }],
    });
  });

  it("is refused with the name of a column that is missing or of another type, and without rows", async () => {
    await expect(load([time, ...prices.slice(1)])).rejects.toMatchObject({
      type: "DATA_UNREADABLE",
      message: matching(/the header has no open column \(found time, High/),
    });
    const open: Columns[number] = { name: "open", data: ["1", "cheap", "1"], type: "STRING" };
    await expect(load([time, open, ...prices.slice(1)])).rejects.toMatchObject({
      type: "DATA_BAD",
      message: matching(/btcusdt.parquet, line 2: open: expected a number, got "cheap"/),
    });
    const truth: Columns[number] = { name: "time", data: [true, false, true], type: "BOOLEAN" };
    await expect(load([truth, ...prices])).rejects.toMatchObject({
      type: "DATA_BAD",
      message: matching(/time: expected a time, got true/),
    });
    const none = [time, ...prices].map((column): Columns[number] => ({ ...column, data: [] }));
    await expect(load(none)).rejects.toMatchObject({ type: "DATA_EMPTY", message: matching(/the table has no rows/) });
  });
});
