/**
 * No interleaving of reviews, submissions, partial fills, cancels, unknown outcomes, late fills and overfills gets an
 * approval past a limit; the sums stay the sums; recovery from snapshot or events gives the same book.
 * A failure prints the seed and path to repeat it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Decimal, decimal, format, fromUnits, min, sub, ZERO } from "../../domain/kernel/decimal.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import { setLimits, unsubmitted } from "../../domain/risk/commands.ts";
import { decodeRiskEvent, encodeRiskEvent, type RiskEvent } from "../../domain/risk/events.ts";
import { worstCase } from "../../domain/risk/exposure.ts";
import { decide } from "../../domain/risk/review.ts";
import { RiskBook } from "../../domain/risk/risk-book.ts";
import { restoreRisk, snapshotRisk } from "../../domain/risk/risk-snapshot.ts";
import {
  canceledOf,
  filledOf,
  fillOf,
  intentOf,
  marketOf,
  PERPETUAL,
  SPOT,
  START_MS,
  submittedOf,
  topOf,
  unknownOf,
} from "../unit/risk-samples.ts";

const RUNS = { numRuns: 200, seed: 20_250_102 };
const LIMITS = { maxOrderNotional: "600", maxPositionNotional: "1500", maxGrossNotional: "4000", maxOrdersPerSecond: 12 };
const UNIT = 10n ** 18n;

const order = fc.record({
  kind: fc.constant("order" as const),
  strategyId: fc.constantFrom("a", "b", "c"),
  instrument: fc.constantFrom(SPOT, PERPETUAL),
  side: fc.constantFrom("buy" as const, "sell" as const),
  milliUnits: fc.integer({ min: 100, max: 9_000 }),
  /** In ticks of 0.01; null is a market order. */
  limitTicks: fc.option(fc.integer({ min: 9_000, max: 11_000 })),
  reduceOnly: fc.boolean(),
});
/** `pick` chooses among the orders there are. */
const happening = fc.record({
  kind: fc.constantFrom(
    "submit" as const,
    "fill" as const,
    "fill" as const,
    "cancel" as const,
    "unknown" as const,
    "late" as const,
    "over" as const,
  ),
  pick: fc.nat(1_000),
  share: fc.integer({ min: 1, max: 100 }),
});
const tick = fc.record({ kind: fc.constant("tick" as const), byMs: fc.integer({ min: 1, max: 700 }) });
const step = fc.oneof({ weight: 5, arbitrary: order }, { weight: 5, arbitrary: happening }, { weight: 1, arbitrary: tick });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Known {
  readonly intent: OrderIntent;
  open: boolean;
}

/** Runs steps against a book and keeps both journals. The mid stays at 100, so only decisions move worst cases. */
class Floor {
  readonly book = RiskBook.open("paper");
  readonly own: RiskEvent[] = [];
  readonly execution: OrderEvent[] = [];
  readonly orders: Known[] = [];
  /** Notional that came by late fills and overfills: facts no review could stop. */
  excess: Decimal = ZERO;
  #nowMs = START_MS;
  #created = 0;

  constructor() {
    this.journal([setLimits(this.book, LIMITS, { by: "ann", reason: "test", atMs: START_MS })]);
  }

  journal(events: readonly RiskEvent[]): void {
    for (const event of events) {
      this.own.push(decodeRiskEvent(JSON.parse(JSON.stringify(encodeRiskEvent(event)))));
      this.book.apply(event);
    }
  }

  run(each: Step): void {
    if (each.kind === "tick") this.#nowMs += each.byMs;
    else if (each.kind === "order") this.#order(each);
    else this.#happen(each);
  }

