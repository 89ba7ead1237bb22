/** The node's wall clock: what it follows, and what it does not. */
import { describe, expect, it } from "vitest";
import { SteadyClock } from "../../brokers/steady-clock.ts";

function machine() {
  const state = { elapsedMs: 5_000, wallMs: 1_000_000 };
  const clock = new SteadyClock(
    () => state.wallMs,
    () => state.elapsedMs,
  );
  const pass = (ms: number): number => {
    for (let left = ms; left > 0; left -= 100) {
      state.elapsedMs += 100;
      state.wallMs += 100;
      clock.now();
    }
    return clock.now();
  };
  return { state, clock, pass };
}

describe("steady clock", () => {
  it("is the machine's clock as long as that is steady", () => {
    const { clock, pass } = machine();
    expect(clock.now()).toBe(1_000_000);
    expect(pass(3_600_000)).toBe(4_600_000);
  });

  it("does not follow a step that is taken back", () => {
    const { state, pass } = machine();
    for (const stepMs of [3_600_000, -3_600_000]) {
      state.wallMs += stepMs;
      const during = pass(30_000);
      state.wallMs -= stepMs;
      expect(pass(30_000)).toBe(during + 30_000);
      expect(state.wallMs).toBe(during + 30_000);
    }
  });

  it("believes a step forward that lasts, never one back", () => {
    const { state, clock, pass } = machine();
    state.wallMs += 600_000;
    expect(pass(59_000)).toBe(1_059_000);
    expect(pass(3_000)).toBe(state.wallMs);
    const before = clock.now();
    state.wallMs -= 600_000;
    expect(pass(600_000)).toBe(before + 600_000);
  });

  it("slews to a small difference without ever going back", () => {
    const { state, clock, pass } = machine();
    state.wallMs -= 40;
    let [last, lowest] = [clock.now(), Number.POSITIVE_INFINITY];
    for (let second = 0; second < 100; second++) {
      const now = pass(1_000);
      lowest = Math.min(lowest, now - last);
      last = now;
    }
    expect(lowest).toBeGreaterThanOrEqual(999);
    expect(Math.abs(last - state.wallMs)).toBeLessThanOrEqual(1);
  });
});
