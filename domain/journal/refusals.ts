/** The expected failures of a journal, worded once for every store. */
import { DstaError } from "../kernel/errors.ts";
import type { StreamHead } from "./journal.ts";

/** Somebody took the stream over: the holder of `epoch` must stop acting. */
export function fenced(stream: string, epoch: bigint, head: StreamHead): DstaError {
  return new DstaError("FENCED", `stream ${stream} is at epoch ${head.epoch}; epoch ${epoch} may no longer append`, {
    code: 409,
    data: { stream, epoch: String(epoch), currentEpoch: String(head.epoch) },
  });
}

export function versionConflict(stream: string, expectedVersion: number, head: StreamHead): DstaError {
  return new DstaError("VERSION_CONFLICT", `stream ${stream} is at version ${head.version}, not ${expectedVersion}`, {
    code: 409,
    data: { stream, expectedVersion, currentVersion: head.version },
  });
}

export function journalFull(limit: number): DstaError {
  const message = `the journal's queue is full (${limit} appends wait); the sink is slower than its callers`;
  return new DstaError("JOURNAL_FULL", message, { code: 503, retryable: true, data: { limit } });
}

export function journalUnavailable(why: string, cause?: unknown): DstaError {
  return new DstaError("JOURNAL_UNAVAILABLE", `the journal cannot be reached: ${why}`, {
    code: 503,
    retryable: true,
    data: { why },
    ...(cause === undefined ? {} : { cause }),
  });
}
