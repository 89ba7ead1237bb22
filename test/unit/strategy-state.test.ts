import { describe, expect, it } from "vitest";
import { candles, defineStrategy, int, sma } from "../../domain/strategy/index.ts";
import { copyState } from "../../domain/strategy/state.ts";
import { bar, INSTANCE, runnerOf } from "./strategy-desk.ts";

const counting = (version: number, migrate?: () => { count: number; seen: number[] }) =>
  defineStrategy({
    name: "counting",
    version,
    params: { length: int(1, { min: 1, max: 9 }) },
    data: { bars: candles("1m") },
    state: { count: 0, seen: [] as number[] },
    ...(migrate === undefined ? {} : { migrate }),
    setup: ({ params, data }) => ({ mean: sma(data.bars.close, params.length) }),
    on: {
      bar(ctx, { close }) {
        ctx.state.count += 1;
        ctx.state.seen.push(close);
        ctx.buy({ quantity: 1, why: `${ctx.state.count}` });
      },
    },
  });

describe("an author's state", () => {
  it("continues after save and restore, with the sequence of the same epoch", () => {
    const first = runnerOf(counting(1));
    first.onBar(bar(0, 10));
    const saved = JSON.parse(JSON.stringify(first.saveState())) as ReturnType<typeof first.saveState>;
    expect(saved).toEqual({ version: 1, epoch: "7", sequence: 1, state: { count: 1, seen: [10] } });
    const again = runnerOf(counting(1), { state: saved });
    expect(again.onBar(bar(1, 20)).intents).toMatchObject([{ intentId: "test-1.7.2", why: "2" }]);
    expect(again.saveState()).toMatchObject({ state: { count: 2, seen: [10, 20] } });
    const elsewhere = runnerOf(counting(1), { state: saved, instance: { ...INSTANCE, epoch: "8" } });
    expect(elsewhere.onBar(bar(1, 20)).intents).toMatchObject([{ intentId: "test-1.8.1", why: "2" }]);
  });

  it("is each instance's own", () => {
    const definition = counting(1);
    runnerOf(definition).onBar(bar(0, 10));
    expect(runnerOf(definition).saveState().state).toEqual({ count: 0, seen: [] });
  });

  it("goes on under new parameters, in a runner that warms anew", () => {
    const runner = runnerOf(counting(1));
    runner.onBar(bar(0, 10));
    const next = runner.withParams({ length: 2 });
    expect(next.params).toEqual({ length: 2 });
    expect(next.view()).toMatchObject({ warmupBars: 2, seenBars: 0, ready: false });
    next.warm([bar(0, 10)]);
    expect(next.onBar(bar(1, 20)).intents).toMatchObject([{ intentId: "test-1.7.2", why: "2" }]);
    expect(() => runner.withParams({ length: 10 })).toThrow("params.length");
  });

  it("of another version needs a migration", () => {
    const saved = runnerOf(counting(1)).saveState();
    expect(() => runnerOf(counting(2), { state: saved })).toThrowError(expect.objectContaining({ type: "STATE_VERSION" }));
    const migrated = runnerOf(
      counting(2, () => ({ count: 5, seen: [] })),
      { state: saved },
    );
    expect(migrated.saveState()).toMatchObject({ version: 2, state: { count: 5 } });
  });

  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  it.each([
    [{ a: { b: [1, () => 1] } }, "state.a.b[1]"],
    [{ a: Number.NaN }, "state.a"],
    [{ a: undefined }, "state.a"],
    [{ a: 1n }, "state.a"],
    [{ a: new Date(0) }, "state.a"],
    [{ a: new Map() }, "state.a"],
    [cycle, "state" + ".self".repeat(32)],
    [[1], "state"],
    [{ a: Array.from({ length: 10_000 }, () => 0) }, "state.a[9999]"],
  ])("that is not JSON is refused with its path: %#", (state, field) => {
    expect(() => copyState(state)).toThrowError(
      expect.objectContaining({ type: "BAD_STATE", data: expect.objectContaining({ field }) as unknown }),
    );
  });
});
