/**
 * What the journal promises when the server dies: every acknowledged append is there exactly once, an append whose
 * answer got lost is neither doubled nor lost, and callers learn that the database is away within the bound.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import type { PostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import { collect, noted, numbers } from "../unit/journal-suite.ts";
import { machineClock, startTestDatabase } from "./database.ts";
import type { TestDatabase } from "./database.ts";

const STREAMS = 64;
const KILLS = 3;

let database: TestDatabase;
let changes: string[] = [];
let onUp = (): void => undefined;

beforeAll(async () => {
  database = await startTestDatabase(({ state }) => {
    changes.push(state);
    if (state === "up") onUp();
  });
}, 60_000);
afterAll(() => database.remove());

function open(maxAwayMs: number): Promise<PostgresJournal> {
  return openPostgresJournal({ url: database.server.url, clock: machineClock, monotonicMs: () => performance.now(), maxAwayMs });
}

function serverIsBack(): Promise<void> {
  return new Promise((resolve) => (onUp = resolve));
}

describe("kill -9 of PostgreSQL under load", () => {
  it("loses and doubles nothing, and callers need not notice", async () => {
    changes = [];
    const journal = await open(60_000);
    let running = true;
    const acknowledged = Array.from({ length: STREAMS }, () => 0);
    const writers = acknowledged.map(async (_, index) => {
      while (running) {
        const version = acknowledged[index]!;
        acknowledged[index] = await journal.append(`crash/${index}`, 1n, version, [noted(version + 1), noted(version + 2)]);
      }
    });
    for (let kill = 0; kill < KILLS; kill++) {
      const before = acknowledged.reduce((sum, version) => sum + version, 0);
      // Load is running again: every stream on average moved on since the last kill.
      while (acknowledged.reduce((sum, version) => sum + version, 0) < before + STREAMS * 20) await new Promise(setImmediate);
      const back = serverIsBack();
      process.kill(database.server.pid(), "SIGKILL");
      await back;
    }
    running = false;
    await Promise.all(writers);
    for (const [index, version] of acknowledged.entries()) {
      const stored = numbers(await collect(journal.read(`crash/${index}`, 0)));
      expect(stored).toEqual(Array.from({ length: version }, (_, position) => position + 1));
    }
    expect(changes.filter((state) => state === "up").length).toBe(KILLS);
    expect(journal.health().ok).toBe(true);
    await journal.close();
  }, 60_000);

  it("an append repeated by its caller after JOURNAL_UNAVAILABLE is written once", async () => {
    const journal = await open(1);
    const streams = Array.from({ length: 32 }, (_, index) => `repeat/${index}`);
    await Promise.all(streams.map((stream) => journal.append(stream, 1n, 0, [noted(1)])));
    const back = serverIsBack();
    let stopped = false;
    let refusals = 0;
    const writers = streams.map(async (stream) => {
      let version = 1;
      while (!stopped) {
        try {
          version = await journal.append(stream, 1n, version, [noted(version + 1)]);
        } catch (error) {
          expect(error).toMatchObject({ type: "JOURNAL_UNAVAILABLE", retryable: true });
          refusals += 1;
        }
      }
      return version;
    });
    process.kill(database.server.pid(), "SIGKILL");
    await back;
    while (!journal.health().ok) await new Promise(setImmediate);
    stopped = true;
    const versions = await Promise.all(writers);
    expect(refusals).toBeGreaterThan(0);
    for (const [index, stream] of streams.entries()) {
      // The last append may have been committed without its caller ever hearing of it.
      const stored = numbers(await collect(journal.read(stream, 0)));
      expect(stored).toEqual(stored.map((_, position) => position + 1));
      expect(stored.length - versions[index]!).toBeGreaterThanOrEqual(0);
      expect(stored.length - versions[index]!).toBeLessThanOrEqual(1);
    }
    await journal.close();
  }, 60_000);
});
