/**
 * Whole recordings through route → codec → sequencer → book, against books computed by an independent script and
 * against the exchange's own best bid and ask at every update id both streams name.
 */
import { describe, expect, it } from "vitest";
import { emptyDepthUpdate } from "../../domain/book/depth.ts";
import { type BookSideName, OrderBook } from "../../domain/book/order-book.ts";
import { BookSequencer, type SequencerVerdict } from "../../domain/book/sequencer.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { decimal, fromUnits, toUnits } from "../../domain/kernel/decimal.ts";
import { inferInstrument } from "../../venues/binance/infer-instrument.ts";
import { binanceSpotCodec } from "../../venues/binance/spot-codec.ts";
import { binanceUsdmCodec } from "../../venues/binance/usdm-codec.ts";
import type { StreamCodec } from "../../venues/codec.ts";
import { readRecording, readText, type RecordedFrame } from "./orderbook-recording.ts";

type Level = [price: string, quantity: string];

interface Checkpoint {
  applied: number;
  u: number;
  recv_ns: string;
  event_ms: number;
  best_bid: Level;
  best_ask: Level;
  n_bids: number;
  n_asks: number;
}

interface Expected {
  snapshot_line: number;
  snapshot_lastUpdateId: number;
  diffs_total: number;
  diffs_dropped: number;
  diffs_applied: number;
  first_applied_U_u: [number, number];
  crossed_after_apply: number;
  bookticker_same_u_match: number;
  bookticker_same_u_mismatch: number;
  checkpoints: Checkpoint[];
  final: {
    u: number;
    event_ms: number;
    n_bids: number;
    n_asks: number;
    bids_top50: Level[];
    asks_top50: Level[];
    sum_bid_qty: string;
    sum_ask_qty: string;
  };
}

interface Replay {
  readonly sequencer: BookSequencer;
  readonly instrument: Instrument;
  readonly diffs: number;
  readonly snapshotLines: number[];
  readonly verdicts: Record<SequencerVerdict, number>;
  readonly checkpoints: Omit<Checkpoint, "best_bid" | "best_ask">[];
  readonly checkpointTops: { bid: readonly number[]; ask: readonly number[] }[];
  readonly tops: Map<number, string>;
  readonly trades: number;
}

function topText(bidPrice: number, bidQuantity: number, askPrice: number, askQuantity: number): string {
  return `${bidPrice} ${bidQuantity} ${askPrice} ${askQuantity}`;
}

function bookTop(book: OrderBook): string {
  return topText(book.bestBidPrice, book.bestBidQuantity, book.bestAskPrice, book.bestAskQuantity);
}

function replay(frames: RecordedFrame[], codec: StreamCodec, instrument: Instrument): Replay {
  const sequencer = new BookSequencer(new OrderBook(), codec.rules);
  const { book } = sequencer;
  const update = emptyDepthUpdate();
  const verdicts = { applied: 0, buffered: 0, dropped: 0, "snapshot-needed": 0 };
  const bookTops = new Map<number, string>();
  const tops = new Map<number, string>();
  const result = { diffs: 0, trades: 0, snapshotLines: [] as number[] };
  const checkpoints: Replay["checkpoints"] = [];
  const checkpointTops: Replay["checkpointTops"] = [];
  frames.forEach(({ receivedNs, text }, line) => {
    const { kind } = codec.route(text);
    if (kind === "snapshot") {
      expect(sequencer.onSnapshot(codec.snapshot(text, instrument))).toBe("live");
      result.snapshotLines.push(line);
    } else if (kind === "trade") {
      codec.trade(text, instrument, 0);
      result.trades += 1;
    } else if (kind === "top") {
      const top = codec.top(text, instrument, 0);
      tops.set(top.updateId, topText(top.bidPrice, top.bidQuantity, top.askPrice, top.askQuantity));
    } else {
      expect(kind).toBe("depth");
      result.diffs += 1;
      const verdict = sequencer.onDelta(codec.depth(text, instrument, update));
      verdicts[verdict] += 1;
      if (verdict !== "applied") return;
      bookTops.set(update.lastId, bookTop(book));
      const { applied } = sequencer.counters;
      if (applied % 500 !== 0) return;
      const { lastId: u, venueTimeMs: event_ms } = update;
      checkpoints.push({ applied, u, recv_ns: receivedNs, event_ms, n_bids: book.bidCount, n_asks: book.askCount });
      checkpointTops.push({
        bid: [book.bestBidPrice, book.bestBidQuantity],
        ask: [book.bestAskPrice, book.bestAskQuantity],
      });
    }
  });
  const shared = new Map([...bookTops].filter(([id]) => tops.has(id)).map(([id, top]) => [id, `${top} = ${tops.get(id)}`]));
  return { sequencer, instrument, ...result, verdicts, checkpoints, checkpointTops, tops: shared };
}

