/**
 * Finished trials in an append-only file of JSON lines. The first line says which run they are of; trials of another
 * spec, other data or other code are refused, because their numbers would not be this run's. A line that a kill cut short
 * is dropped, and its trial runs again; any other damage is told, never skipped.
 * Every append is on the disk (fdatasync) before it resolves.
 */
import { type FileHandle, open } from "node:fs/promises";
import { DstaError, isExpected } from "../../domain/kernel/errors.ts";
import type { RunIdentity } from "./identity.ts";
import type { CheckpointLog, TrialRecord } from "./job.ts";

const FORMAT = 1;
const NEWLINE = 10;

/** Makes the file, or opens the one there is. @throws {DstaError} CHECKPOINT_OTHER, CHECKPOINT_DAMAGED */
export async function openCheckpointFile(path: string, identity: RunIdentity): Promise<CheckpointLog> {
  // Read and append: created when absent, never truncated by opening.
  const file = await open(path, "a+");
  try {
    const { records, endsAt } = await readLines(file, path, identity);
    await file.truncate(endsAt);
    if (endsAt === 0) await write(file, [{ format: FORMAT, ...identity }]);
    return new CheckpointFile(file, records);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class CheckpointFile implements CheckpointLog {
  readonly #file: FileHandle;
  #loaded: readonly TrialRecord[];
  /** Appends one after another. */
  #tail: Promise<void> = Promise.resolve();

  constructor(file: FileHandle, loaded: readonly TrialRecord[]) {
    this.#file = file;
    this.#loaded = loaded;
  }

  load(): Promise<readonly TrialRecord[]> {
    const records = this.#loaded;
    this.#loaded = [];
    return Promise.resolve(records);
  }

  append(records: readonly TrialRecord[]): Promise<void> {
    const written = this.#tail.then(() => write(this.#file, records));
    // Whoever appended is told of the failure; the order of later appends does not hang on it.
    this.#tail = written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#file.close();
  }
}

async function write(file: FileHandle, rows: readonly object[]): Promise<void> {
  await file.appendFile(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  await file.datasync();
}

async function readLines(file: FileHandle, path: string, identity: RunIdentity): Promise<{ records: TrialRecord[]; endsAt: number }> {
  const { size } = await file.stat();
  const records: TrialRecord[] = [];
  let endsAt = 0;
  let number = 0;
  for await (const bytes of linesOf(file)) {
    number++;
    const isLast = endsAt + bytes.length >= size;
    const row = parsed(bytes);
    if (row === null) {
      if (isLast) break;
      throw damaged(path, number);
    }
    if (number === 1) check(row, path, identity);
    else records.push(recordOf(row, path, number));
    endsAt += bytes.length;
  }
  return { records, endsAt };
}

/** Lines with their ends; the last one may have none. Holds one chunk and one line at a time. */
async function* linesOf(file: FileHandle): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield rest;
}

/** Null for a line that is cut short or no JSON. */
function parsed(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  if (bytes.at(-1) !== NEWLINE) return null;
  try {
    const row: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof row === "object" && row !== null ? (row as Readonly<Record<string, unknown>>) : null;
  } catch (error) {
    if (isExpected(error) || !(error instanceof SyntaxError)) throw error;
    return null;
  }
}

function check(header: Readonly<Record<string, unknown>>, path: string, identity: RunIdentity): void {
  if (header["format"] !== FORMAT) throw damaged(path, 1);
  const names = { specHash: "another spec", dataHash: "other data", codeVersion: "another version of the code" } as const;
  for (const [name, other] of Object.entries(names) as [keyof RunIdentity, string][]) {
    if (header[name] === identity[name]) continue;
    throw new DstaError(
      "CHECKPOINT_OTHER",
      `${path}: its trials are of ${other} (${name} ${String(header[name])}, this run's ${identity[name]})`,
      {
        data: { field: name, expected: identity[name], got: String(header[name]) },
      },
    );
  }
}

function recordOf(row: Readonly<Record<string, unknown>>, path: string, line: number): TrialRecord {
  const fits = Number.isSafeInteger(row["trial"]) && typeof row["state"] === "string" && typeof row["params"] === "object";
  if (!fits) throw damaged(path, line);
  return row as unknown as TrialRecord;
}

function damaged(path: string, line: number): DstaError {
  return new DstaError("CHECKPOINT_DAMAGED", `${path}:${line}: expected a line of a checkpoint; the run cannot go on from it`, {
    data: { file: path, line },
  });
}
