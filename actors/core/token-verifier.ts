/**
 * Verifies access tokens on the hot path: a token seen before costs one Map look-up until it expires.
 *
 * Bounded: at most 10,000 remembered tokens (the one unused longest is forgotten and verified again when it returns) and
 * 10,000 ended logins (the oldest is forgotten; its access tokens then live out their 15 minutes). Knows one more
 * token, the local operator's, which exists only in this process and in the file the program writes for the CLI.
 */
import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { SigningKey } from "./access-store.ts";
import { ACCESS_TTL_MS, newOpaqueToken, sha256, tokenInvalid, verifyAccessToken, type VerifiedToken } from "./tokens.ts";

const MAX_REMEMBERED = 10_000;
const MAX_TOKEN_LENGTH = 4_096;

/** What the gateway and the streams need of authentication. */
export interface TokenVerifier {
  /** The token's owner, at once when it is remembered. @throws {DstaError} TOKEN_EXPIRED, TOKEN_INVALID (401) */
  verify(token: string): VerifiedToken | Promise<VerifiedToken>;
}

export class CachedVerifier implements TokenVerifier {
  readonly #clock: Clock;
  readonly #key: () => Promise<SigningKey>;
  readonly #remembered = new Map<string, VerifiedToken>();
  readonly #ended = new Map<string, number>();
  #localHash: Buffer | null = null;

  constructor(clock: Clock, key: () => Promise<SigningKey>) {
    this.#clock = clock;
    this.#key = key;
  }

  verify(token: string): VerifiedToken | Promise<VerifiedToken> {
    const known = this.#remembered.get(token);
    if (known === undefined) return this.#verifyNew(token);
    if (known.expiresAtMs > this.#clock.now()) {
      if (this.#remembered.size > MAX_REMEMBERED / 2) this.#remember(token, known);
      return known;
    }
    this.#remembered.delete(token);
    throw new DstaError("TOKEN_EXPIRED", "the access token has expired: refresh it or log in again", { code: 401 });
  }

  /** Ends a login on this node: its access tokens are refused from now on. */
  endSession(session: string): void {
    for (const [token, verified] of this.#remembered) if (verified.session === session) this.#remembered.delete(token);
    this.#ended.set(session, this.#clock.now() + ACCESS_TTL_MS);
    const oldest = this.#ended.keys().next();
    if (this.#ended.size > MAX_REMEMBERED && !oldest.done) this.#ended.delete(oldest.value);
  }

  /** A new token of the local operator, an Admin; the one before ends. */
  createLocalToken(): string {
    const { token, hash } = newOpaqueToken();
    for (const [other, verified] of this.#remembered) if (verified.session === null) this.#remembered.delete(other);
    this.#localHash = hash;
    return token;
  }

  async #verifyNew(token: string): Promise<VerifiedToken> {
    if (token.length === 0 || token.length > MAX_TOKEN_LENGTH) throw tokenInvalid();
    const verified = this.#isLocal(token)
      ? { identity: { name: "local-operator", role: "Admin" as const }, session: null, expiresAtMs: Infinity }
      : await verifyAccessToken(await this.#key(), token, this.#clock.now());
    if (verified.session !== null && (this.#ended.get(verified.session) ?? 0) > this.#clock.now()) throw tokenInvalid();
    this.#remember(token, verified);
    return verified;
  }

  #isLocal(token: string): boolean {
    return this.#localHash !== null && timingSafeEqual(this.#localHash, sha256(token));
  }

  /** Puts the token at the young end. */
  #remember(token: string, verified: VerifiedToken): void {
    this.#remembered.delete(token);
    this.#remembered.set(token, verified);
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size > MAX_REMEMBERED && !oldest.done) this.#remembered.delete(oldest.value);
  }
}
