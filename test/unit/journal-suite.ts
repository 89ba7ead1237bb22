/**
 * What every journal must do, whichever store it writes to: run by the in-memory journal and by the one on a real
 * PostgreSQL, so that a test of the domain on the first says something about the second.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Journal, NewEvent, StoredEvent } from "../../domain/journal/journal.ts";

export interface JournalUnderTest {
  readonly journal: Journal;
  close(): Promise<void>;
}

export function noted(number: number, data: Record<string, unknown> = {}): NewEvent {
  return { type: "Noted", schema: 1, atMs: 1_000 + number, data: { number, ...data } };
}

export async function collect(events: AsyncIterable<StoredEvent>): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** The numbers of `noted` events, in the order given. */
export function numbers(events: readonly StoredEvent[]): unknown[] {
  return events.map((event) => event.data["number"]);
}

export function journalSuite(name: string, open: () => Promise<JournalUnderTest>): void {
  describe(`journal semantics: ${name}`, () => {
    let opened: JournalUnderTest;
    let journal: Journal;
    let streams = 0;
    const fresh = (): string => `test/stream-${++streams}`;

    beforeAll(async () => {
      opened = await open();
      journal = opened.journal;
    }, 60_000);
    afterAll(() => opened.close());

    describe("fence and append", () => {
      it("starts a stream at epoch 1 and version 0, and raises the epoch by one each time", async () => {
        const stream = fresh();
        expect(await journal.fence(stream)).toEqual({ epoch: 1n, version: 0 });
        expect(await journal.append(stream, 1n, 0, [noted(1), noted(2)])).toBe(2);
        expect(await journal.fence(stream)).toEqual({ epoch: 2n, version: 2 });
      });

      it("gives each of many simultaneous take-overs an epoch of its own", async () => {
        const stream = fresh();
        const heads = await Promise.all(Array.from({ length: 20 }, () => journal.fence(stream)));
        expect(new Set(heads.map(({ epoch }) => epoch)).size).toBe(20);
      });

      it("refuses an older epoch", async () => {
        const stream = fresh();
        await journal.fence(stream);
        await journal.fence(stream);
        await expect(journal.append(stream, 1n, 0, [noted(1)])).rejects.toMatchObject({
          type: "FENCED",
          retryable: false,
          data: { stream, epoch: "1", currentEpoch: "2" },
        });
        expect(await collect(journal.read(stream, 0))).toEqual([]);
      });

      it("refuses a gap and a version that is taken by other events", async () => {
        const stream = fresh();
        await journal.append(stream, 1n, 0, [noted(1)]);
        const at = (currentVersion: number): object => ({ type: "VERSION_CONFLICT", data: { currentVersion } });
        await expect(journal.append(stream, 1n, 2, [noted(3)])).rejects.toMatchObject(at(1));
        await expect(journal.append(stream, 1n, 0, [noted(9)])).rejects.toMatchObject({ type: "VERSION_CONFLICT" });
        await expect(journal.append(fresh(), 1n, 5, [noted(1)])).rejects.toMatchObject(at(0));
        expect(numbers(await collect(journal.read(stream, 0)))).toEqual([1]);
      });

      it("acknowledges a repeated append without writing it twice", async () => {
        const stream = fresh();
        const events = [{ ...noted(1), causationId: "intent-1" }, noted(2)];
        await journal.append(stream, 1n, 0, events);
        expect(await journal.append(stream, 1n, 0, events)).toBe(2);
        await expect(journal.append(stream, 1n, 0, [noted(1), noted(2)])).rejects.toMatchObject({ type: "VERSION_CONFLICT" });
        await expect(journal.append(stream, 2n, 0, events)).rejects.toMatchObject({ type: "VERSION_CONFLICT" });
        expect(numbers(await collect(journal.read(stream, 0)))).toEqual([1, 2]);
      });

      it("acknowledges a repeat and its continuation submitted together", async () => {
        const stream = fresh();
        await journal.append(stream, 1n, 0, [noted(1)]);
        const versions = await Promise.all([
          journal.append(stream, 1n, 0, [noted(1)]),
          journal.append(stream, 1n, 1, [noted(2)]),
          journal.append(stream, 1n, 2, [noted(3)]),
        ]);
        expect(versions).toEqual([1, 2, 3]);
        expect(numbers(await collect(journal.read(stream, 0)))).toEqual([1, 2, 3]);
      });

      it("chains simultaneous appends of one stream in the order they were made", async () => {
        const stream = fresh();
        const appends = Array.from({ length: 50 }, (_, index) => journal.append(stream, 1n, index, [noted(index + 1)]));
        expect(await Promise.all(appends)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
      });

      it("refuses stale, gapped and duplicate appends while others of the same moment commit", async () => {
        const [good, stale, gap, twice] = [fresh(), fresh(), fresh(), fresh()];
        await journal.fence(stale);
        await journal.fence(stale);
        const outcomes = await Promise.allSettled([
          journal.append(good, 1n, 0, [noted(1)]),
          journal.append(stale, 1n, 0, [noted(2)]),
          journal.append(gap, 1n, 7, [noted(3)]),
          journal.append(twice, 1n, 0, [noted(4)]),
          journal.append(twice, 1n, 0, [noted(5)]),
          journal.append(good, 1n, 1, [noted(6)]),
        ]);
        const seen = outcomes.map((outcome) =>
          outcome.status === "fulfilled" ? outcome.value : (outcome.reason as { type: string }).type,
        );
        expect(seen).toEqual([1, "FENCED", "VERSION_CONFLICT", 1, "VERSION_CONFLICT", 2]);
        expect(numbers(await collect(journal.read(good, 0)))).toEqual([1, 6]);
        expect(numbers(await collect(journal.read(twice, 0)))).toEqual([4]);
      });
    });

    describe("what it takes in", () => {
      it.each([
        ["a bigint", { price: 1n }, "VALIDATION_ERROR", /data\.price/],
        ["NaN", { ratio: Number.NaN }, "VALIDATION_ERROR", /data\.ratio/],
        ["a NUL", { note: "a\0b" }, "VALIDATION_ERROR", /data\.note/],
        ["half a surrogate pair", { deep: [{ note: "\ud800" }] }, "VALIDATION_ERROR", /data\.deep\[0\]\.note/],
        ["a class instance", { at: new Date(0) }, "VALIDATION_ERROR", /data\.at/],
        ["more than 256 KB", { note: "x".repeat(262_144) }, "EVENT_TOO_LARGE", /262144/],
      ])("refuses %s in data, and only that append", async (_, data, type, message) => {
        const [bad, good] = [fresh(), fresh()];
        const [refused, accepted] = await Promise.allSettled([
          journal.append(bad, 1n, 0, [noted(1, data)]),
          journal.append(good, 1n, 0, [noted(1, { note: "\\u0000 \u{1F600} \u0001 \\" })]),
        ]);
        expect(refused).toMatchObject({ status: "rejected", reason: { type, message: expect.stringMatching(message) as string } });
        expect(accepted).toMatchObject({ status: "fulfilled", value: 1 });
        expect((await collect(journal.read(good, 0)))[0]!.data["note"]).toBe("\\u0000 \u{1F600} \u0001 \\");
      });

      it.each([
        ["stream", "", 1n, 0, [noted(1)]],
        ["epoch", "s", -1n, 0, [noted(1)]],
        ["expectedVersion", "s", 1n, 0.5, [noted(1)]],
        ["events", "s", 1n, 0, []],
        ["events[0].type", "s", 1n, 0, [{ ...noted(1), type: "" }]],
        ["events[0].schema", "s", 1n, 0, [{ ...noted(1), schema: 0 }]],
        ["events[0].atMs", "s", 1n, 0, [{ ...noted(1), atMs: 1.5 }]],
      ] as const)("names the bad field %s", async (field, stream, epoch, version, events) => {
        await expect(journal.append(stream, epoch, version, events)).rejects.toMatchObject({ type: "VALIDATION_ERROR", data: { field } });
      });
    });

    describe("read and query", () => {
      it("gives back what was written, in order, from any version, over many pages", async () => {
        const stream = fresh();
        for (let base = 0; base < 2_500; base += 500) {
          await journal.append(
            stream,
            1n,
            base,
            Array.from({ length: 500 }, (_, index) => noted(base + index + 1)),
          );
        }
        const events = await collect(journal.read(stream, 0));
        expect(numbers(events)).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
        expect(events.map(({ version }) => version)).toEqual(numbers(events));
        expect(events.every((event, index) => index === 0 || event.position > events[index - 1]!.position)).toBe(true);
        expect(numbers(await collect(journal.read(stream, 2_498)))).toEqual([2_499, 2_500]);
      });

      it("keeps every member of an event", async () => {
        const stream = fresh();
        const event = { ...noted(1, { nested: { list: [1, "2", null, true] }, absent: undefined }), causationId: "c", correlationId: "r" };
        await journal.append(stream, 3n, 0, [event]);
        const [stored] = await collect(journal.read(stream, 0));
        expect(stored).toEqual({
          ...event,
          data: { number: 1, nested: { list: [1, "2", null, true] } },
          stream,
          version: 1,
          epoch: 3n,
          position: expect.any(BigInt) as bigint,
        });
      });

      it("filters by stream, prefix, type, data and time, newest first, and pages by position", async () => {
        const [a, b] = [`${fresh()}/a`, `${fresh()}/b`];
        const prefix = a.slice(0, -1);
        const sma = { strategyId: `sma-${a}` };
        await journal.append(a, 1n, 0, [noted(1, sma), { ...noted(2, sma), type: "Ended" }, noted(3)]);
        await journal.append(b, 1n, 0, [noted(4, sma), noted(5, { strategyId: 7 })]);
        const ask = async (query: Parameters<Journal["query"]>[0]): Promise<unknown[]> => numbers(await journal.query(query));
        expect(await ask({ stream: a, limit: 10 })).toEqual([3, 2, 1]);
        expect(await ask({ stream: prefix, limit: 10 })).toEqual([3, 2, 1]);
        expect(await ask({ match: sma, limit: 10 })).toEqual([4, 2, 1]);
        expect(await ask({ match: { ...sma, other: "x" }, limit: 10 })).toEqual([]);
        expect(await ask({ stream: b, match: { strategyId: "7" }, limit: 10 })).toEqual([]);
        expect(await ask({ stream: a, types: ["Ended", "Other"], limit: 10 })).toEqual([2]);
        expect(await ask({ stream: a, fromMs: 1_002, toMs: 1_003, limit: 10 })).toEqual([2]);
        const [newest] = await journal.query({ match: sma, limit: 1 });
        expect(await ask({ match: sma, before: newest!.position, limit: 1 })).toEqual([2]);
      });

      it.each([
        ["limit", { limit: 0 }],
        ["limit", { limit: 1_001 }],
        ["stream", { stream: "", limit: 1 }],
        ["fromMs", { fromMs: 0.5, limit: 1 }],
        ["before", { before: -1n, limit: 1 }],
      ] as const)("refuses a query with a bad %s", async (field, query) => {
        await expect(journal.query(query)).rejects.toMatchObject({ type: "VALIDATION_ERROR", data: { field } });
      });
    });

    describe("snapshots", () => {
      it("keeps the newest and ignores older ones", async () => {
        const stream = fresh();
        expect(await journal.loadSnapshot(stream)).toBeNull();
        await journal.saveSnapshot(stream, 5, { cash: "1.5" });
        await journal.saveSnapshot(stream, 3, { cash: "9" });
        expect(await journal.loadSnapshot(stream)).toEqual({ version: 5, state: { cash: "1.5" } });
        await journal.saveSnapshot(stream, 5, null);
        expect(await journal.loadSnapshot(stream)).toEqual({ version: 5, state: null });
      });

      it("refuses a state that is not JSON", async () => {
        const refusal = { type: "VALIDATION_ERROR", data: { field: "state.cash" } };
        await expect(journal.saveSnapshot(fresh(), 1, { cash: 1n })).rejects.toMatchObject(refusal);
      });
    });

    it("reports its health", () => {
      expect(journal.health()).toMatchObject({ ok: true, pending: 0 });
    });
  });
}
