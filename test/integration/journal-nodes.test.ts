/**
 * Three nodes on one database, writing the same 50 streams in overlapping batches and taking them from each other: no
 * deadlock, never two accepted writers of a version, every acknowledged event there once, and a reader of all streams
 * that follows misses none. The seed is in the test's name; `JOURNAL_SEED=… vitest run` repeats one.
 */
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StoredEvent, StreamHead } from "../../domain/journal/journal.ts";
import { type Random, seededRandom } from "../../domain/kernel/random.ts";
import { openPostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import type { PostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import { readEverything } from "../unit/journal-lease-suite.ts";
import { noted } from "../unit/journal-suite.ts";
import { machineClock, startTestDatabase } from "./database.ts";
import type { TestDatabase } from "./database.ts";

const NODES = 3;
const STREAMS = 50;
const STEPS = 60;
const seed = process.env["JOURNAL_SEED"] ?? "nodes-1";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, 60_000);
afterAll(() => database.remove());

interface Acknowledged {
  readonly stream: string;
  readonly version: number;
  readonly epoch: bigint;
  readonly number: number;
}

class Run {
  readonly acknowledged: Acknowledged[] = [];
  readonly refusals = new Map<string, number>();
  lastEpoch = 0n;
  #lastNumber = 0;

  /** One node's claim to one stream: takes it over, appends while it can, and takes it over again. */
  async write(journal: PostgresJournal, stream: string, random: Random): Promise<void> {
    let head: StreamHead | null = null;
    for (let step = 0; step < STEPS; step++) {
      try {
        if (head === null || random.next() < 0.05) head = await journal.fence(stream, ++this.lastEpoch);
        const count = random.integer(1, 3);
        const first = this.#lastNumber + 1;
        this.#lastNumber += count;
        const events = Array.from({ length: count }, (_, index) => noted(first + index));
        const { epoch, version }: StreamHead = head;
        head = { epoch, version: await journal.append(stream, epoch, version, events) };
        for (let index = 0; index < count; index++) {
          this.acknowledged.push({ stream, version: version + index + 1, epoch, number: first + index });
        }
      } catch (error) {
        const { type } = error as { type: string };
        this.refusals.set(type, (this.refusals.get(type) ?? 0) + 1);
        // Now and then a zombie goes on with what it believes.
        if (random.next() < 0.8) head = null;
      }
    }
  }
}

it(`three nodes, one database, seed ${seed}`, { timeout: 60_000 }, async () => {
  const open = (): Promise<PostgresJournal> =>
    openPostgresJournal({ url: database.server.url, clock: machineClock, monotonicMs: () => performance.now() });
  const journals = await Promise.all(Array.from({ length: NODES }, open));
  const run = new Run();
  let writing = true;
  const followed = follow(journals[0]!, () => writing);
  const writers = journals.flatMap((journal, node) =>
    Array.from({ length: STREAMS }, (_, index) => {
      // Each node meets the streams in an order of its own.
      const number = (index * (7 + node * 4)) % STREAMS;
      return run.write(journal, `shared/${number}`, seededRandom(`${seed}/${node}/${number}`));
    }),
  );
  await Promise.all(writers);
  writing = false;

  const stored = await readEverything(journals[1]!, 1_000);
  expect(await followed).toEqual(stored.map(({ position }) => position));
  expect([...run.refusals.keys()].filter((type) => type !== "FENCED" && type !== "VERSION_CONFLICT")).toEqual([]);
  expect(run.refusals.get("FENCED")).toBeGreaterThan(0);
  expect(run.acknowledged.length).toBeGreaterThan(STREAMS);
  const shape = ({ stream, version, epoch, data }: StoredEvent): Acknowledged => ({
    stream,
    version,
    epoch,
    number: data["number"] as number,
  });
  const order = (a: Acknowledged, b: Acknowledged): number => a.number - b.number;
  expect(stored.map(shape).toSorted(order)).toEqual(run.acknowledged.toSorted(order));
  for (const [stream, events] of Map.groupBy(stored, (event) => event.stream)) {
    expect({ stream, versions: events.map(({ version }) => version) }).toEqual({ stream, versions: events.map((_, index) => index + 1) });
    expect(events.every(({ epoch }, index) => index === 0 || epoch >= events[index - 1]!.epoch)).toBe(true);
  }
  expect(await deadlocks()).toBe("0");
  await Promise.all(journals.map((journal) => journal.close()));
});

/** Positions as one sees them who reads on while others write. */
async function follow(journal: PostgresJournal, goesOn: () => boolean): Promise<bigint[]> {
  const seen: bigint[] = [];
  for (;;) {
    const last = !goesOn();
    const page = await journal.readAll(seen.at(-1) ?? 0n, 50);
    seen.push(...page.map(({ position }) => position));
    if (last && page.length === 0) return seen;
  }
}

async function deadlocks(): Promise<string> {
  const client = new pg.Client({ connectionString: database.server.url });
  await client.connect();
  const { rows } = await client.query<{ deadlocks: string }>("select deadlocks from pg_stat_database where datname = current_database()");
  await client.end();
  return rows[0]!.deadlocks;
}
