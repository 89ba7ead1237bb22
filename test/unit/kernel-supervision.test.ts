import { describe, expect, it } from "vitest";
import { backoffMs, Supervision } from "../../domain/kernel/supervision.ts";

const POLICY = { baseMs: 100, maxMs: 1_000, maxRestarts: 5, windowMs: 60_000 };

describe("supervision", () => {
  it("doubles the delay, bounds it, then gives up", () => {
    const supervision = new Supervision(POLICY);
    const directives = Array.from({ length: 7 }, (_, index) => supervision.onFailure(index * 10));
    expect(directives.map((directive) => (directive.kind === "restart" ? directive.delayMs : directive.kind))).toEqual([
      100,
      200,
      400,
      800,
      1_000,
      "give-up",
      "give-up",
    ]);
    expect(supervision.describe(70)).toBe("7 of 5 restarts in 60 s");
  });

  it("forgets a failure exactly one window later", () => {
    const supervision = new Supervision({ ...POLICY, maxRestarts: 1 });
    supervision.onFailure(0);
    expect(supervision.onFailure(59_999)).toEqual({ kind: "give-up" });
    const other = new Supervision({ ...POLICY, maxRestarts: 1 });
    other.onFailure(0);
    expect(other.onFailure(60_000)).toEqual({ kind: "restart", delayMs: 100 });
    expect(other.describe(120_000)).toBe("0 of 1 restarts in 60 s");
  });

  it("starts over when a person restarts the actor", () => {
    const supervision = new Supervision({ ...POLICY, maxRestarts: 1 });
    supervision.onFailure(0);
    supervision.reset();
    expect(supervision.onFailure(1)).toEqual({ kind: "restart", delayMs: 100 });
  });
});

describe("back-off before an attempt", () => {
  it.each([
    [0, 50, 100],
    [1, 100, 200],
    [2, 200, 400],
    [3, 400, 800],
    [4, 500, 1_000],
    [1_000, 500, 1_000],
  ])("attempt %i waits from %i to %i ms", (attempt, least, most) => {
    expect([backoffMs(attempt, 100, 1_000, 0), backoffMs(attempt, 100, 1_000, 1)]).toEqual([least, most]);
  });
});
