/**
 * Passwords as argon2id hashes (RFC 9106; 19 MiB, two passes, one lane: the OWASP minimum). A wrong name costs the same
 * work as a wrong password, and at most eight hashes run at once, so logins cannot exhaust memory or the thread pool.
 */
import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { DstaError, invalid } from "../../domain/kernel/errors.ts";

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const MAX_IN_FLIGHT = 8;
const MIN_LENGTH = 8;
const MAX_LENGTH = 256;

let inFlight = 0;
let decoy: Promise<string> | null = null;

/** @throws {DstaError} VALIDATION_ERROR naming the length, never the password. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < MIN_LENGTH || password.length > MAX_LENGTH) {
    throw invalid("password", `${MIN_LENGTH} to ${MAX_LENGTH} characters`, `${password.length} characters`);
  }
  return hash(password, COST);
}

/**
 * True when the password belongs to the hash. Without a hash (no such user) the same work is done and false returned.
 * @throws {DstaError} BUSY (503) while eight others are being checked.
 */
export async function verifyPassword(storedHash: string | null, password: string): Promise<boolean> {
  if (inFlight >= MAX_IN_FLIGHT) {
    throw new DstaError("BUSY", "too many logins at once", { code: 503, retryable: true, data: { retryAfterMs: 1_000 } });
  }
  inFlight++;
  try {
    decoy ??= hash(randomBytes(16).toString("hex"), COST);
    const matches = await verify(storedHash ?? (await decoy), password);
    return storedHash !== null && matches;
  } finally {
    inFlight--;
  }
}

/** 24 characters of base64url: 144 bits. */
export function randomPassword(): string {
  return randomBytes(18).toString("base64url");
}
