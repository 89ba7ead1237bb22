/** What every journal must do for a mesh: streams taken over with the epochs of leases, and one reader of all streams. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Journal, StoredEvent } from "../../domain/journal/journal.ts";
import { collect, noted, numbers } from "./journal-suite.ts";
import type { JournalUnderTest } from "./journal-suite.ts";

/** The largest epoch a lease can have: milliseconds and a revision in 63 bits. */
const HUGE = 2n ** 63n - 1n;

export async function readEverything(journal: Journal, pageSize: number): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (;;) {
    const page = await journal.readAll(all.at(-1)?.position ?? 0n, pageSize);
    all.push(...page);
    if (page.length < pageSize) return all;
  }
}

export function journalLeaseSuite(name: string, open: () => Promise<JournalUnderTest>): void {
  let opened: JournalUnderTest;
  let journal: Journal;
  let streams = 0;
  const fresh = (): string => `lease/stream-${++streams}`;

  beforeAll(async () => {
    opened = await open();
    journal = opened.journal;
  }, 60_000);
  afterAll(() => opened.close());

  describe(`journal with leases: ${name}`, () => {
    it("takes the epoch of the lease, again and higher, and keeps the version", async () => {
      const stream = fresh();
      expect(await journal.fence(stream, 7n)).toEqual({ epoch: 7n, version: 0 });
      await journal.append(stream, 7n, 0, [noted(1)]);
      expect(await journal.fence(stream, 7n)).toEqual({ epoch: 7n, version: 1 });
      expect(await journal.fence(stream, 9n)).toEqual({ epoch: 9n, version: 1 });
      expect(await journal.fence(stream)).toEqual({ epoch: 10n, version: 1 });
      await expect(journal.append(stream, 9n, 1, [noted(2)])).rejects.toMatchObject({ type: "FENCED" });
    });

    it("refuses a lease below the stream's epoch and leaves the stream as it is", async () => {
      const stream = fresh();
      await journal.fence(stream, 5n);
      const fenced = { type: "FENCED", retryable: false, data: { stream, epoch: "4", currentEpoch: "5" } };
      await expect(journal.fence(stream, 4n)).rejects.toMatchObject(fenced);
      expect(await journal.fence(stream, 5n)).toEqual({ epoch: 5n, version: 0 });
    });

    it("judges take-overs of one moment each by itself, with leases and without", async () => {
      const [high, low, none, twice] = [fresh(), fresh(), fresh(), fresh()];
      await Promise.all([journal.fence(high, 5n), journal.fence(low, 5n)]);
      const outcomes = await Promise.allSettled([
        journal.fence(high, 6n),
        journal.fence(low, 3n),
        journal.fence(none),
        journal.fence(twice, 2n),
        journal.fence(twice),
        journal.fence(twice, 2n),
      ]);
      const seen = outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value.epoch : (outcome.reason as Error & object)));
      expect(seen).toMatchObject([6n, { type: "FENCED" }, 1n, 2n, 3n, { type: "FENCED" }]);
    });

    it("lets an append with a higher epoch take the stream over", async () => {
      const stream = fresh();
      await journal.append(stream, 3n, 0, [noted(1)]);
      await journal.append(stream, 8n, 1, [noted(2)]);
      await expect(journal.append(stream, 3n, 2, [noted(3)])).rejects.toMatchObject({ type: "FENCED", data: { currentEpoch: "8" } });
      await expect(journal.fence(stream, 7n)).rejects.toMatchObject({ type: "FENCED" });
      expect((await collect(journal.read(stream, 0))).map(({ epoch }) => epoch)).toEqual([3n, 8n]);
    });

    it("keeps epochs exact up to 63 bits, and knows the highest", async () => {
      const stream = fresh();
      await journal.fence(stream, 2n ** 62n);
      await expect(journal.fence(stream, 2n ** 62n - 1n)).rejects.toMatchObject({ type: "FENCED" });
      await journal.append(stream, 2n ** 62n + 1n, 0, [noted(1)]);
      expect(await journal.highestEpoch()).toBe(2n ** 62n + 1n);
      await journal.append(stream, HUGE, 1, [noted(2)]);
      await expect(journal.append(stream, HUGE - 1n, 2, [noted(3)])).rejects.toMatchObject({ type: "FENCED" });
      expect((await collect(journal.read(stream, 0))).map(({ epoch }) => epoch)).toEqual([2n ** 62n + 1n, HUGE]);
      expect(await journal.highestEpoch()).toBe(HUGE);
      await expect(journal.fence(stream, HUGE + 1n)).rejects.toMatchObject({ type: "VALIDATION_ERROR", data: { field: "epoch" } });
      await expect(journal.fence(stream, -1n)).rejects.toMatchObject({ type: "VALIDATION_ERROR", data: { field: "epoch" } });
    });
  });

  describe(`reading all streams: ${name}`, () => {
    it("gives every stream's events in commit order, page by page, after any position", async () => {
      const [a, b] = [fresh(), fresh()];
      const before = (await readEverything(journal, 1_000)).at(-1)?.position ?? 0n;
      await journal.append(a, 1n, 0, [noted(1), noted(2)]);
      await journal.append(b, 1n, 0, [noted(3)]);
      await journal.append(a, 1n, 2, [noted(4)]);
      const page = await journal.readAll(before, 3);
      expect(numbers(page)).toEqual([1, 2, 3]);
      expect(page.map(({ stream }) => stream)).toEqual([a, a, b]);
      const rest = await journal.readAll(page[2]!.position, 1_000);
      expect(numbers(rest)).toEqual([4]);
      expect(await journal.readAll(rest[0]!.position, 10)).toEqual([]);
      expect(await journal.readAll(HUGE, 10)).toEqual([]);
      expect(await readEverything(journal, 2)).toEqual(await readEverything(journal, 1_000));
    });

    it.each([
      ["afterPosition", -1n, 1],
      ["afterPosition", HUGE + 1n, 1],
      ["limit", 0n, 0],
      ["limit", 0n, 1_001],
    ] as const)("refuses a bad %s", async (field, after, limit) => {
      await expect(journal.readAll(after, limit)).rejects.toMatchObject({ type: "VALIDATION_ERROR", data: { field } });
    });

    it("hints at appends until the listener is gone", async () => {
      const stream = fresh();
      let hints = 0;
      let heard = (): void => undefined;
      const first = new Promise<void>((resolve) => (heard = resolve));
      const end = journal.onAppended(() => {
        hints += 1;
        heard();
      });
      await journal.append(stream, 1n, 0, [noted(1)]);
      await first;
      expect(hints).toBe(1);
      end();
      await journal.append(stream, 1n, 1, [noted(2)]);
      await journal.readAll(0n, 1);
      expect(hints).toBe(1);
    });
  });
}
