import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BookSequencer } from "../../domain/book/sequencer.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { emptyDepthUpdate } from "../../domain/book/depth.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { decimal, type Decimal } from "../../domain/kernel/decimal.ts";
import type { OrderRequest, VenueReport } from "../../domain/order/types.ts";
import { MemoryLedger, type VenueLedger } from "../../venues/sim/ledger.ts";
import { createSimVenue, type SimVenue } from "../../venues/sim/sim-venue.ts";
import type { SimFaults } from "../../venues/sim/faults.ts";
import type { VenueSink } from "../../venues/venue.ts";

const START_MS = 1_750_000_000_000;
const BALANCES = { USDT: decimal("100000"), BTC: decimal("1") };

interface Rig {
  readonly venue: SimVenue;
  readonly clock: ManualClock;
  readonly frames: string[];
  readonly reports: VenueReport[];
  readonly states: string[];
  /** Moves time in 10 ms steps, letting the ledger answer between them. */
  run(ms: number): Promise<void>;
}

interface RigOptions {
  readonly seed?: string;
  readonly ledger?: VenueLedger;
  readonly faults?: SimFaults;
  readonly clock?: ManualClock;
  readonly balances?: Readonly<Record<string, Decimal>>;
}

async function rig(options: RigOptions = {}): Promise<Rig> {
  const clock = options.clock ?? new ManualClock(START_MS);
  const venue = createSimVenue({
    seed: options.seed ?? "seed-1",
    clock,
    ledger: options.ledger ?? new MemoryLedger(),
    account: { balances: options.balances ?? BALANCES },
    latencyMs: { submit: 20, report: 10 },
    ...(options.faults ? { faults: options.faults } : {}),
  });
  const frames: string[] = [];
  const reports: VenueReport[] = [];
  const states: string[] = [];
  const sink: VenueSink = {
    frame: (text) => void frames.push(text),
    bar: () => undefined,
    report: (report) => void reports.push(report),
    lost: (reason) => void states.push(`lost ${reason}`),
    restored: () => void states.push("restored"),
  };
  await venue.start(sink);
  const run = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10);
      for (let turn = 0; turn < 12; turn++) await Promise.resolve();
    }
  };
  return { venue, clock, frames, reports, states, run };
}

function order(clientOrderId: string, changes: Partial<OrderRequest> = {}): OrderRequest {
  return {
    clientOrderId,
    symbol: "BTC/USDT",
    side: "buy",
    type: "market",
    quantity: decimal("0.01"),
    limitPrice: null,
    timeInForce: "IOC",
    postOnly: false,
    ...changes,
  };
}

/** A resting buy some way below the market. */
async function restingBuy(world: Rig, clientOrderId: string, shareOfBest = 0.98): Promise<OrderRequest> {
  const { bids } = JSON.parse(await world.venue.snapshot("BTC/USDT")) as { bids: [string, string][] };
  const price = (Number(bids[0]![0]) * shareOfBest).toFixed(2);
  return order(clientOrderId, { type: "limit", limitPrice: decimal(price), timeInForce: "GTC" });
}

const kinds = (reports: readonly VenueReport[]): string[] => reports.map((report) => report.kind);

