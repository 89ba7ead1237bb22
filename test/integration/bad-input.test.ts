/**
 * What a replay says to input it cannot play: before it is ready it ends with a message that names the file (and line),
 * afterwards it plays what there is and says why it stopped. Nothing is left running.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { BookView } from "../../domain/contract/views.ts";
import { type Ended, endAll, FloorProcess } from "./floor-process.ts";
import { played, recorded, said } from "./replay-floor.ts";

const SPOT = recorded("orderbook/binance-spot-btcusdt_20240808.gz");
/** Enough for the snapshot and a live book. */
const LINES = 6_000;

const folders: string[] = [];
let inputs: string;
let lines: string[];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dsta-bad-"));
  folders.push(folder);
  return folder;
}

async function input(name: string, bytes: string | Buffer): Promise<string> {
  const file = join(inputs, name);
  await writeFile(file, bytes);
  return file;
}

const text = (some: readonly string[]): string => `${some.join("\n")}\n`;

/** Starts the program and waits for it to give up. */
async function refused(args: readonly string[]): Promise<Ended & { readonly said: string; readonly folder: string }> {
  const folder = await newFolder();
  const floor = new FloorProcess(folder, { args });
  const ended = await floor.ended;
  return { ...ended, said: floor.err + floor.out, folder };
}

beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "dsta-inputs-"));
  lines = gunzipSync(await readFile(SPOT))
    .toString("utf8")
    .split("\n")
    .slice(0, LINES);
});
afterEach(() => endAll(folders.splice(0)));
afterAll(() => endAll([inputs]));

describe("input that cannot be played", () => {
  const candles = "timestamp,open,high,low,close,volume\n1600000000000,1,2,0.5,1.5,10\n1600000060000,1.5,2,1,1.2,5\n";
  const cases: readonly [string, () => Promise<readonly string[]>, RegExp][] = [
    ["a missing file", async () => ["--replay", join(inputs, "none.gz")], /--replay: there is no file .*none\.gz/],
    ["a folder", async () => (await mkdir(join(inputs, "folder")), ["--replay", join(inputs, "folder")]), /folder: expected a file/],
    ["an empty file", async () => ["--replay", await input("empty.gz", "")], /empty\.gz: the file is empty/],
    ["gzip with a broken body", async () => ["--replay", await input("corrupt.gz", corrupt())], /corrupt\.gz: the gzip data is corrupt/],
    [
      "text of another kind",
      async () => ["--replay", await input("notes.txt", "hello\nworld\n".repeat(30))],
      /notes\.txt, line 1: unknown format/,
    ],
    [
      "a table without rows",
      async () => ["--replay", await input("head.csv", "timestamp,open,high,low,close,volume\n")],
      /head\.csv: the table has a header but no rows/,
    ],
    [
      "gzip cut short near its start",
      async () => ["--replay", await input("short.gz", gzipSync(text(lines)).subarray(0, 20_000))],
      /short\.gz: the gzip data is corrupt or cut short .*after line \d+/,
    ],
    [
      "two kinds of files",
      async () => ["--replay", SPOT, await input("btcusdt-1m.csv", candles)],
      /expected frames like .*, found candles/,
    ],
    [
      "candles without a symbol",
      async () => ["--replay", await input("prices.csv", candles)],
      /prices\.csv: expected a column of symbols, .* or the symbol given with --symbol/,
    ],
    ["a symbol that is none", async () => ["--replay", await input("prices2.csv", candles), "--symbol", "nonsense"], /--symbol.*nonsense/],
    ["speed 0", async () => ["--replay", SPOT, "--speed", "0"], /--speed.*'0'.*expected a number above 0, or max/],
    ["speed abc", async () => ["--replay", SPOT, "--speed", "abc"], /--speed.*'abc'.*expected a number above 0, or max/],
    ["a speed without a replay", async () => ["--speed", "2"], /--speed: only a replay has a speed/],
  ];

  function corrupt(): Buffer {
    const bytes = gzipSync(text(lines));
    bytes.fill(0x55, 200, 4_000);
    return bytes;
  }

  it.each(cases)("%s", async (_name, args, message) => {
    const { code, said: words, folder } = await refused(await args());
    expect(words).toMatch(message);
    expect(words, "a message, not a stack").not.toMatch(/\n\s+at /);
    expect(code).not.toBe(0);
    expect(existsSync(join(folder, "run.json"))).toBe(false);
    expect(existsSync(join(folder, "postgres", "data", "postmaster.pid"))).toBe(false);
  });
});

describe("input that goes wrong on the way", () => {
  const bookOf = (floor: FloorProcess) => floor.get<BookView>("market-data/orderbook/BTC-USDT?depth=5");

  it("plays a gzip cut in the middle up to the cut and says so", async () => {
    const whole = await readFile(SPOT);
    const file = await input("cut.gz", whole.subarray(0, Math.floor(whole.length * 0.8)));
    const floor = await played(await newFolder(), [file]);
    const [lost] = (await said(floor)).filter(({ code }) => code === "CONNECTION_LOST");
    expect(lost!.text).toMatch(/cut\.gz: the gzip data is corrupt or cut short \(unexpected end of file\), after line \d+/);
    const book = await bookOf(floor);
    expect(book.quality).toBe("STALE");
    expect(book.bidLevels).toBeGreaterThan(500);
    expect((await floor.stop()).code).toBe(0);
  });

  it("counts malformed lines, names the first, and goes on", async () => {
    const bad = [...lines];
    bad.splice(3_000, 0, "this is no frame");
    bad.splice(3_500, 0, lines[3_400]!.slice(0, 60));
    const clean = await played(await newFolder(), [await input("clean.txt", text(lines))]);
    const expected = await bookOf(clean);
    await clean.stop();
    const floor = await played(await newFolder(), [await input("noise.txt", text(bad))]);
    const [lost] = (await said(floor)).filter(({ code }) => code === "CONNECTION_LOST");
    expect(lost!.text).toMatch(
      /end of recording; 2 malformed lines were skipped, the first in .*noise\.txt, line 3001: expected '<receive ns> <raw JSON>'/,
    );
    const book = await bookOf(floor);
    expect([book.updateId, book.bids, book.asks]).toEqual([expected.updateId, expected.bids, expected.asks]);
    await floor.stop();
  });

  it("tries to rebuild the book after a malformed depth frame in the middle", async () => {
    const at = lines.findIndex((line, index) => index > 4_000 && line.includes("depthUpdate"));
    const bad = lines.with(at, lines[at]!.replace(/"b":\[\["[\d.]+"/, '"b":[["-1x"'));
    expect(bad[at]).not.toBe(lines[at]);
    const floor = await played(await newFolder(), [await input("depth.txt", text(bad))]);
    const events = await said(floor);
    expect(events.find(({ code }) => code === "CONNECTION_LOST")!.text).toMatch(
      new RegExp(`end of recording; 1 malformed lines were skipped, the first in .*depth\\.txt, line ${at + 1}: `),
    );
    expect(events.filter(({ code }) => code === "BOOK_GAP").map((event) => event.text)).toEqual([
      expect.stringMatching(/gap in the stream after \d+: rebuilding/) as string,
    ]);
    // The recording's only snapshot lies before: nothing can join, and the book says so instead of showing a guess.
    const book = await bookOf(floor);
    expect(book.quality).toBe("STALE");
    expect((await floor.get<{ status: string }>("health")).status).toBe("degraded");
    await floor.stop();
  });
});
