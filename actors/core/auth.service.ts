/**
 * Authentication: who somebody is. Owns users, logins and tokens (tables of access-schema.ts) and answers `auth.*`.
 *
 * Invariants: a refresh token works once, and a second use ends its whole login; a wrong name and a wrong password look
 * and cost the same; no password, token or hash leaves in an error, an event or a log. Time comes from the clock.
 */
import { randomBytes } from "node:crypto";
import type { Context, ServiceSchema } from "moleculer";
import type { Pool } from "pg";
import { permissionsOf, type Identity } from "../../domain/access/roles.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import { migrateAccess } from "./access-schema.ts";
import { AccessStore, type SigningKey, type UserRecord } from "./access-store.ts";
import { LoginLock } from "./login-lock.ts";
import { hashPassword, randomPassword, verifyPassword } from "./password.ts";
import { CachedVerifier, type TokenVerifier } from "./token-verifier.ts";
import { ACCESS_TTL_MS, newOpaqueToken, REFRESH_TTL_MS, sha256, signAccessToken } from "./tokens.ts";

export interface AuthDeps {
  /** With an `error` handler of its owner; not closed here. */
  readonly pool: Pool;
  readonly clock: Clock;
}

export interface AuthMeta {
  user?: Identity | null;
  /** Login the access token belongs to. */
  session?: string | null;
  /** Address of the caller, for the lock-out. */
  remoteAddress?: string;
}

export interface AdminCreated {
  readonly created: boolean;
  /** The generated password, told this once; null when it was given or the user was there. */
  readonly password: string | null;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly tokenType: "Bearer";
  readonly expiresInSeconds: number;
  readonly user: { readonly name: string; readonly role: string; readonly permissions: string[] };
}

export interface Auth {
  readonly schema: ServiceSchema;
  readonly verifier: TokenVerifier;
  /** Creates the tables and the signing key; also done when the service starts. */
  prepare(): Promise<void>;
  /** Makes sure `admin` exists; a given password that differs replaces the stored one and ends its logins. */
  ensureAdmin(options?: { password?: string | undefined }): Promise<AdminCreated>;
  /** A token for programs on this machine, valid while the process lives; the one before ends. */
  createLocalToken(): string;
}

const ADMIN = "admin";

class Authenticator {
  readonly #store: AccessStore;
  readonly #clock: Clock;
  readonly #lock: LoginLock;
  readonly verifier: CachedVerifier;
  readonly #pool: Pool;
  #key: Promise<SigningKey> | null = null;

  constructor(deps: AuthDeps) {
    this.#pool = deps.pool;
    this.#store = new AccessStore(deps.pool);
    this.#clock = deps.clock;
    this.#lock = new LoginLock(deps.clock);
    this.verifier = new CachedVerifier(deps.clock, () => this.key());
  }

