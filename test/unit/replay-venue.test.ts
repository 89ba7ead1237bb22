import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyDepthUpdate } from "../../domain/book/depth.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { BookSequencer } from "../../domain/book/sequencer.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { decimal, fromUnits } from "../../domain/kernel/decimal.ts";
import type { Bar } from "../../domain/market/events.ts";
import type { OrderRequest, VenueReport } from "../../domain/order/types.ts";
import { openRecording } from "../../venues/replay/open-recording.ts";
import type { Recording } from "../../venues/replay/recording.ts";
import { createReplayVenue, type ReplayVenue } from "../../venues/replay/replay-venue.ts";
import { MemoryLedger } from "../../venues/sim/ledger.ts";

const DATA = "../shared/data";
const SPOT = [`${DATA}/orderbook/binance-spot-btcusdt_20240808.gz`, `${DATA}/orderbook/binance-spot-btcusdt_20240809.gz`];
const USDM = `${DATA}/orderbook/binance-usdm-ethusdt_20240808.gz`;

let folder = "";
/** The first 3,000 lines of the spot recording. */
let short: string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dsta-replay-"));
  short = gunzipSync(readFileSync(SPOT[0]!)).toString("utf8").split("\n").slice(0, 3_000);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

interface Seen {
  readonly venue: ReplayVenue;
  readonly clock: ManualClock;
  readonly reports: VenueReport[];
  readonly bars: Bar[];
  readonly lost: string[];
  readonly digest: () => string;
}

interface PlayOptions {
  readonly speed?: number | "max";
  readonly latencyMs?: { readonly submit: number; readonly report: number };
  readonly pace?: (delayMs: number) => Promise<void>;
  /** Called after every frame, with the count so far. */
  readonly onFrame?: (text: string, atMs: number, seen: Seen, count: number) => void;
  readonly onBar?: (bar: Bar, seen: Seen) => void;
  readonly onStart?: (seen: Seen) => void;
}

