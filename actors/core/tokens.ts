/**
 * Access tokens: JWT, HS256, 15 minutes, with `kid`, `iss`, `aud` and the login they belong to (`sid`). Refresh tokens:
 * 256 random bits, 7 days, of which only the SHA-256 is stored. Pins the algorithm: a token that names another one, or
 * another key, is refused (RFC 8725).
 */
import { createHash, randomBytes } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { isRole, type Identity } from "../../domain/access/roles.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { SigningKey } from "./access-store.ts";

export const ACCESS_TTL_MS = 15 * 60_000;
export const REFRESH_TTL_MS = 7 * 24 * 3_600_000;

const ISSUER = "dsta";
const AUDIENCE = "dsta-api";
const ALGORITHM = "HS256";

export interface VerifiedToken {
  readonly identity: Identity;
  /** The login the token came from; null for tokens without one. */
  readonly session: string | null;
  /** Infinity for tokens that live as long as the process. */
  readonly expiresAtMs: number;
}

export async function signAccessToken(key: SigningKey, identity: Identity, session: string, nowMs: number): Promise<string> {
  const seconds = Math.floor(nowMs / 1_000);
  return new SignJWT({ role: identity.role, sid: session })
    .setProtectedHeader({ alg: ALGORITHM, typ: "JWT", kid: key.kid })
    .setSubject(identity.name)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(seconds)
    .setJti(randomBytes(8).toString("hex"))
    .setExpirationTime(seconds + ACCESS_TTL_MS / 1_000)
    .sign(key.secret);
}

/** @throws {DstaError} TOKEN_EXPIRED or TOKEN_INVALID (both 401). */
export async function verifyAccessToken(key: SigningKey, token: string, nowMs: number): Promise<VerifiedToken> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key.secret, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: new Date(nowMs),
      requiredClaims: ["sub", "exp", "sid", "role"],
    });
    const { sub, exp, sid, role } = payload;
    if (protectedHeader.kid !== key.kid || typeof role !== "string" || !isRole(role) || typeof sid !== "string" || !sub || !exp) {
      throw tokenInvalid();
    }
    return { identity: { name: sub, role }, session: sid, expiresAtMs: exp * 1_000 };
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      throw new DstaError("TOKEN_EXPIRED", "the access token has expired: refresh it or log in again", { code: 401, cause: error });
    }
    if (error instanceof errors.JOSEError) throw tokenInvalid(error);
    throw error;
  }
}

export function tokenInvalid(cause?: unknown): DstaError {
  return new DstaError("TOKEN_INVALID", "the access token is not valid: log in again", { code: 401, cause });
}

/** A new opaque token and what is stored of it. */
export function newOpaqueToken(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString("base64url");
  return { token, hash: sha256(token) };
}

export function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
