import { describe, expect, it } from "vitest";
import type { DepthUpdate } from "../../domain/book/depth.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { BookSequencer } from "../../domain/book/sequencer.ts";
import { BINANCE_SPOT_RULES } from "../../venues/binance/spot-codec.ts";
import { BINANCE_USDM_RULES } from "../../venues/binance/usdm-codec.ts";

function delta(firstId: number, lastId: number, bids: number[] = [], asks: number[] = [], previousId = -1): DepthUpdate {
  return {
    firstId,
    lastId,
    previousId,
    venueTimeMs: lastId,
    bidCount: bids.length / 2,
    askCount: asks.length / 2,
    bids: Float64Array.from(bids),
    asks: Float64Array.from(asks),
  };
}

function snapshot(lastId: number, bids: number[] = [100, 1], asks: number[] = [110, 1]) {
  return { lastId, bids: Float64Array.from(bids), asks: Float64Array.from(asks) };
}

function spot(bufferMax = 100): BookSequencer {
  return new BookSequencer(new OrderBook(), BINANCE_SPOT_RULES, { bufferMax });
}

describe("BookSequencer, spot rules", () => {
  it("asks for a snapshot once, buffers, then applies what the snapshot lacks", () => {
    const sequencer = spot();
    expect(sequencer.quality).toBe("RESYNC");
    expect(sequencer.onDelta(delta(5, 7, [100, 9]))).toBe("snapshot-needed");
    expect(sequencer.onDelta(delta(8, 9, [101, 2]))).toBe("buffered");
    expect(sequencer.onDelta(delta(10, 12, [102, 3]))).toBe("buffered");
    expect(sequencer.onSnapshot(snapshot(8))).toBe("live");
    expect(sequencer.quality).toBe("LIVE");
    expect(sequencer.updateId).toBe(12);
    expect(sequencer.venueTimeMs).toBe(12);
    expect(sequencer.book.levels("bid")).toEqual([
      [102, 3],
      [101, 2],
      [100, 1],
    ]);
    expect(sequencer.counters).toEqual({ applied: 2, dropped: 1, buffered: 3, overflowed: 0, gaps: 0, resyncs: 0, crossed: 0 });
  });

  it("refuses a snapshot from before the first buffered delta and keeps the buffer", () => {
    const sequencer = spot();
    sequencer.onDelta(delta(10, 12, [101, 2]));
    expect(sequencer.onSnapshot(snapshot(8))).toBe("too-old");
    expect(sequencer.quality).toBe("RESYNC");
    expect(sequencer.onSnapshot(snapshot(9))).toBe("live");
    expect(sequencer.updateId).toBe(12);
  });

  it("is live on a snapshot alone, and the first delta must join it", () => {
    const sequencer = spot();
    expect(sequencer.onSnapshot(snapshot(10))).toBe("live");
    expect(sequencer.onDelta(delta(8, 10))).toBe("dropped");
    expect(sequencer.onDelta(delta(9, 12))).toBe("applied");
    expect(sequencer.onDelta(delta(13, 13))).toBe("applied");
  });

  it("leaves LIVE at a gap, keeps the gap's delta first, and recovers with a snapshot that joins it", () => {
    const sequencer = spot();
    sequencer.onSnapshot(snapshot(10));
    expect(sequencer.onDelta(delta(12, 13, [105, 5]))).toBe("snapshot-needed");
    expect([sequencer.quality, sequencer.bufferedCount, sequencer.updateId]).toEqual(["RESYNC", 1, 10]);
    expect(sequencer.onDelta(delta(14, 15))).toBe("buffered");
    expect(sequencer.onSnapshot(snapshot(10))).toBe("too-old");
    expect(sequencer.onSnapshot(snapshot(11))).toBe("live");
    expect([sequencer.updateId, sequencer.book.bestBidPrice]).toEqual([15, 105]);
    expect(sequencer.counters).toMatchObject({ gaps: 1, resyncs: 1, applied: 2 });
  });

  it("starts the buffer again when a delta is missing inside it", () => {
    const sequencer = spot();
    sequencer.onDelta(delta(5, 7));
    expect(sequencer.onDelta(delta(9, 10))).toBe("snapshot-needed");
    expect(sequencer.bufferedCount).toBe(1);
    expect(sequencer.onSnapshot(snapshot(6))).toBe("too-old");
    expect(sequencer.onSnapshot(snapshot(8))).toBe("live");
  });

  it("drops the oldest delta at the buffer's bound and then needs a newer snapshot", () => {
    const sequencer = spot(3);
    for (let id = 1; id <= 5; id++) sequencer.onDelta(delta(id, id, [100, id]));
    expect([sequencer.bufferedCount, sequencer.counters.overflowed]).toEqual([3, 2]);
    expect(sequencer.onSnapshot(snapshot(1))).toBe("too-old");
    expect(sequencer.onSnapshot(snapshot(2))).toBe("live");
    expect(sequencer.book.bestBidQuantity).toBe(5);
  });

  it("copies what it buffers: the caller's update may be refilled", () => {
    const sequencer = spot();
    const reused = delta(2, 2, [101, 7]);
    sequencer.onDelta(reused);
    reused.bids.fill(999);
    sequencer.onSnapshot(snapshot(1));
    expect(sequencer.book.levels("bid", 1)).toEqual([[101, 7]]);
  });

  it("treats a crossed book as broken: emptied, RESYNC, counted", () => {
    const sequencer = spot();
    sequencer.onSnapshot(snapshot(10));
    expect(sequencer.onDelta(delta(11, 11, [110, 1]))).toBe("snapshot-needed");
    expect(sequencer.quality).toBe("RESYNC");
    expect(sequencer.book.bidCount + sequencer.book.askCount).toBe(0);
    expect(sequencer.counters).toMatchObject({ crossed: 1, resyncs: 1, gaps: 0 });
    expect(sequencer.onSnapshot(snapshot(10))).toBe("too-old");
    expect(sequencer.onSnapshot(snapshot(11))).toBe("live");
  });

  it("refuses a crossed snapshot, and ignores one while live", () => {
    const sequencer = spot();
    expect(sequencer.onSnapshot(snapshot(5, [110, 1], [110, 1]))).toBe("too-old");
    expect(sequencer.quality).toBe("RESYNC");
    expect(sequencer.onSnapshot(snapshot(6))).toBe("live");
    expect(sequencer.onSnapshot(snapshot(7, [110, 1], [110, 1]))).toBe("live");
    expect([sequencer.updateId, sequencer.counters.crossed]).toEqual([6, 2]);
  });

  it("ignores an older snapshot while live and takes a newer one", () => {
    const sequencer = spot();
    sequencer.onSnapshot(snapshot(10));
    expect(sequencer.onSnapshot(snapshot(9, [50, 1]))).toBe("live");
    expect(sequencer.book.bestBidPrice).toBe(100);
    expect(sequencer.onSnapshot(snapshot(20, [90, 1]))).toBe("live");
    expect([sequencer.updateId, sequencer.book.bestBidPrice]).toEqual([20, 90]);
    expect(sequencer.onDelta(delta(15, 20))).toBe("dropped");
    expect(sequencer.onDelta(delta(20, 21))).toBe("applied");
  });

  it("reset forgets what was buffered and needs a snapshot", () => {
    const sequencer = spot();
    sequencer.onSnapshot(snapshot(10));
    sequencer.reset();
    expect(sequencer.quality).toBe("RESYNC");
    expect(sequencer.onDelta(delta(11, 11))).toBe("snapshot-needed");
    expect(sequencer.counters.resyncs).toBe(1);
  });

  it("refuses a buffer without room", () => {
    expect(() => spot(0)).toThrow(/bufferMax/);
  });
});

