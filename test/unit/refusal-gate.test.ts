import { describe, expect, it } from "vitest";
import { RefusalGate } from "../../domain/strategy/refusal-gate.ts";

/** Refuses until the gate holds; returns for how long. */
function untilHeld(gate: RefusalGate, nowMs: number): { refusals: number; heldMs: number } {
  for (let refusals = 1; refusals <= 100; refusals++) {
    const heldMs = gate.refused(nowMs);
    if (heldMs > 0) return { refusals, heldMs };
  }
  return { refusals: 0, heldMs: 0 };
}

describe("holding back a strategy that is refused again and again", () => {
  it("begins after ten in a row, twice as long each time, at most a minute", () => {
    const gate = new RefusalGate();
    const holds = Array.from({ length: 9 }, (_, index) => untilHeld(gate, index * 100_000));
    expect(holds.map(({ refusals }) => refusals)).toEqual(holds.map(() => 10));
    expect(holds.map(({ heldMs }) => heldMs)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it("lasts until its time and not longer", () => {
    const gate = new RefusalGate();
    expect(gate.isHolding(0)).toBe(false);
    untilHeld(gate, 5_000);
    expect([gate.isHolding(5_000), gate.isHolding(5_999), gate.isHolding(6_000)]).toEqual([true, true, false]);
  });

  it("starts over with one approval", () => {
    const gate = new RefusalGate();
    untilHeld(gate, 0);
    for (let count = 0; count < 9; count++) gate.refused(2_000);
    gate.approved();
    expect(untilHeld(gate, 3_000)).toEqual({ refusals: 10, heldMs: 1_000 });
  });

  it("does not end a hold under way when an earlier order is approved", () => {
    const gate = new RefusalGate();
    untilHeld(gate, 0);
    gate.approved();
    expect(gate.isHolding(500)).toBe(true);
  });
});
