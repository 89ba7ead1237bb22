/**
 * What makes two runs the same run: what was asked, of which data, by which code. Owns the hash of a spec; the number of
 * workers and the places of files are left out of it, because neither may change a result: data is known by its own hash.
 */
import { createHash } from "node:crypto";

export interface RunIdentity {
  /** SHA-256 in hex. */
  readonly specHash: string;
  readonly dataHash: string;
  readonly codeVersion: string;
}

const WITHOUT: ReadonlySet<string> = new Set(["workers", "files", "funding"]);

/** SHA-256 in hex of any spec of a job; the order in which fields were written does not matter. */
export function specHash(spec: object): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(spec)))
    .digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([name, field]) => !WITHOUT.has(name) && field !== undefined);
  return Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, sorted(field)]));
}
