/**
 * Whose turn it is in the execution stream. Positions and risk fold the same stream from live messages and from the
 * journal, so an event may come twice; none may be left out.
 */
import { DstaError } from "../kernel/errors.ts";

/**
 * True when `version` is the next event, false when it was folded before.
 * @throws {DstaError} EXECUTION_GAP (retryable) when events between are missing.
 */
export function takesTurn(appliedVersion: number, version: number): boolean {
  if (version <= appliedVersion) return false;
  if (version === appliedVersion + 1) return true;
  throw new DstaError(
    "EXECUTION_GAP",
    `execution stream: expected version ${appliedVersion + 1}, got ${version}; read the missing events from the journal`,
    {
      retryable: true,
      code: 503,
      data: { field: "version", expected: appliedVersion + 1, got: version },
    },
  );
}