function expectAgreement(actual: Replay, expected: Expected): void {
  const { instrument, sequencer } = actual;
  const { book, counters } = sequencer;
  const units = ([price, quantity]: Level) => [
    toUnits(decimal(price), instrument.priceDecimals),
    toUnits(decimal(quantity), instrument.quantityDecimals),
  ];
  expect(actual.snapshotLines).toEqual([expected.snapshot_line]);
  expect(actual.diffs).toBe(expected.diffs_total);
  expect(counters).toMatchObject({ applied: expected.diffs_applied, dropped: expected.diffs_dropped, gaps: 0, resyncs: 0 });
  expect(counters.crossed).toBe(expected.crossed_after_apply);
  expect(actual.verdicts["snapshot-needed"]).toBe(1);
  expect(actual.checkpoints).toEqual(expected.checkpoints.map(({ best_bid: _bid, best_ask: _ask, ...rest }) => rest));
  expect(actual.checkpointTops).toEqual(expected.checkpoints.map((point) => ({ bid: units(point.best_bid), ask: units(point.best_ask) })));

  const { final } = expected;
  expect(sequencer.quality).toBe("LIVE");
  expect(sequencer.updateId).toBe(final.u);
  expect(sequencer.venueTimeMs).toBe(final.event_ms);
  expect([book.bidCount, book.askCount, book.forgottenLevels]).toEqual([final.n_bids, final.n_asks, 0]);
  expect(book.levels("bid", 50)).toEqual(final.bids_top50.map(units));
  expect(book.levels("ask", 50)).toEqual(final.asks_top50.map(units));
  const sum = (side: BookSideName) =>
    fromUnits(
      book.levels(side).reduce((total, [, quantity]) => total + quantity, 0),
      instrument.quantityDecimals,
    );
  expect(sum("bid")).toBe(decimal(final.sum_bid_qty));
  expect(sum("ask")).toBe(decimal(final.sum_ask_qty));

  const agreeing = [...actual.tops.values()].filter((pair) => pair.split(" = ")[0] === pair.split(" = ")[1]).length;
  expect(agreeing).toBe(expected.bookticker_same_u_match);
  expect(actual.tops.size - agreeing).toBe(expected.bookticker_same_u_mismatch);
}

describe("recorded Binance order books", () => {
  it("spot BTCUSDT equals the expected book and the exchange's own top at 1,072 shared ids", { timeout: 60_000 }, () => {
    const frames = readRecording("binance-spot-btcusdt_20240808.gz", "binance-spot-btcusdt_20240809.gz");
    const instrument = inferInstrument(
      "binance",
      "BTCUSDT",
      "spot",
      frames.map(({ text }) => text),
    );
    // Some resting orders are older than the venue's lot of 0.00001 and have six decimals; so has expected sum_ask_qty.
    expect(instrument).toMatchObject({ symbol: "BTC/USDT", priceDecimals: 2, quantityDecimals: 6 });
    const actual = replay(frames, binanceSpotCodec, instrument);
    expect(actual.trades).toBe(9_757 + 10_147);
    expectAgreement(actual, JSON.parse(readText("expected-spot_btcusdt.json")) as Expected);
    expect(actual.tops.size).toBe(1_072);
  });

  it("USD-M ETHUSDT equals the expected book and the exchange's own top at 551 shared ids", { timeout: 60_000 }, () => {
    const frames = readRecording("binance-usdm-ethusdt_20240808.gz");
    const instrument = inferInstrument(
      "binanceusdm",
      "ETHUSDT",
      "linear",
      frames.map(({ text }) => text),
    );
    expect(instrument).toMatchObject({ symbol: "ETH/USDT:USDT", priceDecimals: 2, quantityDecimals: 3 });
    const actual = replay(frames, binanceUsdmCodec, instrument);
    expect(actual.trades).toBe(14_076);
    expectAgreement(actual, JSON.parse(readText("expected-usdm_ethusdt.json")) as Expected);
    expect(actual.tops.size).toBe(551);
  });
});
