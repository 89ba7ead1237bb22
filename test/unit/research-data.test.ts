import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { marketSpec } from "../../domain/contract/research/spec.ts";
import { csv, HEADER, line, MINUTE, openTestFolder, T0 } from "./research-data-files.ts";

const folder = openTestFolder();
afterAll(() => folder.remove());
const three = [line(0), line(1, 101), line(2, 102)];
const expected = { times: [T0, T0 + MINUTE, T0 + 2 * MINUTE], close: [100, 101, 102] };

async function loaded(content: string | Uint8Array, name = "btcusdt.csv", options = {}) {
  const data = await folder.load({ files: [folder.write(name, content)] }, options);
  const [table] = data.tables;
  return { ...data, table: table!, times: [...table!.openTimeMs], close: [...table!.close] };
}

/** A bare pattern in `toMatchObject` matches anything. */
const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe("CSV data", () => {
  const at = (index: number, text: string) => text.replace("$", String(index));
  const forms: readonly (readonly [name: string, content: string | Uint8Array])[] = [
    ["plain", csv(...three)],
    ["gzip, whatever its name", gzipSync(csv(...three))],
    ["zstd", zstdCompressSync(csv(...three))],
    ["without a newline at the end", csv(...three).trimEnd()],
    ["with Windows line ends", csv(...three).replaceAll("\n", "\r\n")],
    ["with a byte order mark", `\uFEFF${csv(...three)}`],
    ["with blank lines", `\n${csv(...three).replaceAll("\n", "\n\n")}`],
    ["with semicolons", csv(...three).replaceAll(",", ";")],
    ["with tabs", csv(...three).replaceAll(",", "\t")],
    ["with every cell quoted", csv(...three).replaceAll(/[^,\n]+/g, '"$&"')],
    ["with spaces around cells", csv(...three).replaceAll(",", " , ")],
    ["with capitals in the header", csv(...three).replace(HEADER, "Time,OPEN,High,LOW,Close,VOLUME")],
    ["with an unnamed time column", csv(...three).replace("timestamp", "")],
    ["with pandas' name of an unnamed column", csv(...three).replace("timestamp", "Unnamed: 0")],
    ["without a header", three.join("\n")],
    ["without a header, after a blank line", `\n${three.join("\n")}`],
    [
      "with columns in another order, and more of them",
      `close,note,low,high,open,volume,date,quote_volume\n${three
        .map((row) => {
          const [time, open, high, low, close, volume] = row.split(",");
          return `${close},"a, b",${low},${high},${open},${volume},${time},9`;
        })
        .join("\n")}`,
    ],
    ["in seconds", csv(...[0, 1, 2].map((index) => line(index, 100 + index, T0 / 1_000 + index * 60)))],
    ["in microseconds", csv(...[0, 1, 2].map((index) => line(index, 100 + index, at(T0 + index * MINUTE, "$000"))))],
    ["in nanoseconds", csv(...[0, 1, 2].map((index) => line(index, 100 + index, at(T0 + index * MINUTE, "$000000"))))],
    ["in ISO 8601", csv(...[0, 1, 2].map((index) => line(index, 100 + index, `2024-01-01T00:0${index}:00Z`)))],
    ["in ISO 8601 without zone", csv(...[0, 1, 2].map((index) => line(index, 100 + index, `2024-01-01 00:0${index}:00`)))],
    ["in ISO 8601 to the minute", csv(...[0, 1, 2].map((index) => line(index, 100 + index, `2024-01-01 00:0${index}`)))],
    ["in ISO 8601 of another zone", csv(...[0, 1, 2].map((index) => line(index, 100 + index, `2024-01-01T02:0${index}:00+02:00`)))],
    ["in pandas' times", csv(...[0, 1, 2].map((index) => line(index, 100 + index, `2024-01-01 00:0${index}:00+00:00`)))],
  ];
  for (const [name, content] of forms) {
    it(`is read ${name}`, async () => {
      const { times, close, table, findings, hash } = await loaded(content);
      expect({ times, close }).toEqual(expected);
      expect([...table.volume]).toEqual([5, 5, 5]);
      expect(table.intervalMs).toBe(MINUTE);
      expect(findings).toEqual([]);
      expect(hash).toBe((await loaded(csv(...three))).hash);
    });
  }

  it("names its market by column, by the spec, by the file, in this order", async () => {
    const withSymbol = [`${HEADER},pair`, `${line(0)},ETHUSDT`, `${line(1)},ETHUSDT`].join("\n");
    expect((await loaded(withSymbol)).table.symbol).toBe("ETH/USDT");
    const plain = csv(...three);
    const given = await folder.load({ files: [folder.write("btcusdt.csv", plain)], symbol: "SOL/USD", venue: "kraken" });
    expect(given.tables[0]).toMatchObject({ symbol: "SOL/USD", venue: "kraken" });
    expect((await loaded(plain, "binance-xrpeth-1m.csv")).table).toMatchObject({ symbol: "XRP/ETH", venue: "binance" });
    expect((await loaded(plain, "BTC_USDT_USDT-5m-futures.csv")).table.symbol).toBe("BTC/USDT");
    expect((await loaded(plain, "prices-1h-2024.csv")).table).toMatchObject({ symbol: "PRICES/USD", venue: "csv" });
  });

  it("holds many symbols in one file, in any order", async () => {
    const rows = [0, 1, 2].flatMap((index) => [`BTC,${line(index, 100)}`, `ETH,${line(index, 101)}`]);
    const {
      tables,
      instruments,
      rows: count,
    } = await folder.load({ files: [folder.write("m.csv", [`symbol,${HEADER}`, ...rows].join("\n"))] });
    expect(tables.map(({ symbol, close }) => [symbol, ...close])).toEqual([
      ["BTC/USDT", 100, 100, 100],
      ["ETH/USDT", 101, 101, 101],
    ]);
    expect(instruments.map(({ symbol }) => symbol)).toEqual(["BTC/USDT", "ETH/USDT"]);
    expect(count).toBe(6);
  });

  it("lies on shared memory", async () => {
    expect((await loaded(csv(...three))).table.open.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe("faults of data are found with file and line, and left out", () => {
  const cases: readonly (readonly [
    name: string,
    lines: string[],
    kind: string,
    count: number,
    at: number,
    example: RegExp,
    rows: number,
  ])[] = [
    ["identical duplicates", [line(0), line(1), line(1), line(2)], "duplicate", 1, 4, /already, on line 3, identical/, 3],
    ["differing duplicates", [line(0), line(1), line(1, 107), line(2)], "duplicate", 1, 4, /other values; the first stays/, 3],
    ["rows that go back", [line(0), line(2), line(1), line(3)], "out-of-order", 1, 4, /00:01:00.000Z comes after 2024-01-01T00:02/, 3],
    ["a high below the close", [line(0), line(1), `${T0 + 2 * MINUTE},10,10,9,11,5`, line(3)], "bad-ohlc", 1, 4, /0 < low ≤ open/, 3],
    ["a price of zero", [line(0), line(1), `${T0 + 2 * MINUTE},0,0,0,0,5`], "bad-ohlc", 1, 4, /0 < low/, 2],
    ["a negative volume", [line(0), line(1), `${T0 + 2 * MINUTE},10,11,9,10,-5`], "bad-ohlc", 1, 4, /volume of at least 0, got 10/, 2],
    ["an empty price", [line(0), line(1), `${T0 + 2 * MINUTE},10,,9,10,5`], "malformed", 1, 4, /got 10, NaN, 9/, 2],
    ["NaN and infinite prices", [line(0), line(1), `${T0 + 2 * MINUTE},10,inf,NaN,10,5`], "malformed", 1, 4, /got 10, Infinity, NaN/, 2],
    ["short rows", [line(0), line(1), `${T0 + 2 * MINUTE},10,11`], "malformed", 1, 4, /expected at least 6 cells, got 3/, 2],
  ];
  for (const [name, lines, kind, count, at, example, rows] of cases) {
    it(name, async () => {
      const { findings, table } = await loaded(csv(...lines));
      const [finding] = findings.filter((each) => each.kind === kind);
      expect(finding).toMatchObject({ kind, count, symbol: "BTC/USDT", file: "btcusdt.csv" });
      expect(finding!.example).toMatch(new RegExp(`^btcusdt.csv:${at}: `));
      expect(finding!.example).toMatch(example);
      expect(table.openTimeMs).toHaveLength(rows);
      await expect(loaded(csv(...lines), "btcusdt.csv", { strict: true })).rejects.toMatchObject({
        type: "DATA_BAD",
        message: matching(new RegExp(`btcusdt.csv, line ${at}: ${kind}`)),
      });
    });
  }

  it("counts each, and tells identical from differing duplicates", async () => {
    const { findings } = await loaded(csv(line(0), line(0), line(1), line(1), line(1, 101), line(2), line(3)));
    expect(findings.map(({ kind, count, firstMs }) => [kind, count, firstMs])).toEqual([
      ["duplicate", 2, T0],
      ["duplicate", 1, T0 + MINUTE],
    ]);
  });

  it("gaps, bars off the grid and bars without volume stay in", async () => {
    const odd = `${T0 + 7.5 * MINUTE},100,101,99,100,0`;
    const { findings, table } = await loaded(csv(line(0), line(1), line(2), line(5), line(7), odd));
    expect(table.openTimeMs).toHaveLength(6);
    expect(findings.map(({ kind, count, firstMs }) => [kind, count, firstMs])).toEqual([
      ["gap", 2, T0 + 3 * MINUTE],
      ["off-grid", 1, T0 + 7.5 * MINUTE],
      ["zero-volume", 1, T0 + 7.5 * MINUTE],
    ]);
    expect(findings[0]!.example).toBe("3 bars missing; the first after 2024-01-01T00:02:00.000Z, up to 2024-01-01T00:05:00.000Z (2)");
  });

  it("a table without volumes is said to be one", async () => {
    const { findings, table } = await loaded(["time,open,high,low,close", ...three.map((row) => row.replace(/,5$/, ""))].join("\n"));
    expect([...table.volume]).toEqual([0, 0, 0]);
    expect(findings).toMatchObject([{ kind: "zero-volume", count: 3, example: "btcusdt.csv has no column of volumes: every volume is 0" }]);
  });
});

describe("data is refused with a clear error", () => {
  const backwards = csv(...[5, 4, 3, 2, 1].map((index) => line(index)));
  const cases: readonly (readonly [name: string, content: string | Uint8Array, type: string, message: RegExp])[] = [
    ["an empty file", "", "DATA_EMPTY", /btcusdt.csv: the file is empty/],
    ["a header without rows", `${HEADER}\n`, "DATA_EMPTY", /the table has no rows/],
    ["blank lines", "\n\n\n", "DATA_EMPTY", /the table has no rows/],
    ["unknown columns", "time,bid,ask\n1,2,3\n", "DATA_UNREADABLE", /line 1: the header has no open column \(found time, bid, ask\)/],
    ["a column twice", "time,open,high,low,close,Close\n1,2,3,4,5,6\n", "DATA_UNREADABLE", /two columns named close/],
    ["prose", "hello world\nthis is no data\n", "DATA_UNREADABLE", /the header has no time column/],
    ["a price that is no number", csv(line(0), `${T0 + MINUTE},abc,2,3,4,5`), "DATA_BAD", /line 3: open: expected a number, got "abc"/],
    [
      "a volume that is no number",
      csv(line(0), line(1).replace(/5$/, "5 BTC")),
      "DATA_BAD",
      /line 3: volume: expected a number, got "5 BTC"/,
    ],
    ["a time that is none", csv(line(0), line(1, 100, "01/02/2024")), "DATA_BAD", /line 3: time: expected s, ms, .* got "01\/02\/2024"/],
    ["rows of newest first", backwards, "DATA_BAD", /expected rows of BTC\/USDT oldest first, got 4 of 5 going back/],
    [
      "mostly faulty rows",
      csv(line(0), ...[1, 2].map((index) => line(index).replace(",100,", ",0,"))),
      "DATA_BAD",
      /2 of 3 are not; the first: btcusdt.csv:3/,
    ],
    ["one bar alone", csv(line(0)), "DATA_BAD", /expected at least two bars of BTC\/USDT, to tell their interval/],
    ["gzip cut short", gzipSync(csv(...three)).subarray(0, 40), "DATA_UNREADABLE", /corrupt or cut short/],
    [
      "a zip archive",
      Buffer.from("PK\u0003\u0004rest"),
      "DATA_UNREADABLE",
      /expected CSV \(plain, gzip or zstd\) or Parquet, got a zip archive/,
    ],
    ["binary data", Buffer.from([1, 0, 2, 0]), "DATA_UNREADABLE", /got binary data/],
    ["no Parquet file behind its first bytes", Buffer.from("PAR1 and no more"), "DATA_UNREADABLE", /expected a whole Parquet file/],
  ];
  for (const [name, content, type, message] of cases) {
    it(name, async () => {
      await expect(loaded(content)).rejects.toMatchObject({ type, message: matching(message) });
    });
  }

  it("a path that does not exist, or is a folder", async () => {
    await expect(folder.load({ files: ["nowhere.csv"] })).rejects.toMatchObject({
      type: "DATA_NOT_FOUND",
      message: matching(/nowhere.csv: the file does not exist/),
    });
    await expect(folder.load({ files: ["."] })).rejects.toMatchObject({ type: "DATA_UNREADABLE", message: matching(/expected a file/) });
  });

  it("a symbol that is none", async () => {
    const content = [`${HEADER},symbol`, `${line(0)},BTC`, `${line(1)},?!`].join("\n");
    await expect(loaded(content)).rejects.toMatchObject({
      type: "DATA_BAD",
      message: matching(/line 3: symbol: expected one such as BTC\/USDT, got "\?!"/),
    });
  });
});

describe("several files of a symbol", () => {
  const parts = [folder.write("btcusdt-a.csv", csv(line(0), line(1), line(2))), folder.write("btcusdt-b.csv", csv(line(3), line(4)))];

  it("are joined in order of time, whatever the order they are named in", async () => {
    const one = await folder.load({ files: parts });
    const other = await folder.load({ files: parts.toReversed() });
    const whole = await folder.load({ files: [folder.write("btcusdt.csv", csv(...[0, 1, 2, 3, 4].map((index) => line(index))))] });
    expect([...one.tables[0]!.openTimeMs]).toEqual([0, 1, 2, 3, 4].map((index) => T0 + index * MINUTE));
    expect([one.hash, other.hash]).toEqual([whole.hash, whole.hash]);
    expect(one.findings).toEqual([]);
  });

  it("count rows of the same time as duplicates, and fill each other's holes", async () => {
    const overlap = folder.write("btcusdt-c.csv", csv(line(1), line(2, 107), line(3), line(5)));
    const { tables, findings } = await folder.load({ files: [parts[0]!, overlap] });
    expect([...tables[0]!.openTimeMs].map((time) => (time - T0) / MINUTE)).toEqual([0, 1, 2, 3, 5]);
    expect(tables[0]!.close[2]).toBe(100);
    expect(findings.map(({ kind, file, count }) => [kind, file, count])).toEqual([
      ["duplicate", overlap, 1],
      ["duplicate", overlap, 1],
      ["gap", parts[0], 1],
    ]);
  });

  it("must have one interval", async () => {
    const every = (minutes: number) => csv(...Array.from({ length: 40 }, (_, index) => line(index * minutes)));
    const files = [folder.write("btcusdt-1m.csv", every(1)), folder.write("btcusdt-5m.csv", every(5))];
    await expect(folder.load({ files })).rejects.toMatchObject({
      type: "DATA_BAD",
      message: matching(/btcusdt-5m.csv: expected bars of BTC\/USDT every 60000 ms as in the other files, got every 300000 ms/),
    });
  });
});

describe("times and intervals asked for", () => {
  const file = folder.write("btcusdt-ten.csv", csv(...Array.from({ length: 12 }, (_, index) => line(index, 100 + index))));
  const minutes = (times: Float64Array) => [...times].map((time) => (time - T0) / MINUTE);

  it("holds the bars that open from `fromMs` and close by `toMs`", async () => {
    const { tables, rows } = await folder.load({ files: [file], fromMs: T0 + 3 * MINUTE, toMs: T0 + 6 * MINUTE });
    expect(minutes(tables[0]!.openTimeMs)).toEqual([3, 4, 5]);
    expect(rows).toBe(3);
    const early = await folder.load({ files: [file], fromMs: T0 + 3 * MINUTE + 1, toMs: T0 + 6 * MINUTE - 1 });
    expect(minutes(early.tables[0]!.openTimeMs)).toEqual([4]);
  });

  it("refuses times without bars, and times that are none", async () => {
    await expect(folder.load({ files: [file], fromMs: T0 + 1_000 * MINUTE })).rejects.toMatchObject({
      type: "DATA_EMPTY",
      message: matching(/no bars between 2024-01-01T16:40:00.000Z and the end/),
    });
    await expect(folder.load({ files: [file], fromMs: T0, toMs: T0 })).rejects.toMatchObject({
      type: "VALIDATION_ERROR",
      message: matching(/toMs/),
    });
  });

  it("leaves out a symbol without bars in them, and says so", async () => {
    const late = folder.write("ethusdt.csv", csv(line(100), line(101)));
    const { tables, findings } = await folder.load({ files: [file, late], toMs: T0 + 20 * MINUTE });
    expect(tables.map(({ symbol }) => symbol)).toEqual(["BTC/USDT"]);
    expect(findings).toMatchObject([
      { kind: "gap", symbol: "ETH/USDT", example: matching(/it is left out; the file has 2024-01-01T01:40/) },
    ]);
  });

  it("resamples, and says what it did", async () => {
    const { tables, findings } = await folder.load({ files: [file], interval: "5m" });
    expect(tables[0]!.intervalMs).toBe(5 * MINUTE);
    expect(minutes(tables[0]!.openTimeMs)).toEqual([0, 5]);
    expect([...tables[0]!.close]).toEqual([104, 109]);
    expect(findings).toMatchObject([
      { kind: "resampled", count: 2, example: "12 bars of 1m to 2 of 5m; the last one is not over and left out" },
    ]);
  });

  it("refuses an interval the bars do not make up", async () => {
    await expect(folder.load({ files: [file], interval: "1s" })).rejects.toMatchObject({
      type: "VALIDATION_ERROR",
      message: matching(/interval: expected a multiple of the 1m between/),
    });
  });
});

describe("the instrument of a table", () => {
  const priced = (price: string) => csv(...[0, 1].map((index) => `${T0 + index * MINUTE},${price},${price},${price},${price},1`));
  const tickOf = async (price: string) => (await loaded(priced(price))).instruments[0]!.priceDecimals;

  it("has the finest decimals the prices show, without the noise of floats", async () => {
    expect(await tickOf("170.01000000")).toBe(2);
    expect(await tickOf("64000")).toBe(0);
    expect(await tickOf("7.44e-05")).toBe(7);
    expect(await tickOf("0.1234567891")).toBe(10);
    expect(await tickOf("40.123456789012345")).toBe(13);
  });

  it("takes its rules from the spec, and refuses nothing small by default", async () => {
    const [byData] = (await loaded(priced("100.25"))).instruments;
    expect(byData).toMatchObject({
      kind: "linear",
      base: "BTC",
      quote: "USDT",
      tickSize: 10n ** 16n,
      lotSize: 10n ** 10n,
      minNotional: 10n ** 8n,
    });
    const market = marketSpec.parse({ kind: "spot", lot: "1", tick: "0.5", minNotional: "10" });
    const [given] = (await loaded(priced("100.25"), "btcusdt.csv", { market })).instruments;
    expect(given).toMatchObject({ kind: "spot", priceDecimals: 1, quantityDecimals: 0, minNotional: 10n ** 19n, takerFeeRate: 0n });
  });
});

describe("funding", () => {
  const bars = folder.write("btcusdt-f.csv", csv(line(0), line(1), line(2)));

  it("belongs to the bars' symbol and comes sliced", async () => {
    const rates = folder.write("rates.csv", `timestamp,funding_rate\n${T0 - 1},0.5\n${T0},0.0001\n${T0 + MINUTE},-0.0002\n`);
    const { funding, hash } = await folder.load({ files: [bars], funding: [rates], fromMs: T0 });
    expect([...funding.keys()]).toEqual(["BTC/USDT"]);
    expect([...funding.get("BTC/USDT")!.rate]).toEqual([0.0001, -0.0002]);
    expect(hash).not.toBe((await folder.load({ files: [bars] })).hash);
  });

  it("finds faulty rows, and refuses rates of no bars", async () => {
    const rates = folder.write("rates.csv", `time,fundingRate\n${T0},0.1\n${T0},0.2\n${T0 - 5},0.3\n${T0 + 5},\n`);
    const { funding, findings } = await folder.load({ files: [bars], funding: [rates] });
    expect([...funding.get("BTC/USDT")!.rate]).toEqual([0.1]);
    expect(findings.map(({ kind, example }) => `${kind} ${example.split(" ")[0]}`)).toEqual([
      "duplicate rates.csv:3:",
      "out-of-order rates.csv:4:",
      "malformed rates.csv:5:",
    ]);
    const other = folder.write("other.csv", `symbol,time,rate\nETH,${T0},0.1\n`);
    await expect(folder.load({ files: [bars], funding: [other] })).rejects.toMatchObject({
      type: "DATA_BAD",
      message: matching(/other.csv, line 2: expected rates of a symbol of the bars \(BTC\/USDT\), got ETH\/USDT/),
    });
    const wrong = folder.write("wrong.csv", csv(line(0)));
    await expect(folder.load({ files: [bars], funding: [wrong] })).rejects.toMatchObject({
      type: "DATA_UNREADABLE",
      message: matching(/no funding rate column/),
    });
  });
});
