import { describe, expect, it } from "vitest";
import { MARKET_CHANNELS } from "../../domain/contract/events.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { BookView } from "../../domain/contract/views.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import type { BookTop } from "../../domain/market/events.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import { MarketPublisher } from "../../mixins/outbox/market-publisher.ts";

const instrument: Instrument = {
  venue: "sim",
  symbol: "ETH/USDT:USDT",
  base: "ETH",
  quote: "USDT",
  kind: "linear",
  priceDecimals: 2,
  quantityDecimals: 3,
  tickSize: decimal("0.01"),
  lotSize: decimal("0.001"),
  minQuantity: decimal("0.001"),
  maxQuantity: decimal("1000"),
  minNotional: decimal("5"),
  makerFeeRate: decimal("0.0002"),
  takerFeeRate: decimal("0.0005"),
};

function top(updateId: number, more: Partial<BookTop> = {}): BookTop {
  return {
    venue: "sim",
    symbol: instrument.symbol,
    quality: "LIVE",
    updateId,
    bidPrice: 250_012,
    bidQuantity: 1_500,
    askPrice: 250_013,
    askQuantity: 20,
    venueTimeMs: 5,
    receivedAtMs: 6,
    ...more,
  };
}

function setUp() {
  const clock = new ManualClock(1_000);
  const feed = new LocalFeed((_subject, error) => {
    throw error;
  });
  const sent: { subject: string; body: Record<string, unknown> }[] = [];
  const troubles: string[] = [];
  const waiting: { give: (book: BookView) => void; refuse: (error: Error) => void }[] = [];
  const publisher = new MarketPublisher({
    feed,
    clock,
    depthOf: () => new Promise((give, refuse) => void waiting.push({ give, refuse })),
    send: (subject, bytes) => void sent.push({ subject, body: JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown> }),
    onTrouble: (text) => void troubles.push(text),
    maxPerSecond: 4,
    repeatMs: 2_000,
    depth: 10,
  });
  const publish = (message: BookTop): void => feed.publish(subjects.top("sim", instrument.symbol), message);
  return { clock, publisher, publish, sent, troubles, waiting };
}

const book: BookView = {
  venue: "sim",
  symbol: instrument.symbol,
  quality: "LIVE",
  updateId: 9,
  venueTimeMs: 5,
  receivedAtMs: 6,
  ageMs: 1,
  bidLevels: 400,
  askLevels: 400,
  bids: [["2500.12", "1.5"]],
  asks: [["2500.13", "0.02"]],
};

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe("market data for others", () => {
  it("is the newest state, at a bounded rate, decimals as texts", () => {
    const { clock, publisher, publish, sent } = setUp();
    publisher.add(instrument);
    publisher.add(instrument);
    for (let updateId = 1; updateId <= 1_000; updateId++) {
      publish(top(updateId));
      clock.advance(1);
    }
    expect(sent.map(({ body }) => body["updateId"])).toEqual([250, 500, 750, 1_000]);
    expect(sent[0]).toMatchObject({
      subject: "market-data.prices.sim.ETH-USDT_USDT",
      body: { bid: "2500.12", bidQuantity: "1.5", ask: "2500.13", askQuantity: "0.02", quality: "LIVE" },
    });
    expect(MARKET_CHANNELS[0]!.message.parse(sent[0]!.body)).toEqual(sent[0]!.body);
  });

  it("is said again now and then when nothing changes, and not before anything is known", () => {
    const { clock, publisher, publish, sent } = setUp();
    publisher.add(instrument);
    clock.advance(10_000);
    expect(sent).toEqual([]);
    publish(top(1, { askPrice: 0, askQuantity: 0, quality: "STALE" }));
    clock.advance(8_000);
    expect(sent).toHaveLength(4);
    expect(sent[0]!.body).toMatchObject({ ask: null, askQuantity: null, quality: "STALE" });
  });

  it("asks for one book at a time, and goes on when that fails", async () => {
    const { clock, publisher, publish, sent, troubles, waiting } = setUp();
    publisher.add(instrument);
    for (let updateId = 1; updateId <= 4; updateId++) {
      publish(top(updateId));
      clock.advance(250);
    }
    expect(waiting).toHaveLength(1);
    waiting[0]!.give(book);
    await settled();
    const sentBook = sent.find(({ subject }) => subject === "market-data.orderbooks.sim.ETH-USDT_USDT")!;
    expect(MARKET_CHANNELS[1]!.message.parse(sentBook.body)).toEqual(sentBook.body);
    expect(sentBook.body).toMatchObject({ updateId: 9, bids: [["2500.12", "1.5"]] });
    publish(top(5));
    clock.advance(250);
    waiting[1]!.refuse(new Error("no book"));
    await settled();
    expect(troubles).toEqual(["market data of sim:ETH/USDT:USDT: no book"]);
    publish(top(6));
    clock.advance(250);
    expect(waiting).toHaveLength(3);
  });

  it("ends for a market that left, and for all", () => {
    const { clock, publisher, publish, sent } = setUp();
    publisher.add(instrument);
    publish(top(1));
    publisher.remove("sim", instrument.symbol);
    clock.advance(1_000);
    publisher.add(instrument);
    publish(top(2));
    publisher.stop();
    clock.advance(10_000);
    expect(sent).toEqual([]);
  });
});
