import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import type { PostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import { journalLeaseSuite } from "../unit/journal-lease-suite.ts";
import { collect, journalSuite, noted, numbers } from "../unit/journal-suite.ts";
import { machineClock, startTestDatabase } from "./database.ts";
import type { TestDatabase } from "./database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, 60_000);
afterAll(() => database.remove());

function open(options: { maxPending?: number; maxAwayMs?: number } = {}): Promise<PostgresJournal> {
  return openPostgresJournal({ url: database.server.url, clock: machineClock, monotonicMs: () => performance.now(), ...options });
}

async function sql(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

for (const suite of [journalSuite, journalLeaseSuite]) {
  suite("on PostgreSQL", async () => {
    const journal = await open();
    return { journal, close: () => journal.close() };
  });
}

describe("the journal's tables", () => {
  it("are made once, also by nodes that start together", async () => {
    const journals = await Promise.all([open(), open(), open()]);
    await Promise.all(journals.map((journal) => journal.close()));
    expect(await sql("select version from dsta.migration")).toEqual([{ version: 1 }, { version: 2 }]);
  });

  it("refuse to be rewritten", async () => {
    const journal = await open();
    await journal.append("kept", 1n, 0, [noted(1)]);
    await expect(sql("update dsta.journal set type = 'Other'")).rejects.toThrow("append-only: UPDATE refused");
    await expect(sql("delete from dsta.journal")).rejects.toThrow("append-only: DELETE refused");
    await expect(sql("truncate dsta.journal")).rejects.toThrow("append-only: TRUNCATE refused");
    await journal.close();
  });

  it("of a newer version are refused", async () => {
    await sql("insert into dsta.migration (version) values (99)");
    await expect(open()).rejects.toMatchObject({ type: "JOURNAL_SCHEMA_NEWER", data: { applied: 99 } });
    await sql("delete from dsta.migration where version = 99");
  });
});

describe("two nodes on one database", () => {
  it("the old owner of a stream is refused as soon as the new one has fenced it", async () => {
    const [old, young] = await Promise.all([open(), open()]);
    const { epoch } = await old.fence("owned");
    expect(await old.append("owned", epoch, 0, [noted(1)])).toBe(1);
    const head = await young.fence("owned");
    expect(head).toEqual({ epoch: epoch + 1n, version: 1 });
    await expect(old.append("owned", epoch, 1, [noted(2)])).rejects.toMatchObject({ type: "FENCED" });
    expect(await young.append("owned", head.epoch, 1, [noted(3)])).toBe(2);
    expect(numbers(await collect(young.read("owned", 0)))).toEqual([1, 3]);
    await Promise.all([old.close(), young.close()]);
  });

  it("append to the same streams at once without deadlock, and exactly one wins each version", async () => {
    const journals = await Promise.all([open(), open()]);
    const attempts = journals.flatMap((journal, node) =>
      Array.from({ length: 300 }, (_, index) => {
        const stream = `raced/${node === 0 ? index : 299 - index}`;
        return journal.append(stream, 1n, 0, [noted(node)]).then(
          () => stream,
          (error: { type: string }) => error.type,
        );
      }),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === "VERSION_CONFLICT").length).toBe(300);
    expect(new Set(outcomes.filter((outcome) => outcome !== "VERSION_CONFLICT")).size).toBe(300);
    await Promise.all(journals.map((journal) => journal.close()));
  });
});

describe("bounds", () => {
  it("refuses appends beyond its queue and takes them again later", async () => {
    const journal = await open({ maxPending: 10 });
    const appends = Array.from({ length: 15 }, (_, index) => journal.append(`full/${index}`, 1n, 0, [noted(index)]));
    const outcomes = await Promise.allSettled(appends);
    expect(outcomes.filter(({ status }) => status === "rejected").length).toBe(5);
    expect(outcomes[14]).toMatchObject({ reason: { type: "JOURNAL_FULL", retryable: true } });
    expect(await journal.append("full/14", 1n, 0, [noted(14)])).toBe(1);
    await journal.close();
  });

  it("fails with JOURNAL_UNAVAILABLE when there is no server, and after close", async () => {
    const nowhere = { url: "postgres://nobody:x@127.0.0.1:1/none", clock: machineClock, monotonicMs: () => performance.now() };
    await expect(openPostgresJournal(nowhere)).rejects.toMatchObject({ type: "JOURNAL_UNAVAILABLE", retryable: true });
    const journal = await open();
    await journal.close();
    await expect(journal.append("closed", 1n, 0, [noted(1)])).rejects.toMatchObject({ type: "JOURNAL_UNAVAILABLE" });
  });
});
