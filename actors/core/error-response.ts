/**
 * Turns anything thrown into the one error shape of the API:
 * `{"error": {"type", "message", "retryable", "data", "requestId"}}`.
 * Expected failures keep their type, code and data. Failures of the mesh become 503 and 504. Everything else is a bare
 * INTERNAL (500): no message, stack or data of it leaves the process; the log has them under the request's id.
 */
import { DstaError, isExpected } from "../../domain/kernel/errors.ts";

export interface ErrorBody {
  readonly error: {
    readonly type: string;
    readonly message: string;
    readonly retryable: boolean;
    readonly data: Readonly<Record<string, unknown>>;
    readonly requestId: string;
  };
}

const MESH_FAILURES: Readonly<Record<string, DstaError>> = {
  REQUEST_TIMEOUT: new DstaError("TIMEOUT", "no answer in time; whether it was carried out is not known", { code: 504, retryable: true }),
  SERVICE_NOT_FOUND: new DstaError("SERVICE_UNAVAILABLE", "this part of the floor is not running", { code: 503, retryable: true }),
  SERVICE_NOT_AVAILABLE: new DstaError("SERVICE_UNAVAILABLE", "this part of the floor is not running", { code: 503, retryable: true }),
  REQUEST_REJECTED: new DstaError("SERVICE_UNAVAILABLE", "the node that served this is gone; whether it was carried out is not known", {
    code: 503,
    retryable: true,
  }),
  REQUEST_SKIPPED: new DstaError("TIMEOUT", "no time was left to carry it out", { code: 504, retryable: true }),
  QUEUE_FULL: new DstaError("BUSY", "too many requests wait for this part of the floor", {
    code: 503,
    retryable: true,
    data: { retryAfterMs: 1_000 },
  }),
};

const INTERNAL = new DstaError("INTERNAL", "something went wrong inside; the log has it under this request id", { code: 500 });

/** What the caller is told. */
export function publicError(error: unknown): DstaError {
  if (!isExpected(error)) return INTERNAL;
  const mesh = MESH_FAILURES[error.type];
  if (mesh) return mesh;
  const { code, retryable } = error as { code: unknown; retryable?: unknown };
  if (typeof code !== "number" || code < 400 || code > 599) return INTERNAL;
  if (error.name !== "DstaError" && code >= 500) return INTERNAL;
  return new DstaError(error.type, error.message, { code, retryable: retryable === true, data: error.data ?? {} });
}

export function errorBody(error: DstaError, requestId: string): ErrorBody {
  return { error: { type: error.type, message: error.message, retryable: error.retryable, data: error.data, requestId } };
}

/** Headers that go with the error: when to come back, which methods there are, how to log in. */
export function errorHeaders(error: DstaError): Record<string, string> {
  const headers: Record<string, string> = {};
  const { retryAfterMs, allow } = error.data;
  if (typeof retryAfterMs === "number") headers["Retry-After"] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  if (error.code === 405 && Array.isArray(allow)) headers["Allow"] = allow.join(", ");
  if (error.code === 401) headers["WWW-Authenticate"] = "Bearer";
  return headers;
}
