/**
 * The audit log in table `dsta.audit_entry`: who did what, for good. An entry is stored once, whatever comes again;
 * nothing here changes or removes one, and the table refuses it as well.
 */
import type { Pool } from "pg";
import type { AuditRow } from "../../domain/contract/views.ts";

export interface StoredEntry extends AuditRow {
  readonly recordedPosition: string;
}

export interface AuditPage {
  /** Of one person; of everybody when null. */
  readonly by: string | null;
  readonly limit: number;
  /** Only entries recorded before this position. */
  readonly before?: string;
}

/** Any constant that no other migration of the platform uses. */
const MIGRATION_LOCK = 7_202_612;

const TABLES = `
  do $$ begin
    perform pg_advisory_xact_lock(${MIGRATION_LOCK});
    create schema if not exists dsta;
    if to_regclass('dsta.audit_entry') is null then
      create table dsta.audit_entry (
        event_id text primary key,
        position bigint not null,
        at_ms bigint not null,
        by_name text not null,
        action text not null,
        target text not null,
        reason text,
        detail jsonb not null
      );
      create index audit_entry_position on dsta.audit_entry (position desc);
      create index audit_entry_by on dsta.audit_entry (by_name, position desc);
      create or replace function dsta.refuse_audit_rewrite() returns trigger language plpgsql as $body$
        begin
          raise exception 'the audit log is append-only: % refused', tg_op using errcode = 'restrict_violation';
        end $body$;
      create trigger audit_append_only before update or delete or truncate on dsta.audit_entry
        for each statement execute function dsta.refuse_audit_rewrite();
    end if;
  end $$`;

export class AuditStore {
  readonly #pool: Pool;
  #ready: Promise<void> | null = null;

  /** The pool has an `error` handler of its owner and is not closed here. */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Creates the table when missing; nodes may start together. A failed attempt is made again by the next caller. */
  prepare(): Promise<void> {
    this.#ready ??= this.#pool.query(TABLES).then(
      () => undefined,
      (error: unknown) => {
        this.#ready = null;
        throw error;
      },
    );
    return this.#ready;
  }

  async add(entry: StoredEntry): Promise<void> {
    await this.prepare();
    const { eventId, recordedPosition, atMs, by, action, target, reason, detail } = entry;
    await this.#pool.query(
      `insert into dsta.audit_entry (event_id, position, at_ms, by_name, action, target, reason, detail)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (event_id) do nothing`,
      [eventId, recordedPosition, atMs, by, action, target, reason, JSON.stringify(detail)],
    );
  }

  /** Newest first. */
  async page({ by, limit, before }: AuditPage): Promise<StoredEntry[]> {
    await this.prepare();
    const { rows } = await this.#pool.query<Record<string, unknown>>(
      `select event_id, position, at_ms, by_name, action, target, reason, detail from dsta.audit_entry
       where ($1::text is null or by_name = $1) and ($2::bigint is null or position < $2) order by position desc limit $3`,
      [by, before ?? null, limit],
    );
    return rows.map((row) => ({
      eventId: String(row["event_id"]),
      recordedPosition: String(row["position"]),
      atMs: Number(row["at_ms"]),
      by: String(row["by_name"]),
      action: row["action"] as AuditRow["action"],
      target: String(row["target"]),
      reason: row["reason"] as string | null,
      detail: row["detail"] as AuditRow["detail"],
    }));
  }
}
