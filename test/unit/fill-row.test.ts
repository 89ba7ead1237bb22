import { describe, expect, it } from "vitest";
import { decimal } from "../../domain/kernel/decimal.ts";
import { ownerOf } from "../../domain/order/order.ts";
import { fillRow, slippageBps } from "../../domain/position/fill-row.ts";
import { fillOf, ID, intentOf } from "./order-samples.ts";

describe("slippage", () => {
  it.each([
    ["buy", 101, 100, 100],
    ["buy", 99, 100, -100],
    ["sell", 99, 100, 100],
    ["sell", 101, 100, -100],
    ["buy", 100, 100, 0],
    ["buy", 100.001, 100, 0.1],
    ["sell", 67_000.01, 67_000, -0],
  ] as const)("of a %s at %d decided at %d is %d bps: positive is worse", (side, price, decided, bps) => {
    expect(slippageBps(side, price, decided)).toBeCloseTo(bps, 2);
  });
});

describe("a fill as shown", () => {
  const owner = ownerOf({ orderId: ID, intent: intentOf() });
  const event = {
    ...owner,
    type: "OrderFilled" as const,
    atMs: 5,
    fill: { ...fillOf("t1", "0.50", "101.0"), fee: decimal("0.05") },
    why: "because",
  };

  it("has exact numbers as texts and its price against the decision", () => {
    expect(fillRow({ ...event, decisionPrice: decimal("100") }, decimal("-1.5"))).toMatchObject({
      tradeId: "t1",
      orderId: ID,
      strategyId: "mm-1",
      price: "101",
      quantity: "0.5",
      fee: "0.05",
      realisedPnl: "-1.5",
      slippageBps: 100,
      atMs: 5,
      why: "because",
    });
  });

  it("has no slippage where no price was decided", () => {
    expect(fillRow({ ...event, decisionPrice: null }, decimal("0")).slippageBps).toBeNull();
    expect(fillRow(event, decimal("0")).slippageBps).toBeNull();
  });
});
