/**
 * A USD-M snapshot and an update recorded ten minutes apart: their ids do not join. The sequencer must ask for another
 * snapshot and never call the book LIVE.
 */
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { emptyDepthUpdate } from "../../domain/book/depth.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { BookSequencer } from "../../domain/book/sequencer.ts";
import { inferInstrument } from "../../venues/binance/infer-instrument.ts";
import { binanceUsdmCodec as codec } from "../../venues/binance/usdm-codec.ts";
import { readText } from "./orderbook-recording.ts";

interface Row {
  symbol: string;
  timestamp: string;
  first_update_id: string;
  last_update_id: string;
  side: "a" | "b";
  price: string;
  qty: string;
  pu: string;
}

function readRows(file: string): Row[] {
  return parse<Row>(readText(file), { columns: true, skip_empty_lines: true });
}

function levels(rows: Row[], side: "a" | "b"): [string, string][] {
  return rows.filter((row) => row.side === side).map((row) => [row.price, row.qty]);
}

const snapshotRows = readRows("binance-usdm-btcusdt-depth-snap.csv");
const updateRows = readRows("binance-usdm-btcusdt-depth-update.csv");
const snapshotText = JSON.stringify({
  lastUpdateId: Number(snapshotRows[0]?.last_update_id),
  bids: levels(snapshotRows, "b").toSorted((a, b) => Number(b[0]) - Number(a[0])),
  asks: levels(snapshotRows, "a").toSorted((a, b) => Number(a[0]) - Number(b[0])),
});
const updateFrame = JSON.stringify({
  e: "depthUpdate",
  E: Number(updateRows[0]?.timestamp),
  s: "BTCUSDT",
  U: Number(updateRows[0]?.first_update_id),
  u: Number(updateRows[0]?.last_update_id),
  pu: Number(updateRows[0]?.pu),
  b: levels(updateRows, "b"),
  a: levels(updateRows, "a"),
});
const instrument = inferInstrument("binanceusdm", "BTCUSDT", "linear", [snapshotText, updateFrame]);

describe("a snapshot and an update that do not join", () => {
  it("is refused when the update was buffered first", () => {
    const sequencer = new BookSequencer(new OrderBook(), codec.rules);
    expect(sequencer.onDelta(codec.depth(updateFrame, instrument, emptyDepthUpdate()))).toBe("snapshot-needed");
    expect(sequencer.onSnapshot(codec.snapshot(snapshotText, instrument))).toBe("too-old");
    expect(sequencer.quality).toBe("RESYNC");
    expect(sequencer.book.bidCount + sequencer.book.askCount).toBe(0);
  });

  it("ends LIVE when the snapshot came first, and keeps the update for the next snapshot", () => {
    const sequencer = new BookSequencer(new OrderBook(), codec.rules);
    expect(sequencer.onSnapshot(codec.snapshot(snapshotText, instrument))).toBe("live");
    expect(sequencer.book.bidCount + sequencer.book.askCount).toBe(100);
    expect(sequencer.onDelta(codec.depth(updateFrame, instrument, emptyDepthUpdate()))).toBe("snapshot-needed");
    expect(sequencer.quality).toBe("RESYNC");
    expect(sequencer.updateId).toBe(2_098_021_528_332);
    expect(sequencer.counters).toMatchObject({ applied: 0, gaps: 1, resyncs: 1 });
    expect(sequencer.bufferedCount).toBe(1);
    expect(sequencer.onSnapshot({ lastId: 2_098_041_693_400, bids: new Float64Array(), asks: new Float64Array() })).toBe("live");
    expect(sequencer.updateId).toBe(2_098_041_696_700);
  });
});
