/**
 * A failure as plain data, for what goes from thread to thread: structured clone keeps an Error's message and loses its
 * type. Expected failures come back as `DstaError`, everything else as `InvariantError` with the stack it had there.
 */
import { DstaError, InvariantError, isExpected, messageOf } from "./errors.ts";

export type ErrorRecord =
  | {
      readonly kind: "expected";
      readonly type: string;
      readonly message: string;
      readonly code: number;
      readonly retryable: boolean;
      readonly data: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "broken"; readonly message: string; readonly stack: string };

export function encodeError(error: unknown): ErrorRecord {
  if (!isExpected(error)) return { kind: "broken", message: messageOf(error), stack: error instanceof Error ? (error.stack ?? "") : "" };
  const { type, message, code, retryable } = error;
  return { kind: "expected", type, message, code, retryable, data: cloneable(error.data) };
}

export function decodeError(error: ErrorRecord): Error {
  if (error.kind === "expected") {
    const { type, message, code, retryable, data } = error;
    return new DstaError(type, message, { code, retryable, data });
  }
  const broken = new InvariantError(error.message);
  broken.stack = error.stack;
  return broken;
}

/** An author may throw anything; functions and the like stay behind as texts. */
function cloneable(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, typeof value === "object" || typeof value === "function" ? String(value) : value]),
  );
}
