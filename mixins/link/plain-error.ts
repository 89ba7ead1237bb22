/**
 * Errors between nodes: an expected one keeps its type, code, retryable and data; anything else becomes INTERNAL, with
 * its message and without its stack. A receiver branches on `type`, as with an error of its own node.
 */
import { DstaError, isExpected, messageOf } from "../../domain/kernel/errors.ts";

export interface PlainError {
  readonly type: string;
  readonly message: string;
  readonly code: number;
  readonly retryable: boolean;
  readonly data: Readonly<Record<string, unknown>>;
}

export function plainError(error: unknown): PlainError {
  if (!isExpected(error)) return { type: "INTERNAL", message: messageOf(error), code: 500, retryable: false, data: {} };
  // Errors of Moleculer have a type too, and not always the other fields.
  const { type, message, code, retryable, data } = error as Partial<DstaError> & { type: string; message: string };
  return {
    type,
    message,
    code: typeof code === "number" ? code : 500,
    retryable: retryable === true,
    data: typeof data === "object" && data !== null ? data : {},
  };
}

export function restoreError(plain: PlainError): DstaError {
  const { type, message, code, retryable, data } = plain;
  return new DstaError(type, message, { code, retryable, data });
}
