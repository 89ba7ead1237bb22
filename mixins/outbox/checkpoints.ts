/**
 * How far an outbox has published, in table `dsta.outbox`. One row a relay, fenced by the epoch of its lease: an older
 * activation that saves is refused, and by that learns that it is no longer the one.
 */
import type { Pool } from "pg";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";

export interface Checkpoints {
  /**
   * Makes `epoch` the relay's own and answers the last position saved, 0 for none.
   * @throws {DstaError} FENCED, OUTBOX_STORE_AWAY (retryable)
   */
  take(name: string, epoch: bigint): Promise<bigint>;
  /** @throws {DstaError} FENCED when another epoch took it, OUTBOX_STORE_AWAY (retryable) */
  save(name: string, epoch: bigint, position: bigint): Promise<void>;
}

/** Any constant that no other migration of the platform uses. */
const MIGRATION_LOCK = 7_202_611;

export class PostgresCheckpoints implements Checkpoints {
  readonly #pool: Pool;

  /** The pool has an `error` handler of its owner and is not closed here. */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Creates the table when missing; nodes may start together. @throws {DstaError} OUTBOX_STORE_AWAY (retryable) */
  async prepare(): Promise<void> {
    await this.#query(`
      do $$ begin
        perform pg_advisory_xact_lock(${MIGRATION_LOCK});
        create schema if not exists dsta;
        create table if not exists dsta.outbox (
          name text collate "C" primary key,
          position bigint not null,
          epoch bigint not null,
          saved_at timestamptz not null default now()
        );
      end $$`);
  }

  async take(name: string, epoch: bigint): Promise<bigint> {
    const rows = await this.#query(
      `insert into dsta.outbox as o (name, position, epoch) values ($1, 0, $2)
       on conflict (name) do update set epoch = excluded.epoch where o.epoch <= excluded.epoch
       returning position`,
      [name, epoch],
    );
    if (rows[0] === undefined) throw fenced(name, epoch);
    return BigInt(String(rows[0]["position"]));
  }

  async save(name: string, epoch: bigint, position: bigint): Promise<void> {
    const rows = await this.#query(
      "update dsta.outbox set position = greatest(position, $3), saved_at = now() where name = $1 and epoch = $2 returning name",
      [name, epoch, position],
    );
    if (rows[0] === undefined) throw fenced(name, epoch);
  }

  async #query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
    try {
      return (await this.#pool.query<Record<string, unknown>>(text, values)).rows;
    } catch (error) {
      const message = `the outbox's checkpoint cannot be reached: ${messageOf(error)}`;
      throw new DstaError("OUTBOX_STORE_AWAY", message, { code: 503, retryable: true, cause: error });
    }
  }
}

function fenced(name: string, epoch: bigint): DstaError {
  const message = `outbox ${name} belongs to a later activation; epoch ${epoch} may no longer publish`;
  return new DstaError("FENCED", message, { code: 409, data: { outbox: name, epoch: String(epoch) } });
}
