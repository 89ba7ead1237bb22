/**
 * How data of research is refused: each error names the file as the caller named it, never where it lies, the line
 * where there is one, and what was expected.
 */
import { DstaError } from "../../domain/kernel/errors.ts";

/** A file by the name the caller gave and the path it lies at. */
export interface DataFile {
  readonly name: string;
  readonly path: string;
}

interface Details {
  readonly line?: number;
  readonly cause?: unknown;
}

/** Rows that cannot be trusted: DATA_BAD. */
export function dataBad(name: string, why: string, details: Details = {}): DstaError {
  return refused("DATA_BAD", name, why, details);
}

/** No rows to work with: DATA_EMPTY. */
export function dataEmpty(name: string, why: string, details: Details = {}): DstaError {
  return refused("DATA_EMPTY", name, why, details);
}

/** Not a table this program reads, or bytes that do not decompress: DATA_UNREADABLE. */
export function dataUnreadable(name: string, why: string, details: Details = {}): DstaError {
  return refused("DATA_UNREADABLE", name, why, details);
}

export function dataNotFound(name: string, why = "the file does not exist", cause?: unknown): DstaError {
  return new DstaError("DATA_NOT_FOUND", `${name}: ${why}`, { code: 404, data: { file: name, expected: why }, cause });
}

function refused(type: string, name: string, why: string, { line, cause }: Details): DstaError {
  const where = line === undefined ? name : `${name}, line ${line}`;
  return new DstaError(type, `${where}: ${why}`, { data: { file: name, expected: why, ...(line === undefined ? {} : { line }) }, cause });
}
