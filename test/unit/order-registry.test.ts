import { describe, expect, it } from "vitest";
import { decimal } from "../../domain/kernel/decimal.ts";
import { ownerOf } from "../../domain/order/order.ts";
import { OrderRegistry } from "../../domain/order/order-registry.ts";
import { fillOf, intentOf } from "./order-samples.ts";

const KEPT = 2_000;

function submit(registry: OrderRegistry, id: string, strategyId = "mm-1"): void {
  const intent = intentOf({ intentId: id, strategyId });
  registry.apply({ ...ownerOf({ orderId: id, intent }), type: "OrderSubmitted", atMs: 1, intent });
}

function end(registry: OrderRegistry, id: string): void {
  registry.apply({ ...ownerOf(registry.get(id)!), type: "OrderCanceled", atMs: 2, reason: "asked for" });
}

function fill(registry: OrderRegistry, id: string, tradeId: string, quantity: string): void {
  const order = registry.get(id)!;
  registry.apply({ ...ownerOf(order), type: "OrderFilled", atMs: 3, fill: fillOf(tradeId, quantity), why: "w", decisionPrice: null });
}

describe("the orders of an account", () => {
  it("keep open ones oldest first, by strategy when asked", () => {
    const registry = new OrderRegistry();
    submit(registry, "a");
    submit(registry, "b", "sma-1");
    submit(registry, "c");
    end(registry, "a");
    expect(registry.open().map(({ orderId }) => orderId)).toEqual(["b", "c"]);
    expect(registry.open("mm-1").map(({ orderId }) => orderId)).toEqual(["c"]);
    expect(registry.get("a")?.status).toBe("Canceled");
    expect(registry.get("nobody")).toBeNull();
  });

  it("forget the oldest closed order beyond their bound, never an open one", () => {
    const registry = new OrderRegistry();
    submit(registry, "open");
    for (let index = 0; index <= KEPT; index++) {
      submit(registry, `o-${index}`);
      end(registry, `o-${index}`);
    }
    expect(registry.get("o-0")).toBeNull();
    expect(registry.get("o-1")).not.toBeNull();
    expect(registry.get(`o-${KEPT}`)).not.toBeNull();
    expect(registry.open().map(({ orderId }) => orderId)).toEqual(["open"]);
  });

  it("keep a closed order that a late fill touched as the newest", () => {
    const registry = new OrderRegistry();
    for (let index = 0; index < KEPT; index++) {
      submit(registry, `o-${index}`);
      end(registry, `o-${index}`);
    }
    fill(registry, "o-0", "t1", "0.1");
    submit(registry, "last");
    end(registry, "last");
    expect(registry.get("o-0")?.filledQuantity).toBe(decimal("0.1"));
    expect(registry.get("o-1")).toBeNull();
  });

  it("open an order again that was believed lost", () => {
    const registry = new OrderRegistry();
    submit(registry, "a");
    const owner = ownerOf(registry.get("a")!);
    registry.apply({ ...owner, type: "OrderRejected", atMs: 2, code: "NEVER_ARRIVED", reason: "" });
    expect(registry.open()).toEqual([]);
    registry.apply({ ...owner, type: "OrderAccepted", atMs: 3, venueOrderId: "v" });
    expect(registry.open().map(({ status }) => status)).toEqual(["Working"]);
  });

  it("come back from a snapshot as they were, in the same order, and go on", () => {
    const registry = new OrderRegistry();
    for (const id of ["a", "b", "c", "d"]) submit(registry, id);
    fill(registry, "b", "t1", "0.4");
    fill(registry, "c", "t1", "1");
    end(registry, "a");
    const restored = OrderRegistry.fromJson(JSON.parse(JSON.stringify(registry.toJson())));
    for (const id of ["a", "b", "c", "d"])
      expect(restored.get(id)).toEqual({ ...registry.get(id), intent: { ...registry.get(id)!.intent, decisionPrice: null } });
    expect(restored.open().map(({ orderId }) => orderId)).toEqual(registry.open().map(({ orderId }) => orderId));
    expect(JSON.stringify(restored.toJson())).toBe(JSON.stringify(OrderRegistry.fromJson(restored.toJson()).toJson()));
    fill(restored, "b", "t2", "0.6");
    expect(restored.get("b")?.status).toBe("Filled");
    expect(OrderRegistry.fromJson(null).open()).toEqual([]);
  });
});
