/**
 * A venue publishes deltas; some are lost, repeated or overtaken on the way, and snapshots are taken at random moments and
 * arrive late. Whenever the sequencer says LIVE, its book must be the venue's book at that very update id.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DepthSnapshot, DepthUpdate } from "../../domain/book/depth.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { BookSequencer, type SequenceRules } from "../../domain/book/sequencer.ts";
import { type Random, seededRandom } from "../../domain/kernel/random.ts";
import { BINANCE_SPOT_RULES } from "../../venues/binance/spot-codec.ts";
import { BINANCE_USDM_RULES } from "../../venues/binance/usdm-codec.ts";

const MIDDLE = 1_000;

/** A venue whose every update id is one level change; each delta covers a few ids, and futures' ids skip some. */
class ReferenceVenue {
  readonly #random: Random;
  readonly #skipsIds: boolean;
  readonly #book = new OrderBook();
  /** Text of the whole book at each update id a delta or snapshot can end on. */
  readonly contentAt = new Map<number, string>();
  #id = 10;

  constructor(random: Random, skipsIds: boolean) {
    this.#random = random;
    this.#skipsIds = skipsIds;
    this.contentAt.set(this.#id, contentOf(this.#book));
  }

  delta(): DepthUpdate {
    const previousId = this.#id;
    const firstId = previousId + 1 + (this.#skipsIds ? this.#random.integer(0, 5) : 0);
    const bids: number[] = [];
    const asks: number[] = [];
    this.#id = firstId - 1;
    for (let change = this.#random.integer(1, 6); change > 0; change--) {
      const quantity = Math.max(0, this.#random.integer(-30, 90));
      const distance = this.#random.integer(1, 25);
      if (this.#random.next() < 0.5) {
        bids.push(MIDDLE - distance, quantity);
        this.#book.setBid(MIDDLE - distance, quantity);
      } else {
        asks.push(MIDDLE + distance, quantity);
        this.#book.setAsk(MIDDLE + distance, quantity);
      }
      this.#id += 1;
      this.contentAt.set(this.#id, contentOf(this.#book));
    }
    return {
      firstId,
      lastId: this.#id,
      previousId: this.#skipsIds ? previousId : -1,
      venueTimeMs: this.#id,
      bidCount: bids.length / 2,
      askCount: asks.length / 2,
      bids: Float64Array.from(bids),
      asks: Float64Array.from(asks),
    };
  }

  snapshot(): DepthSnapshot {
    return {
      lastId: this.#id,
      bids: Float64Array.from(this.#book.levels("bid").flat()),
      asks: Float64Array.from(this.#book.levels("ask").flat()),
    };
  }
}

function contentOf(book: OrderBook): string {
  return JSON.stringify([book.levels("bid"), book.levels("ask")]);
}

interface Faults {
  readonly seed: number;
  readonly lossRate: number;
  readonly repeatRate: number;
  readonly overtakeRate: number;
  readonly snapshotRate: number;
  readonly bufferMax: number;
}

/** A shared network: what waits in it arrives in random order within a short window. */
function deliver(rules: SequenceRules, faults: Faults): { live: number; sequencer: BookSequencer } {
  const random = seededRandom(String(faults.seed));
  const venue = new ReferenceVenue(random, rules === BINANCE_USDM_RULES);
  const sequencer = new BookSequencer(new OrderBook(), rules, { bufferMax: faults.bufferMax });
  const inFlight: DepthUpdate[] = [];
  const snapshots: DepthSnapshot[] = [];
  let live = 0;
  const check = () => {
    if (sequencer.quality !== "LIVE") return;
    live += 1;
    expect(contentOf(sequencer.book)).toBe(venue.contentAt.get(sequencer.updateId));
  };
  for (let step = 0; step < 150; step++) {
    const delta = venue.delta();
    if (random.next() >= faults.lossRate) inFlight.push(delta);
    if (random.next() < faults.repeatRate) inFlight.push(delta);
    if (inFlight.length > 1 && random.next() < faults.overtakeRate) inFlight.reverse();
    if (random.next() < faults.snapshotRate) snapshots.push(venue.snapshot());
    for (let arrivals = random.integer(0, 3); arrivals > 0 && inFlight.length > 0; arrivals--) {
      sequencer.onDelta(inFlight.shift()!);
      expect(sequencer.bufferedCount).toBeLessThanOrEqual(faults.bufferMax);
      check();
    }
    if (snapshots.length > 0 && random.next() < 0.4) {
      const verdict = sequencer.onSnapshot(snapshots.splice(random.integer(0, snapshots.length - 1), 1)[0]!);
      expect(verdict === "live").toBe(sequencer.quality === "LIVE");
      check();
    }
    if (random.next() < 0.01) sequencer.reset();
  }
  expect(sequencer.counters.crossed).toBe(0);
  return { live, sequencer };
}

const rate = (max: number) => fc.double({ min: 0, max, noNaN: true });
const faults: fc.Arbitrary<Faults> = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  lossRate: rate(0.2),
  repeatRate: rate(0.2),
  overtakeRate: rate(0.2),
  snapshotRate: rate(0.3),
  bufferMax: fc.integer({ min: 1, max: 40 }),
});

describe("book sequencer over an unreliable stream", () => {
  it.each([BINANCE_SPOT_RULES, BINANCE_USDM_RULES])("is LIVE only with the venue's content: $name", (rules) => {
    let liveChecks = 0;
    let gaps = 0;
    fc.assert(
      fc.property(faults, (one) => {
        const { live, sequencer } = deliver(rules, one);
        liveChecks += live;
        gaps += sequencer.counters.gaps;
      }),
      { seed: 20_240_811, numRuns: 250 },
    );
    expect(liveChecks).toBeGreaterThan(2_000);
    expect(gaps).toBeGreaterThan(500);
  });

  it.each([BINANCE_SPOT_RULES, BINANCE_USDM_RULES])("becomes and stays LIVE when nothing is lost: $name", (rules) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = seededRandom(String(seed));
        const venue = new ReferenceVenue(random, rules === BINANCE_USDM_RULES);
        const sequencer = new BookSequencer(new OrderBook(), rules);
        const held = Array.from({ length: random.integer(1, 30) }, () => venue.delta());
        const takenAfter = random.integer(1, held.length);
        held.forEach((delta) => sequencer.onDelta(delta));
        const snapshotBook = new OrderBook();
        held.slice(0, takenAfter).forEach((delta) => snapshotBook.apply(delta));
        const verdict = sequencer.onSnapshot({
          lastId: held[takenAfter - 1]!.lastId,
          bids: Float64Array.from(snapshotBook.levels("bid").flat()),
          asks: Float64Array.from(snapshotBook.levels("ask").flat()),
        });
        expect(verdict).toBe("live");
        for (let step = 0; step < 30; step++) {
          expect(sequencer.onDelta(venue.delta())).toBe("applied");
          expect(contentOf(sequencer.book)).toBe(venue.contentAt.get(sequencer.updateId));
        }
        expect(sequencer.counters).toMatchObject({ gaps: 0, resyncs: 0, overflowed: 0 });
      }),
      { seed: 20_240_812, numRuns: 100 },
    );
  });
});
