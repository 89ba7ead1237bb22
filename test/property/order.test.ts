/**
 * An order against a true history at the venue, told badly: every report may be missing, doubled, late or out of order,
 * our own requests and doubts fall anywhere between. Whatever was heard, the venue's own view of the order at the end
 * makes ours agree with it, and no fill ever counts twice.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Decimal, decimal, mul, ZERO } from "../../domain/kernel/decimal.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { applyOrderEvent, averageFillPrice, type Order, ownerOf, remainingQuantity } from "../../domain/order/order.ts";
import { neverArrived, reconcileEvents, reportEvents } from "../../domain/order/reports.ts";
import { isLegal, isOpen } from "../../domain/order/transitions.ts";
import type { Fill, OrderIntent, OrderStatus, VenueOrder, VenueReport } from "../../domain/order/types.ts";

const ID = "mm-1.3.17";
const LOT = decimal("0.001");

/** What happened at the venue, in order. */
interface History {
  readonly ordered: Decimal;
  readonly fills: readonly Fill[];
  readonly fate: VenueOrder["status"] | "never-arrived";
  readonly cancelRefused: boolean;
}

const fillSizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 });

const history: fc.Arbitrary<History> = fc
  .record({
    sizes: fillSizes,
    rest: fc.integer({ min: -5, max: 30 }),
    end: fc.constantFrom("open", "canceled", "expired", "rejected", "never-arrived" as const),
    cancelRefused: fc.boolean(),
  })
  .map(({ sizes, rest, end, cancelRefused }) => {
    const filled = sizes.reduce((sum, size) => sum + size, 0);
    // A rest below zero is an overfill: the venue filled more than was ordered.
    const ordered = Math.max(1, filled + rest);
    const traded = end !== "rejected" && end !== "never-arrived" && sizes.length > 0;
    return {
      ordered: (BigInt(ordered) * LOT) as Decimal,
      fills: traded ? sizes.map((size, index) => fillOf(index, size)) : [],
      fate: traded && filled >= ordered ? ("filled" as const) : end,
      cancelRefused,
    };
  });

function fillOf(index: number, lots: number): Fill {
  const quantity = (BigInt(lots) * LOT) as Decimal;
  return {
    tradeId: `t-${index}`,
    price: decimal(String(100 + index)),
    quantity,
    fee: ZERO,
    feeAsset: "USDT",
    liquidity: "maker",
    venueTimeMs: 1_000 + index,
  };
}

function truth({ fate, fills, cancelRefused }: History): VenueReport[] {
  const base = { clientOrderId: ID, atMs: 2_000 };
  if (fate === "never-arrived")
    return cancelRefused ? [{ ...base, kind: "cancel-rejected", code: "ORDER_NOT_FOUND", reason: "not known" }] : [];
  if (fate === "rejected") return [{ ...base, kind: "rejected", code: "NO_MONEY", reason: "refused" }];
  const reports: VenueReport[] = [{ ...base, kind: "accepted", venueOrderId: "v-1" }];
  for (const fill of fills) reports.push({ ...base, kind: "fill", venueOrderId: "v-1", fill });
  if (fate === "canceled") reports.push({ ...base, kind: "canceled", reason: "asked for" });
  if (fate === "expired") reports.push({ ...base, kind: "expired", reason: "IOC" });
  if (cancelRefused) reports.push({ ...base, kind: "cancel-rejected", code: "TOO_LATE", reason: "gone" });
  return reports;
}

function viewOf({ fate, fills }: History): VenueOrder | null {
  if (fate === "never-arrived") return null;
  const filledQuantity = fills.reduce((sum, fill) => sum + fill.quantity, 0n) as Decimal;
  return { clientOrderId: ID, venueOrderId: "v-1", symbol: "BTC/USDT", status: fate, filledQuantity, fills };
}

type Heard =
  | { readonly kind: "report"; readonly place: number }
  | { readonly kind: "unknown"; readonly request: "submit" | "cancel" }
  | { readonly kind: "cancel" }
  | { readonly kind: "given-up" }
  | { readonly kind: "looked-up" };

const heard: fc.Arbitrary<readonly Heard[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: 12 }).map((place) => ({ kind: "report" as const, place })) },
    {
      weight: 2,
      arbitrary: fc.constantFrom("submit" as const, "cancel" as const).map((request) => ({ kind: "unknown" as const, request })),
    },
    { weight: 2, arbitrary: fc.constant({ kind: "cancel" as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: "given-up" as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: "looked-up" as const }) },
  ),
  { maxLength: 25 },
);

function intentOf(quantity: Decimal): OrderIntent {
  return {
    intentId: ID,
    strategyId: "mm-1",
    account: "sim:main",
    venue: "sim",
    symbol: "BTC/USDT",
    side: "buy",
    type: "limit",
    quantity,
    limitPrice: decimal("100"),
    timeInForce: "GTC",
    postOnly: false,
    reduceOnly: false,
    why: "test",
    decidedAtMs: 0,
  };
}

function submitted(quantity: Decimal): Order {
  const intent = intentOf(quantity);
  return applyOrderEvent(null, { ...ownerOf({ orderId: ID, intent }), type: "OrderSubmitted", atMs: 0, intent });
}