describe("BookSequencer, USD-M rules", () => {
  function futures(): BookSequencer {
    return new BookSequencer(new OrderBook(), BINANCE_USDM_RULES);
  }

  it("applies an event that ends exactly at the snapshot's id, then insists on pu", () => {
    const sequencer = futures();
    sequencer.onDelta(delta(90, 95, [], [], 80));
    sequencer.onDelta(delta(97, 100, [99, 4], [], 95));
    sequencer.onDelta(delta(104, 108, [98, 5], [], 100));
    expect(sequencer.onSnapshot(snapshot(100))).toBe("live");
    expect(sequencer.counters).toMatchObject({ applied: 2, dropped: 1 });
    expect(sequencer.onDelta(delta(120, 125, [], [], 108))).toBe("applied");
    expect(sequencer.onDelta(delta(126, 130, [], [], 124))).toBe("snapshot-needed");
    expect(sequencer.counters.gaps).toBe(1);
  });

  it("does not take contiguous ids for continuity", () => {
    const sequencer = futures();
    sequencer.onSnapshot(snapshot(100));
    expect(sequencer.onDelta(delta(101, 105, [], [], 99))).toBe("snapshot-needed");
  });

  it("joins an event whose pu is the snapshot's id", () => {
    const sequencer = futures();
    sequencer.onSnapshot(snapshot(100));
    expect(sequencer.onDelta(delta(103, 105, [], [], 100))).toBe("applied");
  });

  it("drops a repeated event", () => {
    const sequencer = futures();
    sequencer.onSnapshot(snapshot(100));
    sequencer.onDelta(delta(100, 105, [], [], 90));
    expect(sequencer.onDelta(delta(100, 105, [], [], 90))).toBe("dropped");
    expect(sequencer.quality).toBe("LIVE");
  });
});
