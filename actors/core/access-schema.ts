/**
 * Tables of the access store, created when missing. Idempotent and safe when several nodes start together: the whole
 * migration runs in one transaction under an advisory lock.
 *
 * Holds no secret in the clear: passwords as argon2id hashes, refresh tokens as SHA-256. The signing key is the one
 * exception; who reads the database can sign, so the database is part of the trusted base.
 */
import type { Pool, PoolClient } from "pg";

/** Any constant that no other migration of the platform uses. */
const MIGRATION_LOCK = 7_202_610;

const STATEMENTS = [
  "create schema if not exists dsta",
  `create table if not exists dsta.access_user (
     name text primary key,
     role text not null check (role in ('Admin', 'Trader', 'Analyst', 'Bot')),
     password_hash text not null,
     created_at_ms bigint not null,
     updated_at_ms bigint not null
   )`,
  `create table if not exists dsta.access_refresh (
     token_hash bytea primary key,
     family text not null,
     user_name text not null references dsta.access_user (name) on delete cascade,
     created_at_ms bigint not null,
     expires_at_ms bigint not null,
     used_at_ms bigint,
     revoked_at_ms bigint
   )`,
  "create index if not exists access_refresh_family on dsta.access_refresh (family)",
  "create index if not exists access_refresh_user on dsta.access_refresh (user_name)",
  "create index if not exists access_refresh_expiry on dsta.access_refresh (expires_at_ms)",
  `create table if not exists dsta.access_key (
     kid text primary key,
     secret bytea not null check (octet_length(secret) >= 32),
     created_at_ms bigint not null
   )`,
];

export async function migrateAccess(pool: Pool): Promise<void> {
  await underLock(pool, async (client) => {
    for (const statement of STATEMENTS) await client.query(statement);
  });
}

/** Runs `work` in a transaction that no other node's migration or key creation overlaps. */
export async function underLock<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
