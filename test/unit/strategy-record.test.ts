import { describe, expect, it } from "vitest";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import {
  applyStrategyEvent,
  currentParams,
  encodeStrategyEvent,
  foldStrategy,
  recordOf,
  type StrategyEvent,
  type StrategyRecord,
} from "../../domain/strategy/record.ts";

const CREATED: StrategyEvent = {
  type: "StrategyCreated",
  id: "mm-1",
  strategy: "market-maker",
  account: "sim:main",
  venue: "sim",
  symbol: "BTC/USDT",
  params: { size: 500 },
  by: "alice",
  isolation: "inline",
};
const born = applyStrategyEvent(null, CREATED, 1_000);
const fold = (...events: readonly StrategyEvent[]): StrategyRecord =>
  events.reduce((record, event, index) => applyStrategyEvent(record, event, 2_000 + index), born);

describe("the record of a strategy", () => {
  it("begins stopped, with version 1 of its parameters", () => {
    expect(born).toEqual({
      id: "mm-1",
      strategy: "market-maker",
      account: "sim:main",
      venue: "sim",
      symbol: "BTC/USDT",
      createdAtMs: 1_000,
      isolation: "inline",
      desired: "stopped",
      reason: "not started yet",
      resumeAtMs: null,
      closing: false,
      saved: null,
      versions: [{ version: 1, params: { size: 500 }, by: "alice", atMs: 1_000, note: "created" }],
    });
  });

  it.each([
    [{ type: "StrategyStarted", by: "bob" }, "running", "started by bob"],
    [{ type: "StrategyPaused", by: "bob" }, "paused", "paused by bob"],
    [{ type: "StrategyStopped", by: "bob", close: false }, "stopped", "stopped by bob"],
    [{ type: "StrategyFailed", reason: "it threw" }, "failed", "it threw"],
  ] as const)("takes %j", (event, desired, reason) => expect(fold(event)).toMatchObject({ desired, reason }));

  it("remembers the wish to close until it is done or it is started again", () => {
    const closing = fold({ type: "StrategyStarted", by: "a" }, { type: "StrategyStopped", by: "a", close: true });
    expect(closing.closing).toBe(true);
    expect(applyStrategyEvent(closing, { type: "PositionClosed" }, 9).closing).toBe(false);
    expect(applyStrategyEvent(closing, { type: "StrategyStarted", by: "a" }, 9).closing).toBe(false);
    expect(applyStrategyEvent(closing, { type: "StrategyPaused", by: "a" }, 9).closing).toBe(true);
  });

  it("numbers parameter versions without end and keeps the newest hundred", () => {
    const events = Array.from({ length: 150 }, (_, index): StrategyEvent => ({
      type: "ParametersChanged",
      params: { size: index },
      by: "a",
      note: `n${index}`,
    }));
    const record = fold(...events);
    expect(record.versions).toHaveLength(100);
    expect(currentParams(record)).toEqual({ version: 151, params: { size: 149 }, by: "a", atMs: 2_149, note: "n149" });
    expect(record.versions.at(-1)?.version).toBe(52);
  });

  it("keeps the author's state as saved last", () => {
    const saved = { version: 1, state: { anchor: 3 } } as unknown as Extract<StrategyEvent, { type: "StateSaved" }>["saved"];
    expect(fold({ type: "StateSaved", saved }).saved).toEqual(saved);
  });

  it("changes nothing in the record it was given", () => {
    const frozen = Object.freeze({ ...born, versions: Object.freeze([...born.versions]) });
    expect(() => applyStrategyEvent(frozen, { type: "ParametersChanged", params: {}, by: "a", note: "" }, 1)).not.toThrow();
  });

  it("cannot begin with anything but its creation", () => {
    expect(() => applyStrategyEvent(null, { type: "StrategyStarted", by: "a" }, 1)).toThrow(
      "StrategyStarted in the stream of a strategy that was never created",
    );
  });

  it("is the same fold through the journal", async () => {
    const events: StrategyEvent[] = [
      CREATED,
      { type: "StrategyStarted", by: "b" },
      { type: "ParametersChanged", params: { size: 7, side: "both", on: true }, by: "c", note: "more" },
      { type: "StrategyStopped", by: "d", close: true },
    ];
    const journal = new MemoryJournal();
    await journal.append(
      "strategy/mm-1",
      1n,
      0,
      events.map((event, index) => encodeStrategyEvent(event, 100 + index)),
    );
    let read: StrategyRecord | null = null;
    for await (const stored of journal.read("strategy/mm-1", 0)) read = foldStrategy(read, stored);
    expect(read).toEqual(
      events.reduce<StrategyRecord | null>((record, event, index) => applyStrategyEvent(record, event, 100 + index), null),
    );
  });

  it("says how it is isolated, also when an earlier version wrote its creation or its snapshot", async () => {
    const journal = new MemoryJournal();
    const { isolation, ...created } = encodeStrategyEvent(CREATED, 1_000).data as Record<string, unknown>;
    expect(isolation).toBe("inline");
    await journal.append("strategy/old", 0n, 0, [
      { type: "StrategyCreated", schema: 1, atMs: 1_000, data: created },
      encodeStrategyEvent({ type: "StrategyStarted", by: "bob" }, 2_000),
    ]);
    let record: StrategyRecord | null = null;
    for await (const stored of journal.read("strategy/old", 0)) record = foldStrategy(record, stored);
    expect(record).toEqual(fold({ type: "StrategyStarted", by: "bob" }));
    const { isolation: none, ...snapshot } = born;
    expect(recordOf(snapshot)).toEqual({ ...born, isolation: none });
    expect(recordOf({ ...born, isolation: "thread" })).toMatchObject({ isolation: "thread" });
    expect(recordOf(null)).toBeNull();
  });
});