  #order({ strategyId, instrument, side, milliUnits, limitTicks, reduceOnly }: Extract<Step, { kind: "order" }>): void {
    const { venue, symbol } = instrument;
    const intent: OrderIntent = {
      ...intentOf({
        intentId: `i${++this.#created}`,
        strategyId,
        venue,
        symbol,
        side,
        reduceOnly,
        limitPrice: limitTicks === null ? null : "1",
      }),
      quantity: fromUnits(milliUnits, 3),
      limitPrice: limitTicks === null ? null : fromUnits(limitTicks, 2),
    };
    const market = marketOf({ instrument, top: topOf(instrument, "99.99", "100.01", { receivedAtMs: this.#nowMs }), nowMs: this.#nowMs });
    const decision = decide(this.book, intent, market);
    this.own.push(decodeRiskEvent(encodeRiskEvent(decision.event!)));
    if (decision.kind === "approved") this.orders.push({ intent, open: true });
  }

  #happen({ kind, pick, share }: Extract<Step, { pick: number }>): void {
    const known = this.orders[pick % Math.max(1, this.orders.length)];
    if (!known) return;
    const { intent } = known;
    const rest = [...this.book.reservations()].find(({ intentId }) => intentId === intent.intentId)?.remaining ?? ZERO;
    const tradeId = `t${this.execution.length}`;
    const at = format(intent.limitPrice ?? decimal("100"));
    if (kind === "submit" && known.open) this.#fold(submittedOf(intent));
    else if (kind === "unknown") this.#fold(unknownOf(intent));
    else if (kind === "cancel") {
      known.open = false;
      this.#fold(canceledOf(intent));
    } else {
      const part = ((rest * BigInt(share)) / 100n / 10n ** 15n) * 10n ** 15n;
      const quantity =
        kind === "fill" ? min(part as Decimal, rest) : (((kind === "over" ? rest : ZERO) + BigInt(share) * 10n ** 15n) as Decimal);
      if (quantity === ZERO || (kind === "fill" && !known.open)) return;
      if (kind === "late") {
        known.open = false;
        this.#fold(canceledOf(intent));
      }
      const beyond = kind === "late" ? quantity : kind === "over" ? sub(quantity, rest) : ZERO;
      this.excess = (this.excess + beyond * 110n) as Decimal;
      this.#fold(filledOf(intent, fillOf(tradeId, at, format(quantity))));
    }
  }

  #fold(event: OrderEvent): void {
    this.execution.push(event);
    this.journal(this.book.onOrderEvent(event, this.execution.length));
  }
}

function checkSums(book: RiskBook): void {
  let gross = 0n;
  for (const owner of book.owners()) {
    const open = [...book.reservations()].filter(({ strategyId, symbol }) => strategyId === owner.strategyId && symbol === owner.symbol);
    const sum = (side: string, of: (price: bigint, quantity: bigint) => bigint) =>
      open.filter((reservation) => reservation.side === side).reduce((total, { price, remaining }) => total + of(price, remaining), 0n);
    expect(owner.workingBuys).toBe(sum("buy", (_, quantity) => quantity));
    expect(owner.workingSells).toBe(sum("sell", (_, quantity) => quantity));
    expect(owner.buyNotional).toBe(sum("buy", (price, quantity) => price * quantity));
    expect(owner.sellNotional).toBe(sum("sell", (price, quantity) => price * quantity));
    expect(owner.worst).toBe(worstCase(owner));
    gross += owner.worst;
  }
  expect(book.gross).toBe(gross);
}

describe("risk, for any interleaving", () => {
  it("no worst case passes its limit but by fills that no review could stop", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const floor = new Floor();
        for (const each of steps) {
          floor.run(each);
          const { book } = floor;
          for (const owner of book.owners()) {
            expect(owner.worst <= (1_500n * UNIT + floor.excess) * UNIT).toBe(true);
            if (owner.symbol === SPOT.symbol && floor.excess === ZERO) expect(owner.quantity >= owner.workingSells).toBe(true);
          }
          expect(book.gross <= (4_000n * UNIT + floor.excess) * UNIT).toBe(true);
        }
        checkSums(floor.book);
      }),
      RUNS,
    );
  });

  it("a restored book and a refolded one equal the living one", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.nat(80), (steps, cut) => {
        const floor = new Floor();
        let restored = restoreRisk(snapshotRisk(floor.book));
        let [ownSeen, executionSeen] = [floor.own.length, 0];
        for (const [index, each] of steps.entries()) {
          floor.run(each);
          if (index !== cut) continue;
          restored = restoreRisk(JSON.parse(JSON.stringify(snapshotRisk(floor.book))));
          [ownSeen, executionSeen] = [floor.own.length, floor.execution.length];
        }
        floor.journal(unsubmitted(floor.book, new Set(), START_MS));
        const living = snapshotRisk(floor.book);
        expect(snapshotRisk(restoreRisk(living))).toEqual(living);

        const refolded = RiskBook.open("paper");
        for (const event of floor.own) refolded.apply(event);
        for (const [index, event] of floor.execution.entries()) expect(refolded.onOrderEvent(event, index + 1)).toEqual([]);
        expect(sorted(snapshotRisk(refolded))).toEqual(sorted(living));

        for (const event of floor.own.slice(ownSeen)) restored.apply(event);
        for (const [index, event] of floor.execution.entries()) expect(restored.onOrderEvent(event, index + 1)).toEqual([]);
        expect(restored.appliedVersion).toBeGreaterThanOrEqual(executionSeen);
        expect(sorted(snapshotRisk(restored))).toEqual(sorted(living));
      }),
      RUNS,
    );
  });

  it("of 100 reviews at once only what fits passes, with fills and cancels between them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 5 }), next: fc.constantFrom("nothing", "fill", "cancel", "unknown") }), {
          minLength: 100,
          maxLength: 100,
        }),
        (rows) => {
          const book = RiskBook.open("paper");
          book.apply(
            setLimits(book, { maxPositionNotional: "1500", maxOrdersPerSecond: 1_000 }, { by: "ann", reason: "test", atMs: START_MS }),
          );
          let approved = 0n;
          for (const [index, { quantity, next }] of rows.entries()) {
            const intent = intentOf({ intentId: `i${index}`, quantity: String(quantity) });
            if (decide(book, intent, marketOf()).kind === "refused") continue;
            approved += BigInt(quantity);
            if (next === "fill") book.onOrderEvent(filledOf(intent, fillOf(`t${index}`, "100", String(quantity))), book.appliedVersion + 1);
            if (next === "unknown") book.onOrderEvent(unknownOf(intent), book.appliedVersion + 1);
            if (next === "cancel") {
              book.onOrderEvent(canceledOf(intent), book.appliedVersion + 1);
              approved -= BigInt(quantity);
            }
            expect(approved).toBeLessThanOrEqual(15n);
          }
          expect(approved).toBeGreaterThanOrEqual(10n);
        },
      ),
      RUNS,
    );
  });
});

/** Owners and rates come to be in another order when the streams are folded one after the other. */
function sorted(snapshot: unknown): unknown {
  const byText = (rows: unknown[]) => rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const state = snapshot as { owners: unknown[]; rates: unknown[]; reservations: unknown[] };
  return { ...state, owners: byText(state.owners), rates: byText(state.rates), reservations: byText(state.reservations) };
}
