import { describe, expect, it } from "vitest";
import { ManualClock } from "../../domain/kernel/clock.ts";

function recorder(clock: ManualClock): { seen: string[]; note: (name: string) => () => void } {
  const seen: string[] = [];
  return { seen, note: (name) => () => void seen.push(`${name}@${clock.now()}`) };
}

describe("manual clock", () => {
  it("fires due timers in due order, ties in the order they were made, at their own time", () => {
    const clock = new ManualClock(1_000);
    const { seen, note } = recorder(clock);
    clock.after(30, note("c"));
    clock.after(10, note("a1"));
    clock.after(10, note("a2"));
    clock.after(20, note("b"));
    clock.after(31, note("late"));
    clock.advance(30);
    expect(seen).toEqual(["a1@1010", "a2@1010", "b@1020", "c@1030"]);
    expect(clock.now()).toBe(1_030);
  });

  it("fires a timer made by a timer in the same advance, when it falls due in it", () => {
    const clock = new ManualClock();
    const { seen, note } = recorder(clock);
    const tick = (): void => {
      note("tick")();
      clock.after(10, tick);
    };
    clock.after(10, tick);
    clock.after(25, note("other"));
    clock.advanceTo(40);
    expect(seen).toEqual(["tick@10", "tick@20", "other@25", "tick@30", "tick@40"]);
  });

  it("does not fire what was cancelled, also by a timer of the same moment; cancelling twice or late does nothing", () => {
    const clock = new ManualClock();
    const { seen, note } = recorder(clock);
    const first = clock.after(5, note("first"));
    clock.after(10, () => second());
    const second = clock.after(10, note("second"));
    first();
    first();
    clock.advance(10);
    second();
    expect(seen).toEqual([]);
  });

  it("lets a callback move time on, and never goes back", () => {
    const clock = new ManualClock();
    const { seen, note } = recorder(clock);
    clock.after(10, () => clock.advanceTo(50));
    clock.after(20, note("inner"));
    clock.advanceTo(30);
    expect(seen).toEqual(["inner@20"]);
    expect(clock.now()).toBe(50);
    clock.advanceTo(5);
    expect(clock.now()).toBe(50);
  });

  it("treats a negative delay as now, but not before time moves", () => {
    const clock = new ManualClock(7);
    const { seen, note } = recorder(clock);
    clock.after(-5, note("now"));
    expect(seen).toEqual([]);
    clock.advance(0);
    expect(seen).toEqual(["now@7"]);
  });

  it("counts a fraction of a millisecond as a whole one: time is always whole", () => {
    const clock = new ManualClock();
    const { seen, note } = recorder(clock);
    clock.after(0.2, note("a"));
    clock.after(1.5, note("b"));
    clock.advance(5);
    expect(seen).toEqual(["a@1", "b@2"]);
  });

  it("goes on with the other timers after one threw", () => {
    const clock = new ManualClock();
    const { seen, note } = recorder(clock);
    clock.after(1, () => {
      throw new Error("broken");
    });
    clock.after(2, note("next"));
    expect(() => clock.advance(5)).toThrow("broken");
    clock.advance(5);
    expect(seen).toEqual(["next@2"]);
  });
});
