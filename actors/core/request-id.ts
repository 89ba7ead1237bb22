/** Ids of requests: a prefix of this process, drawn at its start, and a counter. Unique, and cheap on the hot path. */
import { randomBytes } from "node:crypto";

const GIVEN = /^[A-Za-z0-9._:-]{1,64}$/;
const PREFIX = randomBytes(6).toString("hex");

let made = 0;

/** The caller's own id when it is harmless, else a new one. */
export function requestIdOf(given: string | readonly string[] | undefined): string {
  return typeof given === "string" && GIVEN.test(given) ? given : newRequestId();
}

export function newRequestId(): string {
  made++;
  return `${PREFIX}-${made}`;
}
