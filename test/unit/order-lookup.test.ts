import { describe, expect, it } from "vitest";
import { LookupSchedule } from "../../domain/order/lookup-schedule.ts";

const POLICY = { delaysMs: [200, 500, 1_000, 2_000, 5_000], escalateAfterMs: 60_000, arrivalGraceMs: 5_000 };

/** Times at which an order that stays unknown is asked for, when each answer comes at once. */
function askedAt(untilMs: number, stepMs: number): number[] {
  const schedule = new LookupSchedule(POLICY);
  const times: number[] = [];
  for (let nowMs = 0; nowMs <= untilMs; nowMs += stepMs) {
    for (const id of schedule.due(["a"], nowMs)) {
      times.push(nowMs);
      schedule.answered(id, nowMs);
    }
  }
  return times;
}

describe("looking up an order of unknown outcome", () => {
  it("asks at these times, the last pause repeating", () => {
    expect(askedAt(20_000, 100)).toEqual([200, 700, 1_700, 3_700, 8_700, 13_700, 18_700]);
  });

  it("asks once and waits for the answer, however late", () => {
    const schedule = new LookupSchedule(POLICY);
    schedule.due(["a"], 0);
    expect(schedule.due(["a"], 200)).toEqual(["a"]);
    expect([schedule.due(["a"], 10_000), schedule.due(["a"], 50_000)]).toEqual([[], []]);
    schedule.answered("a", 50_000);
    expect([schedule.due(["a"], 50_499), schedule.due(["a"], 50_500)]).toEqual([[], ["a"]]);
  });

  it("forgets an order that is not unknown any more, and starts anew when it is again", () => {
    const schedule = new LookupSchedule(POLICY);
    schedule.due(["a"], 0);
    schedule.due(["a"], 200);
    schedule.answered("a", 200);
    expect(schedule.due([], 300)).toEqual([]);
    expect(schedule.due(["a"], 400)).toEqual([]);
    expect([schedule.due(["a"], 599), schedule.due(["a"], 600)]).toEqual([[], ["a"]]);
    schedule.answered("nobody", 700);
  });

  it("keeps each order's own pace", () => {
    const schedule = new LookupSchedule(POLICY);
    schedule.due(["a"], 0);
    schedule.due(["a", "b"], 150);
    expect(schedule.due(["a", "b"], 200)).toEqual(["a"]);
    expect(schedule.due(["a", "b"], 350)).toEqual(["b"]);
  });

  it("calls a person once, after a minute, and goes on asking", () => {
    const schedule = new LookupSchedule(POLICY);
    schedule.due(["a", "b"], 0);
    schedule.due(["a", "b", "late"], 30_000);
    expect(schedule.escalate(59_999)).toEqual([]);
    expect(schedule.escalate(60_000)).toEqual(["a", "b"]);
    expect(schedule.escalate(61_000)).toEqual([]);
    expect(schedule.escalate(90_000)).toEqual(["late"]);
    schedule.answered("a", 61_000);
    expect(schedule.due(["a", "b", "late"], 70_000)).toContain("a");
  });
});