async function play(recording: Recording, options: PlayOptions = {}): Promise<Seen> {
  const clock = new ManualClock();
  const hash = createHash("sha256");
  const venue = createReplayVenue({
    recording,
    clock,
    speed: options.speed ?? "max",
    pace: options.pace ?? (() => Promise.resolve()),
    quiet: () => undefined,
    ledger: new MemoryLedger(),
    account: { balances: { USDT: decimal("1000000"), BTC: decimal("10") } },
    latencyMs: options.latencyMs ?? { submit: 0, report: 0 },
  });
  const seen: Seen = { venue, clock, reports: [], bars: [], lost: [], digest: () => hash.copy().digest("hex") };
  const note = (...parts: unknown[]): void =>
    void hash.update(JSON.stringify(parts, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
  let count = 0;
  await venue.start({
    frame: (text, atMs) => {
      note("frame", text, atMs);
      options.onFrame?.(text, atMs, seen, ++count);
    },
    bar: (bar) => {
      note("bar", bar);
      seen.bars.push(bar);
      options.onBar?.(bar, seen);
    },
    report: (report) => {
      note("report", report);
      seen.reports.push(report);
    },
    lost: (reason) => void seen.lost.push(reason),
    restored: () => undefined,
  });
  options.onStart?.(seen);
  await venue.finished();
  return seen;
}

function order(clientOrderId: string, changes: Partial<OrderRequest> = {}): OrderRequest {
  return {
    clientOrderId,
    symbol: "BTC/USDT",
    side: "buy",
    type: "market",
    quantity: decimal("0.5"),
    limitPrice: null,
    timeInForce: "IOC",
    postOnly: false,
    ...changes,
  };
}

const fillsOf = (reports: readonly VenueReport[], id: string) =>
  reports.flatMap((report) => (report.kind === "fill" && report.clientOrderId === id ? [report.fill] : []));

describe("replay of real recordings", () => {
  it("plays two spot files as one, gapless, from the recorded snapshot on", { timeout: 60_000 }, async () => {
    const recording = await openRecording(SPOT);
    const [instrument] = recording.instruments;
    expect(recording).toMatchObject({ kind: "frames", venue: "binance", venueSymbol: "BTCUSDT", startMs: 1_723_161_253_937 });
    expect(instrument).toMatchObject({ symbol: "BTC/USDT", kind: "spot", priceDecimals: 2, quantityDecimals: 6 });
    if (recording.kind !== "frames") throw new Error("expected frames");
    const sequencer = new BookSequencer(new OrderBook(), recording.codec.rules);
    const update = emptyDepthUpdate();
    let asked = false;
    let depth = 0;
    const seen = await play(recording, {
      onFrame: (text, _atMs, { venue }) => {
        if (recording.codec.route(text).kind !== "depth") return;
        depth++;
        const verdict = sequencer.onDelta(recording.codec.depth(text, instrument!, update));
        if (verdict !== "snapshot-needed" || asked) return;
        asked = true;
        void venue.snapshot("BTC/USDT").then((snapshot) => sequencer.onSnapshot(recording.codec.snapshot(snapshot, instrument!)));
      },
    });
    expect(depth).toBe(6_495);
    expect(sequencer.quality).toBe("LIVE");
    expect(sequencer.counters).toMatchObject({ applied: 6_493, gaps: 0, crossed: 0 });
    expect(sequencer.updateId).toBe(50_093_696_318);
    expect([sequencer.book.bidCount, sequencer.book.askCount]).toEqual([1_971, 2_962]);
    expect(seen.venue.progress()).toMatchObject({
      frames: 99_574,
      malformed: 0,
      finished: true,
      share: 1,
      error: null,
      endMs: 1_723_161_904_535,
    });
    expect(seen.lost).toEqual(["end of recording"]);
    const late = recording.codec.snapshot(await seen.venue.snapshot("BTC/USDT"), instrument!);
    expect([late.lastId, late.bids.length / 2, late.asks.length / 2]).toEqual([50_093_696_318, 1_971, 2_962]);
  });

  it("tells USD-M futures by their frames", { timeout: 60_000 }, async () => {
    const recording = await openRecording([USDM]);
    expect(recording.venue).toBe("binanceusdm");
    expect(recording.instruments[0]).toMatchObject({ symbol: "ETH/USDT:USDT", kind: "linear", priceDecimals: 2, quantityDecimals: 3 });
    const { venue } = await play(recording);
    expect(venue.progress()).toMatchObject({ frames: 74_655, malformed: 0 });
  });

  it("gives the same events at every speed, orders included", async () => {
    const recording = await openRecording([write("short.txt", short.join("\n"))]);
    const trade: PlayOptions = {
      latencyMs: { submit: 35, report: 15 },
      onFrame: (_text, _atMs, { venue }, count) => {
        if (count % 300 === 0) venue.submit(order(`m-${count}`, { side: count % 600 === 0 ? "buy" : "sell" }));
        if (count === 500) venue.submit(order("l-1", { type: "limit", limitPrice: decimal("61837.63"), timeInForce: "GTC" }));
      },
    };
    const fast = await play(recording, trade);
    const waits: number[] = [];
    const slow = await play(recording, { ...trade, speed: 10, pace: async (delayMs) => void waits.push(delayMs) });
    expect(slow.digest()).toBe(fast.digest());
    const recordedMs = fast.venue.progress().nowMs - 50 - recording.startMs;
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(recordedMs / 10 - 20);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(recordedMs / 10 + 1);
    expect(fast.reports.length).toBeGreaterThan(15);
  });
});

describe("orders on a recorded book", () => {
  it("fills a market buy at the recorded ask, after the latency, once", async () => {
    const recording = await openRecording([write("market.txt", short.join("\n"))]);
    if (recording.kind !== "frames") throw new Error("expected frames");
    let sentAtMs = 0;
    let bookAtArrival: readonly (readonly [number, number])[] = [];
    const book = new BookSequencer(new OrderBook(), recording.codec.rules);
    const update = emptyDepthUpdate();
    const [instrument] = recording.instruments;
    const seen = await play(recording, {
      latencyMs: { submit: 100, report: 40 },
      onStart: ({ venue }) => void venue.snapshot("BTC/USDT").then((text) => book.onSnapshot(recording.codec.snapshot(text, instrument!))),
      onFrame: (text, atMs, { venue }, count) => {
        if (sentAtMs > 0 && bookAtArrival.length === 0 && atMs >= sentAtMs + 100) bookAtArrival = book.book.levels("ask", 20);
        if (recording.codec.route(text).kind === "depth") book.onDelta(recording.codec.depth(text, instrument!, update));
        if (count !== 1_000) return;
        sentAtMs = atMs;
        venue.submit(order("buy", { quantity: decimal("3") }));
        venue.submit(order("buy", { quantity: decimal("3") }));
      },
    });
    const fills = fillsOf(seen.reports, "buy").slice(0, fillsOf(seen.reports, "buy").length / 2);
    expect(seen.reports[0]).toMatchObject({ kind: "accepted", atMs: sentAtMs + 100 });
    const displayed = new Map(bookAtArrival);
    expect(fills[0]!.price).toBe(fromUnits(bookAtArrival[0]![0], 2));
    for (const fill of fills) {
      expect(fill.liquidity).toBe("taker");
      expect(fill.quantity).toBeLessThanOrEqual(
        fromUnits(displayed.get(Number(fill.price / fromUnits(1, 2)))!, instrument!.quantityDecimals),
      );
    }
    expect(fills.reduce((sum, fill) => sum + fill.quantity, 0n)).toBe(decimal("3"));
    expect((await seen.venue.balances())["BTC"]!.total).toBe(decimal("13"));
  });

  it("refuses orders before the book is whole and after the end, and answers look-ups then", async () => {
    const recording = await openRecording([write("edges.txt", short.join("\n"))]);
    const seen = await play(recording, {
      onFrame: (_text, _atMs, { venue }, count) => {
        if (count === 1) venue.submit(order("early"));
        if (count === 900) venue.submit(order("rest", { type: "limit", limitPrice: decimal("50000"), timeInForce: "GTC" }));
      },
    });
    seen.venue.submit(order("late"));
    expect(await seen.venue.order("BTC/USDT", "late")).toMatchObject({ status: "rejected" });
    expect(seen.reports).toMatchObject([
      { kind: "rejected", clientOrderId: "early", code: "NO_MARKET" },
      { kind: "accepted", clientOrderId: "rest" },
      { kind: "rejected", clientOrderId: "late", code: "REPLAY_ENDED" },
    ]);
    seen.venue.cancel("BTC/USDT", "rest");
    expect(await seen.venue.openOrders()).toEqual([]);
    await expect(seen.venue.snapshot("ETH/USDT")).rejects.toMatchObject({ type: "NOT_FOUND" });
  });

  it("fills a resting order as a maker when the recorded market comes through it", { timeout: 60_000 }, async () => {
    const recording = await openRecording(SPOT);
    const price = decimal("61700");
    const seen = await play(recording, {
      onFrame: (_text, _atMs, { venue }, count) => {
        if (count === 1_000) venue.submit(order("rest", { type: "limit", limitPrice: price, timeInForce: "GTC", postOnly: true }));
      },
    });
    const fills = fillsOf(seen.reports, "rest");
    expect(fills.reduce((sum, fill) => sum + fill.quantity, 0n)).toBe(decimal("0.5"));
    expect(fills.every((fill) => fill.liquidity === "maker" && fill.price === price)).toBe(true);
  });

  it("stops at close, also while it waits", async () => {
    const recording = await openRecording([write("close.txt", short.join("\n"))]);
    let frames = 0;
    const seen = await play(recording, {
      speed: 1,
      onFrame: (_text, _atMs, { venue }, count) => {
        frames = count;
        if (count === 10) void venue.close();
      },
    });
    expect(frames).toBe(10);
    expect(seen.lost).toEqual([]);
  });
});

describe("recordings that are not whole", () => {
  it("counts and skips malformed lines in the middle, naming them", async () => {
    const lines = short.slice(0, 500);
    lines.splice(
      100,
      0,
      "garbage",
      '1723161254087896568 {"stream":"btcusdt@trade","data":{"e":"trade"',
      `${lines[99]!.slice(0, 19)} {"hello":1}`,
    );
    const file = write("malformed.gz", gzipSync(lines.join("\n")));
    const { venue } = await play(await openRecording([file]));
    const progress = venue.progress();
    expect(progress.malformed).toBe(3);
    expect(progress.malformedSamples.map(({ line }) => line)).toEqual([101, 102, 103]);
    expect(progress.frames).toBe(500);
    expect(progress.error).toBeNull();
  });

  it("refuses what cannot be read, by name", async () => {
    const whole = gzipSync(short.join("\n"));
    const broken = Buffer.from(whole);
    broken.fill(0, 40, 80);
    const cases: [string, RegExp][] = [
      [join(folder, "missing.gz"), /missing\.gz: the file does not exist/],
      [folder, /expected a file/],
      [write("empty.txt", ""), /empty\.txt: the file is empty/],
      [write("broken.gz", broken), /broken\.gz: the gzip data is corrupt/],
      [write("text.txt", "once upon a time\nthere was a book\n"), /text\.txt, line 1: unknown format/],
      [write("header.csv", "timestamp,open,high,low,close,volume\n"), /header\.csv: the table has a header but no rows/],
      [write("columns.csv", "timestamp,open,low,close\n1,2,3,4\n5,6,7,8"), /columns\.csv, line 1: the header has no high column/],
      [write("rows-btcusdt.csv", "time,open,high,low,close\nx,1,1,1,1\n"), /rows-btcusdt\.csv: the table has no usable row/],
    ];
    for (const [file, message] of cases) {
      const error: unknown = await openRecording([file]).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ type: "REPLAY_UNREADABLE" });
      expect((error as Error).message).toMatch(message);
    }
    await expect(openRecording([])).rejects.toMatchObject({ type: "VALIDATION_ERROR" });
    const csv = write("fine.csv", "time,open,high,low,close\n1700000000,1,1,1,1\n1700000060,1,1,1,1\n");
    await expect(openRecording([SPOT[0]!, csv])).rejects.toThrow(/fine\.csv: expected frames/);
  });

  it("ends playback with the reason when a file turns out cut short", async () => {
    const all = gzipSync(gunzipSync(readFileSync(SPOT[0]!)).toString("utf8").split("\n").slice(0, 30_000).join("\n"));
    const file = write("cut.gz", all.subarray(0, all.length - 2_000));
    const recording = await openRecording([file]);
    const lost: string[] = [];
    const failed = play(recording, { onStart: (seen) => void lost.push(...seen.lost) });
    await expect(failed).rejects.toThrow(/cut\.gz: the gzip data is corrupt or cut short .* after line \d+/);
  });
});

