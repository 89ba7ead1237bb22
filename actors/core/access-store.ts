/**
 * Users, refresh tokens and the signing key in PostgreSQL. Each change of a refresh token is one statement, so two
 * uses of the same token cannot both succeed. Times are UTC milliseconds given by the caller.
 */
import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { isRole, type Role } from "../../domain/access/roles.ts";
import { invariant } from "../../domain/kernel/errors.ts";
import { underLock } from "./access-schema.ts";

export interface UserRecord {
  readonly name: string;
  readonly role: Role;
  readonly passwordHash: string;
}

export interface SigningKey {
  readonly kid: string;
  readonly secret: Uint8Array;
}

export interface NewRefresh {
  readonly tokenHash: Buffer;
  readonly atMs: number;
  readonly expiresAtMs: number;
}

/** What became of a refresh token that was presented. */
export type Rotation =
  | { readonly kind: "rotated"; readonly family: string; readonly user: UserRecord }
  | { readonly kind: "reused"; readonly family: string }
  | { readonly kind: "expired" }
  | { readonly kind: "unknown" };

export class AccessStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async user(name: string): Promise<UserRecord | null> {
    const { rows } = await this.#pool.query("select name, role, password_hash from dsta.access_user where name = $1", [name]);
    return rows[0] ? asUser(rows[0]) : null;
  }

  /** False when the name is taken. */
  async createUser(user: UserRecord, atMs: number): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `insert into dsta.access_user (name, role, password_hash, created_at_ms, updated_at_ms)
       values ($1, $2, $3, $4, $4) on conflict (name) do nothing`,
      [user.name, user.role, user.passwordHash, atMs],
    );
    return rowCount === 1;
  }

  /** Sets the password and ends every login of the user. */
  async setPassword(name: string, passwordHash: string, atMs: number): Promise<void> {
    await this.#pool.query(
      `with changed as (update dsta.access_user set password_hash = $2, updated_at_ms = $3 where name = $1 returning name)
       update dsta.access_refresh set revoked_at_ms = $3 from changed where user_name = changed.name and revoked_at_ms is null`,
      [name, passwordHash, atMs],
    );
  }

  /** Stores the first token of a login and forgets tokens past their expiry. */
  async openFamily(family: string, userName: string, token: NewRefresh): Promise<void> {
    await this.#pool.query("delete from dsta.access_refresh where expires_at_ms < $1", [token.atMs]);
    await this.#pool.query(
      "insert into dsta.access_refresh (token_hash, family, user_name, created_at_ms, expires_at_ms) values ($1, $2, $3, $4, $5)",
      [token.tokenHash, family, userName, token.atMs, token.expiresAtMs],
    );
  }

  /** Exchanges a token for `next`, once. A second use revokes the whole family. */
  async rotate(tokenHash: Buffer, next: NewRefresh): Promise<Rotation> {
    const { rows } = await this.#pool.query(
      `with used as (
         update dsta.access_refresh set used_at_ms = $2
         where token_hash = $1 and used_at_ms is null and revoked_at_ms is null and expires_at_ms > $2
         returning family, user_name
       ), stored as (
         insert into dsta.access_refresh (token_hash, family, user_name, created_at_ms, expires_at_ms)
         select $3, family, user_name, $2, $4 from used
         returning family, user_name
       )
       select stored.family, u.name, u.role, u.password_hash from stored join dsta.access_user u on u.name = stored.user_name`,
      [tokenHash, next.atMs, next.tokenHash, next.expiresAtMs],
    );
    const row = rows[0];
    if (row) return { kind: "rotated", family: String(row.family), user: asUser(row) };
    return this.#whyRefused(tokenHash, next.atMs);
  }

  async #whyRefused(tokenHash: Buffer, atMs: number): Promise<Rotation> {
    const { rows } = await this.#pool.query("select family, used_at_ms from dsta.access_refresh where token_hash = $1", [tokenHash]);
    const row = rows[0];
    if (!row) return { kind: "unknown" };
    if (row.used_at_ms === null) return { kind: "expired" };
    await this.revokeFamily(String(row.family), atMs);
    return { kind: "reused", family: String(row.family) };
  }

  /** The login a token belongs to, whatever its state. */
  async familyOf(tokenHash: Buffer): Promise<{ family: string; userName: string } | null> {
    const { rows } = await this.#pool.query("select family, user_name from dsta.access_refresh where token_hash = $1", [tokenHash]);
    const row = rows[0];
    return row ? { family: String(row.family), userName: String(row.user_name) } : null;
  }

  async revokeFamily(family: string, atMs: number): Promise<void> {
    await this.#pool.query("update dsta.access_refresh set revoked_at_ms = $2 where family = $1 and revoked_at_ms is null", [family, atMs]);
  }

  /** The key all nodes sign with, created by whoever comes first. */
  async signingKey(atMs: number): Promise<SigningKey> {
    return underLock(this.#pool, async (client) => {
      const { rows } = await client.query("select kid, secret from dsta.access_key order by created_at_ms, kid limit 1");
      if (rows[0]) return { kid: String(rows[0].kid), secret: new Uint8Array(rows[0].secret as Buffer) };
      const key = { kid: randomBytes(8).toString("hex"), secret: new Uint8Array(randomBytes(32)) };
      await client.query("insert into dsta.access_key (kid, secret, created_at_ms) values ($1, $2, $3)", [
        key.kid,
        Buffer.from(key.secret),
        atMs,
      ]);
      return key;
    });
  }
}

function asUser(row: Record<string, unknown>): UserRecord {
  const role = String(row["role"]);
  invariant(isRole(role), `dsta.access_user holds an unknown role ${role}`);
  return { name: String(row["name"]), role, passwordHash: String(row["password_hash"]) };
}
