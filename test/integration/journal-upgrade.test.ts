/** A database written by the version before (migration 1 only) is brought up to date with all that it holds. */
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import { collect, noted, numbers } from "../unit/journal-suite.ts";
import { machineClock, startTestDatabase } from "./database.ts";
import type { TestDatabase } from "./database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, 60_000);
afterAll(() => database.remove());

/** As the first version made it, with two events of one stream. */
const BEFORE = `
  create schema dsta;
  create table dsta.migration (version integer primary key, applied_at timestamptz not null default now());
  insert into dsta.migration (version) values (1);
  create table dsta.head (
    stream text collate "C" primary key, epoch bigint not null, base bigint not null, version bigint not null check (version >= base)
  ) with (fillfactor = 70);
  create table dsta.journal (
    stream text collate "C" not null, version bigint not null check (version >= 1), epoch bigint not null,
    position bigint generated always as identity unique, at_ms bigint not null, recorded_at timestamptz not null default now(),
    schema smallint not null, type text collate "C" not null, causation_id text collate "C", correlation_id text collate "C",
    data jsonb not null, primary key (stream, version)
  );
  create table dsta.snapshot (
    stream text collate "C" primary key, version bigint not null, state jsonb not null, saved_at timestamptz not null default now()
  );
  insert into dsta.head values ('old', 3, 0, 2);
  insert into dsta.journal (stream, version, epoch, at_ms, schema, type, correlation_id, data) values
    ('old', 1, 3, 1001, 1, 'Noted', null, '{"number": 1}'), ('old', 2, 3, 1002, 1, 'Noted', 'c', '{"number": 2}');
  insert into dsta.snapshot values ('old', 1, '{"cash": "1"}');`;

it("keeps streams, epochs, positions and snapshots, and goes on from there", async () => {
  const client = new pg.Client({ connectionString: database.server.url });
  await client.connect();
  await client.query(BEFORE);
  const options = { url: database.server.url, clock: machineClock, monotonicMs: () => performance.now() };
  const journal = await openPostgresJournal(options);
  expect(await journal.loadSnapshot("old")).toEqual({ version: 1, state: { cash: "1" } });
  expect(await journal.highestEpoch()).toBe(3n);
  await expect(journal.append("old", 2n, 2, [noted(3)])).rejects.toMatchObject({ type: "FENCED" });
  expect(await journal.fence("old", 4n)).toEqual({ epoch: 4n, version: 2 });
  expect(await journal.append("old", 4n, 2, [noted(3), { ...noted(4, { text: "tab\t\\N\n" }), correlationId: "\\N" }])).toBe(4);
  const events = await collect(journal.read("old", 0));
  expect(numbers(events)).toEqual([1, 2, 3, 4]);
  expect(events.map(({ correlationId }) => correlationId)).toEqual([undefined, "c", undefined, "\\N"]);
  expect(events[3]!.data["text"]).toBe("tab\t\\N\n");
  expect(await journal.readAll(1n, 10)).toEqual(events.slice(1));
  const { rows } = await client.query("select version from dsta.migration order by version");
  expect(rows.length).toBeGreaterThan(1);
  await client.end();
  await journal.close();
}, 30_000);
