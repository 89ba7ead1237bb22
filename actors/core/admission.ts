/**
 * Lets a request in: who sends it, within which budget, and whether they may. Deny by default: only routes marked
 * `open` are answered without an identity. A request without a valid token spends its address' budget.
 */
import type { IncomingMessage } from "node:http";
import { can } from "../../domain/access/roles.ts";
import type { Permission } from "../../domain/contract/routes.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { GatewaySettings } from "./gateway-deps.ts";
import { RateLimit } from "./rate-limit.ts";
import type { TokenVerifier } from "./token-verifier.ts";
import type { VerifiedToken } from "./tokens.ts";

export class Admission {
  readonly #verifier: TokenVerifier;
  readonly #trustProxy: boolean;
  readonly #addresses: RateLimit;
  readonly #users: RateLimit;

  constructor(verifier: TokenVerifier, clock: Clock, settings: GatewaySettings) {
    this.#verifier = verifier;
    this.#trustProxy = settings.trustProxy;
    this.#addresses = new RateLimit(clock, settings.anonymousPerMinute);
    this.#users = new RateLimit(clock, settings.userPerMinute);
  }

  /**
   * Who sends the request; null for nobody. An invalid token is an error on every route but an open one.
   * @throws {DstaError} AUTH_REQUIRED, TOKEN_INVALID, TOKEN_EXPIRED (401), FORBIDDEN (403), RATE_LIMITED (429)
   */
  admit(request: IncomingMessage, permission: Permission): VerifiedToken | null | Promise<VerifiedToken | null> {
    const token = bearerToken(request);
    if (token === null) return this.#anonymous(request, permission);
    let verified: VerifiedToken | Promise<VerifiedToken>;
    try {
      verified = this.#verifier.verify(token);
    } catch (error) {
      return this.#unverified(request, permission, error);
    }
    if (!(verified instanceof Promise)) return this.#known(verified, permission);
    return verified.then(
      (known) => this.#known(known, permission),
      (error: unknown) => this.#unverified(request, permission, error),
    );
  }

  /** The same for a WebSocket upgrade, whose token may come another way and which needs several permissions. */
  async admitStream(request: IncomingMessage, token: string | null, permissions: readonly Permission[]): Promise<VerifiedToken> {
    if (token === null) return this.#anonymous(request, "session") ?? required();
    try {
      const verified = await this.#verifier.verify(token);
      for (const permission of permissions) requirePermission(verified, permission);
      this.#users.take(verified.identity.name);
      return verified;
    } catch (error) {
      if (!(error instanceof DstaError) || error.code === 401) this.#addresses.take(this.address(request));
      throw error;
    }
  }

  address(request: IncomingMessage): string {
    const forwarded = this.#trustProxy ? request.headers["x-forwarded-for"] : undefined;
    const first = typeof forwarded === "string" ? forwarded.split(",", 1)[0]!.trim().slice(0, 64) : "";
    return first || (request.socket.remoteAddress ?? "unknown");
  }

  #known(verified: VerifiedToken, permission: Permission): VerifiedToken {
    this.#users.take(verified.identity.name);
    requirePermission(verified, permission);
    return verified;
  }

  #anonymous(request: IncomingMessage, permission: Permission): null {
    this.#addresses.take(this.address(request));
    return permission === "open" ? null : required();
  }

  #unverified(request: IncomingMessage, permission: Permission, error: unknown): null {
    this.#addresses.take(this.address(request));
    if (permission === "open" && error instanceof DstaError && error.code === 401) return null;
    throw error;
  }
}

/** The token of `Authorization: Bearer`, or null. */
export function bearerToken(request: IncomingMessage): string | null {
  const header = request.headers.authorization;
  return header !== undefined && /^bearer /i.test(header) ? header.slice(7).trim() : null;
}

function requirePermission(verified: VerifiedToken, permission: Permission): void {
  const { name, role } = verified.identity;
  if (can(role, permission)) return;
  throw new DstaError("FORBIDDEN", `${name} is ${role}, which lacks the permission ${permission}`, {
    code: 403,
    data: { permission, role },
  });
}

function required(): never {
  throw new DstaError("AUTH_REQUIRED", "log in first: POST /api/v1/auth/login, then send Authorization: Bearer <accessToken>", {
    code: 401,
  });
}