describe("replay of candles", () => {
  const rows = [
    [60, 100, 105, 95, 102],
    [120, 103, 104, 101, 104],
    [180, 99, 100, 90, 91],
    [240, 92, 110, 91, 108],
  ] as const;
  const BASE_S = 1_699_999_980;

  it("reads headers of any case, separators, time formats, and symbols", async () => {
    const at = (row: readonly number[]): number => BASE_S + row[0]!;
    const tables: [string, string, string][] = [
      ["a-btcusdt.csv", "Timestamp,Open,High,Low,Close,Volume", "BTC/USDT"],
      ["plain-eurusd.csv", "time;open;high;low;close", "EUR/USD"],
      ["b.csv", "symbol,open_time,open,high,low,close,volume", "ETH/USDT"],
      ["c-xrpeth.csv", "DATE\tOPEN\tHIGH\tLOW\tCLOSE\tVOLUME", "XRP/ETH"],
    ];
    const lines: string[][] = [
      rows.map((row) => `${at(row) * 1_000},${row.slice(1).join(",")},5`),
      rows.map((row) => `${at(row)};${row.slice(1).join(";")}`),
      rows.map((row) => `ETHUSDT,${new Date(at(row) * 1_000).toISOString()},${row.slice(1).join(",")},5`),
      rows.map((row) => `${new Date(at(row) * 1_000).toISOString().slice(0, 19).replace("T", " ")}\t${row.slice(1).join("\t")}\t5`),
    ];
    for (const [index, [name, header, symbol]] of tables.entries()) {
      const recording = await openRecording([write(name, [header, ...lines[index]!].join("\n"))]);
      expect(recording).toMatchObject({
        kind: "candles",
        venue: "csv",
        startMs: (BASE_S + 60) * 1_000,
        intervalMs: 60_000,
        endMs: (BASE_S + 300) * 1_000,
      });
      const { bars } = await play(recording);
      expect(bars.map((bar) => [bar.symbol, bar.openTimeMs / 1_000 - BASE_S, bar.close])).toEqual(
        rows.map((row) => [symbol, row[0], row[4]]),
      );
    }
  });

  it("fills market orders at the next open and limits when the range reaches them", async () => {
    const text = ["time,open,high,low,close", ...rows.map((row) => [BASE_S + row[0], ...row.slice(1)].join(","))].join("\n");
    const recording = await openRecording([write("d-btcusdt.csv", text)]);
    const limit = { type: "limit", timeInForce: "GTC", quantity: decimal("1") } as const;
    const seen = await play(recording, {
      onBar: (bar, { venue }) => {
        if (bar.close !== 102) return;
        venue.submit(order("market", { quantity: decimal("1") }));
        venue.submit(order("touch", { ...limit, limitPrice: decimal("101") }));
        venue.submit(order("gap", { ...limit, limitPrice: decimal("100") }));
        venue.submit(order("ioc", { ...limit, limitPrice: decimal("90"), timeInForce: "IOC" }));
        venue.submit(order("post", { ...limit, side: "sell", limitPrice: decimal("103"), postOnly: true }));
        venue.submit(order("high", { ...limit, side: "sell", limitPrice: decimal("110") }));
        venue.submit(order("never", { ...limit, limitPrice: decimal("50") }));
      },
    });
    const told = seen.reports
      .filter((report) => report.kind === "fill" || report.kind === "expired")
      .map((report) => [
        report.clientOrderId,
        (report.atMs / 1_000 - BASE_S).toString(),
        report.kind === "fill" ? `${report.fill.price / 10n ** 18n} ${report.fill.liquidity}` : report.reason,
      ]);
    expect(told).toEqual([
      ["market", "120", "103 taker"],
      ["ioc", "120", "NO_LIQUIDITY"],
      ["post", "120", "POST_ONLY"],
      ["touch", "180", "101 maker"],
      ["gap", "180", "99 maker"],
      ["high", "300", "110 maker"],
    ]);
    expect((await seen.venue.openOrders()).map(({ clientOrderId }) => clientOrderId)).toEqual(["never"]);
    expect((await seen.venue.bars("BTC/USDT", 60_000, 2)).map(({ close }) => close)).toEqual([91, 108]);
  });

  it("plays a real year of bars, counting nothing wrong", { timeout: 60_000 }, async () => {
    const recording = await openRecording([`${DATA}/candles/binance-btcusdt-5m-2025.csv.gz`]);
    const { bars, venue } = await play(recording);
    expect(recording.instruments[0]).toMatchObject({ symbol: "BTC/USDT", priceDecimals: 2 });
    expect(venue.progress().malformed).toBe(0);
    expect(bars.length).toBeGreaterThan(10_000);
    expect(bars.every((bar, index) => index === 0 || bar.openTimeMs > bars[index - 1]!.openTimeMs)).toBe(true);
  });

  it("merges a file grouped by symbol in order of time, and skips rows out of order", { timeout: 60_000 }, async () => {
    const text = [
      "symbol,time,open,high,low,close",
      "BTC,1700000040,1,1,1,1",
      "BTC,1700000100,1,1,1,1",
      "BTC,1700000100,9,9,9,9",
      "BTC,1700000160,1,2,3,1",
      "BTC,1700000220,1,1,1,1",
      "ETH,1700000040,2,2,2,2",
      "ETH,1700000100,2,2,2,2",
      "ETH,oops,2,2,2,2",
    ].join("\n");
    const seen = await play(await openRecording([write("grouped.csv", text)]));
    expect(seen.bars.map((bar) => `${bar.symbol} ${bar.openTimeMs / 1_000 - 1_700_000_000}`)).toEqual([
      "BTC/USDT 40",
      "ETH/USDT 40",
      "BTC/USDT 100",
      "ETH/USDT 100",
      "BTC/USDT 220",
    ]);
    expect(seen.venue.progress().malformed).toBe(3);
    expect(
      seen.venue
        .progress()
        .malformedSamples.map(({ line }) => line)
        .sort((a, b) => a - b),
    ).toEqual([4, 5, 9]);
  });
});
