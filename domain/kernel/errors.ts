/**
 * The two kinds of failure the platform knows.
 *
 * `DstaError` is an expected failure: it has a stable `type` that callers branch on, says whether trying again
 * can help, and survives the wire (Moleculer carries `name`, `type`, `code`, `retryable` and `data`).
 * `InvariantError` is a bug or corrupted state: nobody catches it to go on; the actor that threw it is
 * restarted from the journal.
 */

export interface ErrorDetails {
  /** HTTP status the gateway answers with. Default 422. */
  readonly code?: number;
  /** Whether the same request may succeed later. Default false. */
  readonly retryable?: boolean;
  /** What the caller needs to act: usually `{ field, expected, got }`. Never secrets. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class DstaError extends Error {
  override readonly name = "DstaError";
  /** Stable identifier in SCREAMING_SNAKE_CASE; part of the public contract. */
  readonly type: string;
  readonly code: number;
  readonly retryable: boolean;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(type: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.type = type;
    this.code = details.code ?? 422;
    this.retryable = details.retryable ?? false;
    this.data = details.data ?? {};
  }
}

/** A value from outside that does not fit: names the field and what was expected of it. */
export function invalid(field: string, expected: string, got?: unknown): DstaError {
  const shown = got === undefined ? "" : `, got ${shorten(got)}`;
  return new DstaError("VALIDATION_ERROR", `${field}: expected ${expected}${shown}`, {
    code: 422,
    data: { field, expected, ...(got === undefined ? {} : { got: shorten(got) }) },
  });
}

export function notFound(what: string, id: string): DstaError {
  return new DstaError("NOT_FOUND", `${what} ${id} does not exist`, { code: 404, data: { what, id } });
}

export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** @throws {InvariantError} when `condition` is false: the state can no longer be trusted. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** True for an expected failure, also for one that came over the wire as a plain Error with `type`. */
export function isExpected(error: unknown): error is DstaError {
  return error instanceof Error && typeof (error as { type?: unknown }).type === "string" && !(error instanceof InvariantError);
}

/** The message of anything thrown, for logs and read models. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function shorten(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