describe("simulated venue: public stream", () => {
  it("lists 20 spot pairs and 4 perpetuals with their stream spelling", async () => {
    const { venue } = await rig();
    const instruments = await venue.instruments();
    expect(instruments.filter(({ kind }) => kind === "spot")).toHaveLength(20);
    expect(instruments.filter(({ kind }) => kind === "linear").map(({ symbol }) => symbol)).toEqual([
      "BTC/USDT:USDT",
      "ETH/USDT:USDT",
      "SOL/USDT:USDT",
      "XRP/USDT:USDT",
    ]);
    expect(venue.venueSymbol("BTC/USDT:USDT")).toBe("BTCUSDT_PERP");
    expect(() => venue.venueSymbol("NOPE/USDT")).toThrow("NOPE/USDT");
  });

  it("feeds a sequencer that stays live and equals the venue's own book, for every market", async () => {
    const world = await rig();
    const { venue, frames, run } = world;
    await run(200);
    const instruments = await venue.instruments();
    const books = new Map<string, BookSequencer>();
    for (const instrument of instruments) {
      const sequencer = new BookSequencer(new OrderBook(), venue.codec.rules);
      sequencer.onSnapshot(venue.codec.snapshot(await venue.snapshot(instrument.symbol), instrument));
      books.set(venue.venueSymbol(instrument.symbol), sequencer);
    }
    frames.length = 0;
    await run(3_000);
    const update = emptyDepthUpdate();
    const bySymbol = new Map(instruments.map((instrument) => [venue.venueSymbol(instrument.symbol), instrument]));
    let trades = 0;
    for (const frame of frames) {
      const { kind, symbol } = venue.codec.route(frame);
      const instrument = bySymbol.get(symbol)!;
      if (kind === "trade") {
        trades++;
        expect(venue.codec.trade(frame, instrument, 0).quantity).toBeGreaterThan(0);
      } else {
        expect(kind).toBe("depth");
        expect(books.get(symbol)!.onDelta(venue.codec.depth(frame, instrument, update))).not.toBe("snapshot-needed");
      }
    }
    expect(trades).toBeGreaterThan(50);
    for (const instrument of instruments) {
      const { quality, book, counters, updateId } = books.get(venue.venueSymbol(instrument.symbol))!;
      expect(quality).toBe("LIVE");
      expect(counters.gaps).toBe(0);
      expect(book.bidCount).toBeGreaterThan(7);
      const snapshot = venue.codec.snapshot(await venue.snapshot(instrument.symbol), instrument);
      if (snapshot.lastId === updateId) expect(book.levels("bid").flat()).toEqual([...snapshot.bids]);
    }
  });

  it("is deterministic: same seed, steps and orders give the same events; another seed gives others", async () => {
    const digest = async (seed: string): Promise<string> => {
      const world = await rig({ seed, faults: { dropFrame: 0.02, duplicateReport: 0.2, disconnectEveryMs: 1_500, disconnectForMs: 200 } });
      await world.run(300);
      world.venue.submit(order("a"));
      world.venue.submit(await restingBuy(world, "b", 0.9999));
      await world.run(2_000);
      world.venue.cancel("BTC/USDT", "b");
      await world.run(500);
      const text = JSON.stringify([world.frames, world.reports, world.states], (_, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
      );
      return createHash("sha256").update(text).digest("hex");
    };
    const first = await digest("d-1");
    expect(await digest("d-1")).toBe(first);
    expect(await digest("d-2")).not.toBe(first);
  });

  it("gives history that joins: completed bars up to now, each opening where the last closed", async () => {
    const { venue, clock } = await rig();
    const bars = await venue.bars("ETH/USDT", 60_000, 100);
    expect(bars).toHaveLength(100);
    expect(bars.at(-1)!.openTimeMs + 60_000).toBeLessThanOrEqual(clock.now());
    for (let index = 1; index < bars.length; index++) {
      expect(bars[index]!.open).toBe(bars[index - 1]!.close);
      expect(bars[index]!.high).toBeGreaterThanOrEqual(Math.max(bars[index]!.open, bars[index]!.close));
    }
    await expect(venue.bars("ETH/USDT", 60_000, -1)).rejects.toThrow("limit");
  });
});

describe("simulated venue: execution", () => {
  it("fills a market order after the latency, exactly, and charges the fee", async () => {
    const world = await rig();
    await world.run(200);
    world.venue.submit(order("m1", { quantity: decimal("0.5") }));
    await world.run(10);
    expect(world.reports).toEqual([]);
    await world.run(40);
    expect(world.reports[0]).toMatchObject({ kind: "accepted", clientOrderId: "m1", atMs: START_MS + 220 });
    const fills = world.reports.flatMap((report) => (report.kind === "fill" ? [report.fill] : []));
    const quantity = fills.reduce((sum, fill) => sum + fill.quantity, 0n);
    expect(quantity).toBe(decimal("0.5"));
    const cost = fills.reduce((sum, fill) => sum + (fill.price * fill.quantity) / 10n ** 18n, 0n);
    const fees = fills.reduce((sum, fill) => sum + fill.fee, 0n);
    expect(fees).toBe(cost / 1000n);
    const balances = await world.venue.balances();
    expect(balances["BTC"]!.total).toBe(decimal("1.5"));
    expect(balances["USDT"]!.total).toBe(decimal("100000") - cost - fees);
    expect(balances["USDT"]!.free).toBe(balances["USDT"]!.total);
  });

  it("reserves for a resting order, gives it back on cancel, and refuses what is not covered", async () => {
    const world = await rig();
    await world.run(200);
    const resting = await restingBuy(world, "r1");
    world.venue.submit(resting);
    await world.run(50);
    expect(kinds(world.reports)).toEqual(["accepted"]);
    const reserved = (await world.venue.balances())["USDT"]!;
    const notional = (resting.limitPrice! * resting.quantity) / 10n ** 18n;
    expect(reserved.total - reserved.free).toBe(notional + notional / 1000n);
    world.venue.submit(order("big", { quantity: decimal("5") }));
    world.venue.submit(order("short", { side: "sell", quantity: decimal("1.5") }));
    world.venue.cancel("BTC/USDT", "r1");
    world.venue.cancel("BTC/USDT", "r1");
    world.venue.cancel("BTC/USDT", "never");
    await world.run(50);
    expect(world.reports.slice(1)).toMatchObject([
      { kind: "rejected", clientOrderId: "big", code: "INSUFFICIENT_BALANCE" },
      { kind: "rejected", clientOrderId: "short", code: "INSUFFICIENT_BALANCE" },
      { kind: "canceled", clientOrderId: "r1" },
      { kind: "cancel-rejected", clientOrderId: "r1", code: "ORDER_CLOSED" },
      { kind: "cancel-rejected", clientOrderId: "never", code: "ORDER_NOT_FOUND" },
    ]);
    const after = (await world.venue.balances())["USDT"]!;
    expect(after.free).toBe(after.total);
  });

  it("refuses bad orders by name", async () => {
    const world = await rig();
    await world.run(200);
    const buy = await restingBuy(world, "x");
    const bad: [string, Partial<OrderRequest>][] = [
      ["UNKNOWN_SYMBOL", { symbol: "NOPE/USDT" }],
      ["LOT_SIZE", { quantity: decimal("0.000001") }],
      ["TICK_SIZE", { ...buy, limitPrice: decimal("1000.001") }],
      ["MIN_NOTIONAL", { quantity: decimal("0.00001") }],
      ["BAD_PRICE", { type: "limit", limitPrice: null }],
      ["BAD_ORDER_TYPE", { postOnly: true }],
      ["POST_ONLY_WOULD_TAKE", { ...buy, limitPrice: decimal("90000"), postOnly: true }],
      ["BAD_CLIENT_ORDER_ID", { clientOrderId: "with space" }],
    ];
    for (const [code, changes] of bad)
      world.venue.submit({
        ...order(`bad-${code}`),
        ...changes,
        clientOrderId: changes.clientOrderId?.includes(" ") ? "with space" : `bad-${code}`,
      });
    await world.run(50);
    expect(world.reports.map((report) => (report.kind === "rejected" ? report.code : report.kind))).toEqual(bad.map(([code]) => code));
  });

  it("allows shorts on perpetuals within the margin and realises profit and loss", async () => {
    const world = await rig({ balances: { USDT: decimal("1000") } });
    await world.run(200);
    const perp = { symbol: "ETH/USDT:USDT" };
    world.venue.submit(order("too-big", { ...perp, side: "sell", quantity: decimal("5") }));
    world.venue.submit(order("short", { ...perp, side: "sell", quantity: decimal("2") }));
    await world.run(50);
    expect(world.reports[0]).toMatchObject({ kind: "rejected", code: "INSUFFICIENT_MARGIN" });
    expect((await world.venue.positions())["ETH/USDT:USDT"]!.quantity).toBe(decimal("-2"));
    const held = (await world.venue.balances())["USDT"]!;
    expect(held.free).toBeLessThan(held.total - decimal("500"));
    world.venue.submit(order("cover", { ...perp, quantity: decimal("2") }));
    await world.run(50);
    expect(await world.venue.positions()).toEqual({});
    const after = (await world.venue.balances())["USDT"]!;
    expect(after.free).toBe(after.total);
    const fills = world.reports.flatMap((report) =>
      report.kind === "fill" ? [{ ...report.fill, sell: report.clientOrderId === "short" }] : [],
    );
    const cash = fills.reduce((sum, fill) => sum + (fill.sell ? 1n : -1n) * ((fill.price * fill.quantity) / 10n ** 18n) - fill.fee, 0n);
    expect(after.total).toBe(decimal("1000") + cash);
  });

  it("treats a repeated client order id as the same order and reports its state again", async () => {
    const world = await rig();
    await world.run(200);
    world.venue.submit(order("same"));
    await world.run(50);
    const first = [...world.reports];
    world.venue.submit(order("same"));
    await world.run(50);
    expect(world.reports.slice(first.length)).toEqual(first);
    expect((await world.venue.balances())["BTC"]!.total).toBe(decimal("1.01"));
  });

  it("fills a resting order as a maker when the market comes to it", async () => {
    const world = await rig();
    await world.run(200);
    world.venue.submit(await restingBuy(world, "near", 0.9999));
    await world.run(120_000);
    const fills = world.reports.flatMap((report) => (report.kind === "fill" ? [report.fill] : []));
    expect(fills.length).toBeGreaterThan(0);
    expect(fills.every((fill) => fill.liquidity === "maker")).toBe(true);
  });
});

describe("simulated venue: durability", () => {
  it("goes on after a crash: balances, open orders, look-ups, trade ids", async () => {
    const ledger = new MemoryLedger();
    const before = await rig({ ledger });
    await before.run(200);
    before.venue.submit(order("done"));
    before.venue.submit(await restingBuy(before, "open", 0.97));
    before.venue.submit(order("refused", { quantity: decimal("50") }));
    await before.run(60);
    const balances = await before.venue.balances();
    // No close: the process is gone. A moment later the next one starts on what was written down.
    const after = await rig({ ledger, clock: new ManualClock(before.clock.now() + 5_000), balances: { USDT: decimal("7") } });
    expect(await after.venue.balances()).toEqual(balances);
    expect(await after.venue.openOrders()).toEqual(await before.venue.openOrders());
    expect(await after.venue.order("BTC/USDT", "done")).toEqual(await before.venue.order("BTC/USDT", "done"));
    expect(await after.venue.order("BTC/USDT", "refused")).toMatchObject({ status: "rejected" });
    await after.run(300);
    after.venue.submit(order("done"));
    after.venue.submit(order("again"));
    after.venue.cancel("BTC/USDT", "open");
    await after.run(60);
    expect(kinds(after.reports.filter((report) => report.clientOrderId === "open"))).toEqual(["canceled"]);
    const ids = (await after.venue.ordersSince(0)).flatMap(({ fills }) => fills.map(({ tradeId }) => tradeId));
    expect(new Set(ids).size).toBe(ids.length);
    expect((await after.venue.balances())["BTC"]!.total).toBe(decimal("1.02"));
    expect((await after.venue.ordersSince(after.clock.now() - 100)).map(({ clientOrderId }) => clientOrderId).sort()).toEqual([
      "again",
      "open",
    ]);
  });

  it("reports nothing before it is durable; what the ledger never got never happened", async () => {
    const kept = new MemoryLedger();
    let isDown = false;
    const release: (() => void)[] = [];
    const slow: VenueLedger = {
      load: () => kept.load(),
      append: async (events) => {
        if (isDown) await new Promise<void>((resolve) => release.push(resolve));
        await kept.append(events);
      },
    };
    const world = await rig({ ledger: slow });
    await world.run(200);
    isDown = true;
    world.venue.submit(order("held"));
    await world.run(500);
    expect(world.reports).toEqual([]);
    const other = await rig({ ledger: kept, clock: new ManualClock(world.clock.now()) });
    expect(await other.venue.order("BTC/USDT", "held")).toBeNull();
    release.shift()!();
    await world.run(10);
    expect(kinds(world.reports)).toEqual(["accepted", "fill"]);
  });

  it("says so when the ledger fails, refuses new orders, and catches up when it is back", async () => {
    const kept = new MemoryLedger();
    let isBroken = false;
    const flaky: VenueLedger = {
      load: () => kept.load(),
      append: async (events) => {
        // The worst failure: written, but the answer is lost.
        await kept.append(events);
        if (isBroken) throw new Error("disk is full");
      },
    };
    const world = await rig({ ledger: flaky });
    await world.run(200);
    isBroken = true;
    world.venue.submit(order("first"));
    await world.run(100);
    expect(world.states).toEqual(["lost venue ledger: disk is full"]);
    world.venue.submit(order("second"));
    await world.run(100);
    expect(world.reports).toMatchObject([{ kind: "rejected", clientOrderId: "second", code: "VENUE_BUSY" }]);
    isBroken = false;
    await world.run(1_100);
    expect(world.states.at(-1)).toBe("restored");
    expect(kinds(world.reports.slice(1))).toEqual(["accepted", "fill"]);
    const after = await rig({ ledger: kept });
    expect(await after.venue.balances()).toEqual(await world.venue.balances());
  });

  it("refuses a ledger with a hole", async () => {
    const ledger = new MemoryLedger();
    await ledger.append([{ seq: 2, type: "opened", atMs: 0, balances: {} }]);
    await expect(rig({ ledger })).rejects.toMatchObject({ type: "LEDGER_CORRUPT" });
  });
});

describe("simulated venue: faults", () => {
  it("hides an outcome: the order lives, the answer is unknown, a look-up tells", async () => {
    const world = await rig();
    await world.run(200);
    world.venue.inject.unknownNext(1);
    world.venue.submit(await restingBuy(world, "u1"));
    await world.run(50);
    expect(world.reports).toMatchObject([{ kind: "unknown", clientOrderId: "u1", request: "submit" }]);
    expect(await world.venue.order("BTC/USDT", "u1")).toMatchObject({ status: "open" });
  });

  it("loses the line: no frames, reports come when it is back", async () => {
    const world = await rig();
    await world.run(200);
    world.venue.inject.disconnect(500);
    world.frames.length = 0;
    world.venue.submit(order("meanwhile"));
    await world.run(490);
    expect([world.frames, world.reports]).toEqual([[], []]);
    await world.run(200);
    expect(world.states).toEqual(["lost simulated disconnect", "restored"]);
    expect(kinds(world.reports)).toEqual(["accepted", "fill"]);
    expect(world.frames.length).toBeGreaterThan(0);
  });

  it("drops frames so that a book notices the gap", async () => {
    const world = await rig();
    await world.run(200);
    const [instrument] = await world.venue.instruments();
    const sequencer = new BookSequencer(new OrderBook(), world.venue.codec.rules);
    sequencer.onSnapshot(world.venue.codec.snapshot(await world.venue.snapshot("BTC/USDT"), instrument!));
    world.frames.length = 0;
    await world.run(300);
    world.venue.inject.dropNextFrames(200);
    await world.run(3_000);
    const update = emptyDepthUpdate();
    const verdicts = world.frames
      .filter((frame) => frame.includes("@depth") && frame.includes('"BTCUSDT"'))
      .map((frame) => sequencer.onDelta(world.venue.codec.depth(frame, instrument!, update)));
    expect(verdicts).toContain("snapshot-needed");
  });

  it("refuses fault settings out of range, and negative latencies", async () => {
    await expect(rig({ faults: { dropFrame: 2 } })).rejects.toThrow("faults.dropFrame");
    const build = (): unknown =>
      createSimVenue({
        seed: "s",
        clock: new ManualClock(),
        ledger: new MemoryLedger(),
        account: { balances: {} },
        latencyMs: { submit: -1, report: 0 },
      });
    expect(build).toThrow("latencyMs.submit");
  });

  it("stops at close", async () => {
    const world = await rig();
    await world.run(200);
    await world.venue.close();
    world.frames.length = 0;
    world.venue.submit(order("late"));
    await world.run(1_000);
    expect([world.frames, world.reports]).toEqual([[], []]);
  });
});