/** Events of one thing heard, as execution makes them. */
function eventsOf(order: Order, told: Heard, past: History): OrderEvent[] {
  const reports = truth(past);
  const base = { ...ownerOf(order), atMs: 3_000 };
  switch (told.kind) {
    case "report": {
      const report = reports[told.place % Math.max(1, reports.length)];
      return report ? reportEvents(order, report) : [];
    }
    case "unknown":
      return reportEvents(order, { kind: "unknown", clientOrderId: ID, request: told.request, reason: "timeout", atMs: 3_000 });
    case "cancel":
      return isOpen(order.status) && !order.cancelRequested
        ? [{ ...base, type: "OrderCancelRequested", by: "mm-1", reason: "requote" }]
        : [];
    case "given-up":
      return order.status === "Unknown" && order.venueOrderId === null ? [neverArrived(order, 3_000)] : [];
    case "looked-up": {
      const view = viewOf(past);
      return view ? reconcileEvents(order, view, 3_000) : [];
    }
  }
}

/** Folds what was heard, checking what must hold after every event. */
function follow(past: History, tale: readonly Heard[]): Order {
  let order = submitted(past.ordered);
  for (const told of tale) {
    for (const event of eventsOf(order, told, past)) {
      const before = order;
      order = applyOrderEvent(order, event);
      expectSound(before, order, past);
    }
  }
  return order;
}

function expectSound(before: Order, order: Order, past: History): void {
  const known = past.fills.filter(({ tradeId }) => order.tradeIds.has(tradeId));
  expect(order.tradeIds.size).toBe(known.length);
  expect(order.filledQuantity).toBe(known.reduce((sum, fill) => sum + fill.quantity, 0n));
  expect(order.filledNotional).toBe(known.reduce((sum, fill) => sum + mul(fill.price, fill.quantity), 0n));
  expect(order.filledQuantity >= before.filledQuantity).toBe(true);
  expect(remainingQuantity(order) >= ZERO).toBe(true);
  expect(order.unknownRequest !== null).toBe(order.status === "Unknown");
  if (order.filledQuantity >= order.intent.quantity) expect(order.status).toBe("Filled");
  if (order.status === "Filled") expect(order.filledQuantity >= order.intent.quantity).toBe(true);
}

const ENDS: Readonly<Record<VenueOrder["status"], readonly OrderStatus[]>> = {
  open: ["Working", "PartiallyFilled", "CancelPending"],
  filled: ["Filled"],
  canceled: ["Canceled"],
  expired: ["Expired"],
  rejected: ["Rejected"],
};

describe("an order and a venue that tells it badly", () => {
  it("always ends with the venue's fills and fate once the venue was asked", () => {
    fc.assert(
      fc.property(history, heard, (past, tale) => {
        let order = follow(past, tale);
        const view = viewOf(past);
        if (view === null) {
          expect(order.filledQuantity).toBe(ZERO);
          return;
        }
        for (const event of reconcileEvents(order, view, 9_000)) order = applyOrderEvent(order, event);
        expect(order.filledQuantity).toBe(view.filledQuantity);
        expect([...order.tradeIds].sort()).toEqual(view.fills.map(({ tradeId }) => tradeId).sort());
        expect(ENDS[view.status]).toContain(order.status);
        // Asked again, it has nothing to add.
        expect(reconcileEvents(order, view, 9_001).filter(({ type }) => type !== "OrderAccepted")).toEqual([]);
      }),
      { seed: 20_250_616, numRuns: 3_000 },
    );
  });

  it("is looked up whenever nobody can know whether it is open", () => {
    fc.assert(
      fc.property(history, heard, (past, tale) => {
        const order = follow(past, tale);
        // Believed open and resting, though the venue never took it: nobody would ever ask again.
        if (past.fate === "never-arrived") expect(["Working", "PartiallyFilled"]).not.toContain(order.status);
        if (order.status === "Working") expect(order.venueOrderId).toBe("v-1");
      }),
      { seed: 20_250_617, numRuns: 2_000 },
    );
  });

  it("takes every report at every moment without an illegal transition", () => {
    const anything: fc.Arbitrary<VenueReport> = fc.oneof(
      fc.constant<VenueReport>({ kind: "accepted", clientOrderId: ID, venueOrderId: "v-1", atMs: 1 }),
      fc.constant<VenueReport>({ kind: "rejected", clientOrderId: ID, code: "X", reason: "x", atMs: 1 }),
      fc
        .nat({ max: 5 })
        .map<VenueReport>((index) => ({ kind: "fill", clientOrderId: ID, venueOrderId: "v-1", fill: fillOf(index, 3), atMs: 1 })),
      fc.constant<VenueReport>({ kind: "canceled", clientOrderId: ID, reason: "x", atMs: 1 }),
      fc.constant<VenueReport>({ kind: "expired", clientOrderId: ID, reason: "x", atMs: 1 }),
      fc.constant<VenueReport>({ kind: "cancel-rejected", clientOrderId: ID, code: "X", reason: "x", atMs: 1 }),
      fc
        .constantFrom("submit" as const, "cancel" as const)
        .map<VenueReport>((request) => ({ kind: "unknown", clientOrderId: ID, request, reason: "x", atMs: 1 })),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (reports, lots) => {
        let order = submitted((BigInt(lots) * LOT) as Decimal);
        for (const report of reports) {
          for (const event of reportEvents(order, report)) {
            expect(isLegal(order.status, event.type)).toBe(true);
            order = applyOrderEvent(order, event);
          }
        }
        expect(order.filledQuantity).toBe((BigInt(order.tradeIds.size) * 3n * LOT) as Decimal);
        const average = averageFillPrice(order);
        expect(average === null).toBe(order.tradeIds.size === 0);
        if (average !== null) expect(average >= decimal("100") && average <= decimal("105")).toBe(true);
      }),
      { seed: 20_250_618, numRuns: 1_000 },
    );
  });
});
