/**
 * The journal's tables in PostgreSQL (schema `dsta`) and their migrations: each runs once, in order, in one
 * transaction, under a lock, so nodes may start together. A database of a newer version is refused.
 *
 * `journal` is append-only: a trigger refuses update, delete and truncate. Text columns use the "C" collation so
 * the primary key also serves queries by prefix. Searches by type and data go through block ranges with Bloom filters:
 * an append-only table keeps what belongs together in few ranges, and five B-trees instead cost half of the append
 * rate (bench/journal.bench.ts); the filters' sizes keep one index row below 4 KB. `head.base` is the version before
 * the last append; it lets one `on conflict` clause compare the expected version.
 */
import type pg from "pg";
import { REFUSED } from "./copy-append.ts";
import { DstaError } from "../../domain/kernel/errors.ts";

/**
 * Key of the advisory lock that makes positions follow commit order over all nodes ("dsta" in ASCII). Taken after the heads'
 * rows and before the first position: whoever has it waits for nobody but the disk.
 */
export const ORDER_LOCK = 0x64_73_74_61;
const MIGRATION_LOCK = ORDER_LOCK + 1;

const MIGRATIONS: readonly string[] = [
  `
  create table dsta.head (
    stream text collate "C" primary key,
    epoch bigint not null,
    base bigint not null,
    version bigint not null check (version >= base)
  ) with (fillfactor = 70);

  create table dsta.journal (
    stream text collate "C" not null,
    version bigint not null check (version >= 1),
    epoch bigint not null,
    position bigint generated always as identity unique,
    at_ms bigint not null,
    recorded_at timestamptz not null default now(),
    schema smallint not null,
    type text collate "C" not null,
    causation_id text collate "C",
    correlation_id text collate "C",
    data jsonb not null,
    primary key (stream, version)
  );
  create index journal_search on dsta.journal using brin (
    at_ms,
    type text_bloom_ops (n_distinct_per_range = 100),
    (data ->> 'strategyId') text_bloom_ops (n_distinct_per_range = 500),
    (data ->> 'symbol') text_bloom_ops (n_distinct_per_range = 500),
    (data ->> 'orderId') text_bloom_ops (n_distinct_per_range = 2000)
  ) with (pages_per_range = 128, autosummarize = on);

  create table dsta.snapshot (
    stream text collate "C" primary key,
    version bigint not null,
    state jsonb not null,
    saved_at timestamptz not null default now()
  );

  create function dsta.refuse_rewrite() returns trigger language plpgsql as $$
    begin
      raise exception 'the journal is append-only: % refused', tg_op using errcode = 'restrict_violation';
    end $$;
  create trigger journal_append_only before update or delete or truncate on dsta.journal
    for each statement execute function dsta.refuse_rewrite();
  `,
  // 2: appends by COPY, reminders.
  `
  create function dsta.advance(streams text[], epochs bigint[], bases bigint[], versions bigint[]) returns void language plpgsql as $$
    declare
      advanced bigint;
    begin
      update dsta.head h set epoch = g.epoch, base = g.base, version = g.version
        from (select * from unnest(streams, epochs, bases, versions) as u (stream, epoch, base, version) order by stream) as g
        where h.stream = g.stream and h.epoch <= g.epoch and h.version = g.base;
      get diagnostics advanced = row_count;
      if advanced <> cardinality(streams) then
        raise exception 'a stream of the batch stands elsewhere' using errcode = '${REFUSED}';
      end if;
      perform pg_advisory_xact_lock(${ORDER_LOCK});
    end $$;

  create table dsta.reminder (
    actor_kind text collate "C",
    actor_id text collate "C",
    name text collate "C",
    due_ms bigint not null,
    message text collate "C" not null,
    params jsonb not null,
    epoch bigint not null,
    set_at timestamptz not null default now(),
    primary key (actor_kind, actor_id, name)
  );
  `,
];

/**
 * Brings the database to this version's schema; does nothing when it is there.
 * @throws {DstaError} JOURNAL_SCHEMA_NEWER, JOURNAL_NOT_DURABLE (the server runs with fsync off)
 */
export async function migrate(client: pg.ClientBase): Promise<void> {
  await requireFsync(client);
  await client.query("begin");
  try {
    await client.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    await client.query("create schema if not exists dsta");
    await client.query(`create table if not exists dsta.migration (
      version integer primary key, applied_at timestamptz not null default now())`);
    const { rows } = await client.query<{ version: number }>("select coalesce(max(version), 0) as version from dsta.migration");
    const applied = rows[0]!.version;
    if (applied > MIGRATIONS.length) {
      const known = `this one knows ${MIGRATIONS.length}`;
      const message = `the journal's schema is version ${applied}, written by a newer program (${known}); upgrade this node`;
      throw new DstaError("JOURNAL_SCHEMA_NEWER", message, { code: 500, data: { applied, known: MIGRATIONS.length } });
    }
    for (let version = applied + 1; version <= MIGRATIONS.length; version++) {
      await client.query(MIGRATIONS[version - 1]!);
      await client.query("insert into dsta.migration (version) values ($1)", [version]);
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

async function requireFsync(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ fsync: string }>("select current_setting('fsync') as fsync");
  if (rows[0]!.fsync === "on") return;
  const message = "PostgreSQL runs with fsync = off: an acknowledged event could be lost; set fsync = on for the journal's server";
  throw new DstaError("JOURNAL_NOT_DURABLE", message, { code: 500 });
}