  /** The signing key, loaded once; a failed load is tried again by the next caller. */
  key(): Promise<SigningKey> {
    this.#key ??= this.#load().catch((error: unknown) => {
      this.#key = null;
      throw error;
    });
    return this.#key;
  }

  async #load(): Promise<SigningKey> {
    await migrateAccess(this.#pool);
    return this.#store.signingKey(this.#clock.now());
  }

  async ensureAdmin(given: string | undefined): Promise<AdminCreated> {
    await this.key();
    const stored = await this.#store.user(ADMIN);
    if (!stored) {
      const password = given ?? randomPassword();
      const record: UserRecord = { name: ADMIN, role: "Admin", passwordHash: await hashPassword(password) };
      if (await this.#store.createUser(record, this.#clock.now()))
        return { created: true, password: given === undefined ? password : null };
    } else if (given !== undefined && !(await verifyPassword(stored.passwordHash, given))) {
      await this.#store.setPassword(ADMIN, await hashPassword(given), this.#clock.now());
    }
    return { created: false, password: null };
  }

  async login(name: string, password: string, address: string): Promise<Tokens> {
    this.#lock.attempt(name, address);
    const user = await this.#store.user(name);
    if (!(await verifyPassword(user?.passwordHash ?? null, password)) || !user) {
      throw new DstaError("LOGIN_FAILED", "name or password is wrong", { code: 401 });
    }
    this.#lock.forgive(name, address);
    const family = randomBytes(16).toString("hex");
    const refresh = this.#newRefresh();
    await this.#store.openFamily(family, user.name, refresh.stored);
    return this.#tokens(user, family, refresh.token);
  }

  async refresh(token: string | undefined): Promise<Tokens> {
    if (!token) throw new DstaError("REFRESH_REQUIRED", "no refresh token in the body or the cookie", { code: 401 });
    const next = this.#newRefresh();
    const rotation = await this.#store.rotate(sha256(token), next.stored);
    if (rotation.kind === "rotated") return this.#tokens(rotation.user, rotation.family, next.token);
    if (rotation.kind === "reused") {
      this.verifier.endSession(rotation.family);
      throw new DstaError("REFRESH_REUSED", "this refresh token was used before: the login has been ended, log in again", { code: 401 });
    }
    if (rotation.kind === "expired") throw new DstaError("REFRESH_EXPIRED", "the login has ended: log in again", { code: 401 });
    throw new DstaError("REFRESH_INVALID", "the refresh token is not known: log in again", { code: 401 });
  }

  /** Ends the login of the access token, and that of the refresh token when it is the caller's own. */
  async logout(meta: AuthMeta, refreshToken: string | undefined): Promise<void> {
    const families = new Set<string>();
    if (meta.session) families.add(meta.session);
    const other = refreshToken ? await this.#store.familyOf(sha256(refreshToken)) : null;
    if (other && other.userName === meta.user?.name) families.add(other.family);
    for (const family of families) {
      await this.#store.revokeFamily(family, this.#clock.now());
      this.verifier.endSession(family);
    }
  }

  #newRefresh() {
    const { token, hash } = newOpaqueToken();
    const atMs = this.#clock.now();
    return { token, stored: { tokenHash: hash, atMs, expiresAtMs: atMs + REFRESH_TTL_MS } };
  }

  async #tokens(user: UserRecord, family: string, refreshToken: string): Promise<Tokens> {
    const accessToken = await signAccessToken(await this.key(), user, family, this.#clock.now());
    return { accessToken, refreshToken, tokenType: "Bearer", expiresInSeconds: ACCESS_TTL_MS / 1_000, user: describe(user) };
  }
}

function describe(identity: Identity): { name: string; role: string; permissions: string[] } {
  return { name: identity.name, role: identity.role, permissions: permissionsOf(identity.role) };
}

export function createAuth(deps: AuthDeps): Auth {
  const authenticator = new Authenticator(deps);
  const schema: ServiceSchema = {
    name: "auth",
    actions: {
      login: {
        handler: (ctx: Context<{ name: string; password: string }, AuthMeta>) =>
          authenticator.login(ctx.params.name, ctx.params.password, ctx.meta.remoteAddress ?? "internal"),
      },
      refresh: {
        handler: (ctx: Context<{ refreshToken?: string }, AuthMeta>) => authenticator.refresh(ctx.params.refreshToken),
      },
      logout: {
        async handler(ctx: Context<{ refreshToken?: string }, AuthMeta>) {
          await authenticator.logout(ctx.meta, ctx.params.refreshToken);
          return { ok: true };
        },
      },
      validate: {
        handler(ctx: Context<unknown, AuthMeta>) {
          const user = ctx.meta.user;
          if (!user) throw new DstaError("AUTH_REQUIRED", "log in first", { code: 401 });
          return describe(user);
        },
      },
    },
    started: () => authenticator.key().then(() => undefined),
  };
  return {
    schema,
    verifier: authenticator.verifier,
    prepare: () => authenticator.key().then(() => undefined),
    ensureAdmin: (options = {}) => authenticator.ensureAdmin(options.password),
    createLocalToken: () => authenticator.verifier.createLocalToken(),
  };
}
