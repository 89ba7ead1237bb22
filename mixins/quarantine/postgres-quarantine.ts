/**
 * Quarantine in PostgreSQL, table `dsta.quarantine`, which all nodes share. `prepare` makes the table, under a lock so
 * that nodes may start together. What the database refuses or does not answer is QUARANTINE_UNAVAILABLE: whoever wanted to
 * run the actor tries again instead of running it unasked.
 */
import type { Pool } from "pg";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import type { Quarantine, QuarantineRecord } from "./quarantine.ts";

/** Any constant that no other migration of the platform uses. */
const MIGRATION_LOCK = 7_202_613;

/** Several statements in one query are one transaction. */
const PREPARE = `
  select pg_advisory_xact_lock(${MIGRATION_LOCK});
  create schema if not exists dsta;
  create table if not exists dsta.quarantine (
    actor text collate "C" primary key,
    reason text not null,
    node text not null,
    at_ms bigint not null
  );
`;

export class PostgresQuarantine implements Quarantine {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async prepare(): Promise<void> {
    await this.#query(PREPARE);
  }

  async of(actorId: string): Promise<QuarantineRecord | null> {
    const row = (await this.#query("select reason, node, at_ms from dsta.quarantine where actor = $1", [actorId]))[0];
    return row ? { actorId, reason: String(row["reason"]), node: String(row["node"]), atMs: Number(row["at_ms"]) } : null;
  }

  async put({ actorId, reason, node, atMs }: QuarantineRecord): Promise<void> {
    await this.#query(
      `insert into dsta.quarantine (actor, reason, node, at_ms) values ($1, $2, $3, $4)
       on conflict (actor) do update set reason = excluded.reason, node = excluded.node, at_ms = excluded.at_ms`,
      [actorId, reason, node, atMs],
    );
  }

  async clear(actorId: string): Promise<void> {
    await this.#query("delete from dsta.quarantine where actor = $1", [actorId]);
  }

  async #query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> {
    try {
      // Without values the text may hold several statements.
      return (await (values === undefined ? this.#pool.query(text) : this.#pool.query(text, [...values]))).rows as Record<
        string,
        unknown
      >[];
    } catch (error) {
      throw new DstaError("QUARANTINE_UNAVAILABLE", `the quarantine cannot be read or written: ${messageOf(error)}`, {
        code: 503,
        retryable: true,
        cause: error,
      });
    }
  }
}
