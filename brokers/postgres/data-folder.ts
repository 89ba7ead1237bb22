/**
 * The folder where one node keeps everything on disk, marked by `dsta.json` and held by one process at a time.
 *
 * Refuses a folder with somebody else's files, a marker it cannot read or that a newer version wrote, a folder of
 * another kind, one it cannot write, and one another process holds. Never deletes what it did not write.
 * Invariant: between `openDataFolder` and `close` no other process of this machine has the folder open.
 */
import { randomBytes } from "node:crypto";
import { access, chmod, constants, link, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DstaError } from "../../domain/kernel/errors.ts";
import { takeFolderLock } from "./folder-lock.ts";

/** What the folder holds: a trading floor's books of record, a node's log, a cluster's servers, or a replay's throw-away journal. */
export type DataFolderKind = "floor" | "node" | "cluster" | "replay" | "backtest" | "test";

export interface DataFolder {
  /** Absolute path. */
  readonly path: string;
  readonly kind: DataFolderKind;
  /** When the folder was first created, UTC ms. */
  readonly createdAtMs: number;
  /** Gives the folder to the next process; closing twice does nothing. */
  close(): Promise<void>;
}

const MARKER = "dsta.json";
/** Marker files being written begin with this; they do not make a folder foreign. */
/** What the research verbs leave there, which run without a floor and before there is one. */
const RESEARCH = "research";
const DRAFT_PREFIX = "dsta.json.";
const LAYOUT = 1;

/**
 * Opens, or creates with mode 0700, the data folder at `path`.
 * @throws {DstaError} DATA_FOLDER_FOREIGN, DATA_FOLDER_CORRUPT, DATA_FOLDER_UNWRITABLE, DATA_FOLDER_IN_USE (retryable)
 */
export async function openDataFolder(path: string, options: { readonly kind: DataFolderKind }): Promise<DataFolder> {
  const folder = resolve(path);
  try {
    const createdAtMs = await claimFolder(folder, options.kind);
    const lock = await takeFolderLock(join(folder, "lock"));
    if (!lock.taken) {
      const since = new Date(lock.holder.sinceMs).toISOString();
      const advice = `is in use by process ${lock.holder.pid} since ${since}; stop it or choose another folder`;
      throw failure("DATA_FOLDER_IN_USE", folder, advice, {
        code: 409,
        retryable: true,
        data: { pid: lock.holder.pid, since },
      });
    }
    await sweepDrafts(folder);
    return { path: folder, kind: options.kind, createdAtMs, close: lock.release };
  } catch (error) {
    throw explained(error, folder);
  }
}

async function claimFolder(folder: string, kind: DataFolderKind): Promise<number> {
  const created = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (created !== undefined) await chmod(folder, 0o700);
  await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  const entries = await readdir(folder);
  if (!entries.includes(MARKER)) {
    const foreign = entries.filter((name) => !name.startsWith(DRAFT_PREFIX) && name !== RESEARCH);
    if (foreign.length > 0) {
      // Another starter may have written the marker since the listing.
      if ((await readdir(folder)).includes(MARKER)) return readMarker(folder, kind);
      const shown = foreign.slice(0, 3).join(", ");
      throw failure("DATA_FOLDER_FOREIGN", folder, `is not empty and not ours (it holds ${shown}); name an empty or new folder`);
    }
    await chmod(folder, 0o700);
    await writeMarker(folder, kind);
  }
  return readMarker(folder, kind);
}

/** The marker appears whole or not at all; of two starters one wins and both read the winner's. */
async function writeMarker(folder: string, kind: DataFolderKind): Promise<void> {
  const draft = join(folder, `${DRAFT_PREFIX}${randomBytes(6).toString("hex")}`);
  const marker = { product: "dsta", layout: LAYOUT, kind, createdAt: new Date().toISOString() };
  await writeFile(draft, `${JSON.stringify(marker, null, 2)}\n`, { mode: 0o600, flag: "wx", flush: true });
  try {
    await link(draft, join(folder, MARKER));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readMarker(folder: string, kind: DataFolderKind): Promise<number> {
  const marker = parseMarker(await readFile(join(folder, MARKER), "utf8"));
  const createdAtMs = Date.parse(String(marker?.createdAt));
  if (marker?.product !== "dsta" || !Number.isInteger(marker.layout) || Number.isNaN(createdAtMs)) {
    const advice = `has an unreadable ${MARKER}; restore that file from a backup or name another folder`;
    throw failure("DATA_FOLDER_CORRUPT", folder, advice);
  }
  if (Number(marker.layout) > LAYOUT) {
    const layout = String(marker.layout);
    const advice = `has layout ${layout}, written by a newer version (this one knows ${LAYOUT}); upgrade or name another folder`;
    throw failure("DATA_FOLDER_CORRUPT", folder, advice, { data: { layout: marker.layout, known: LAYOUT } });
  }
  if (marker.kind !== kind) {
    throw failure("DATA_FOLDER_FOREIGN", folder, `holds a ${String(marker.kind)}, not a ${kind}; name another folder`, {
      data: { expected: kind, got: marker.kind },
    });
  }
  return createdAtMs;
}

function parseMarker(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Drafts of starters that were killed; we hold the lock and our marker is in place, so none is needed. */
async function sweepDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(DRAFT_PREFIX)) await rm(join(folder, name), { force: true });
  }
}

const UNWRITABLE = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EEXIST", "ENOENT", "ENAMETOOLONG", "ELOOP"]);

function explained(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof DstaError || typeof code !== "string" || !UNWRITABLE.has(code)) return error;
  const advice = `cannot be created or written (${code}); make it a folder this user may write, or name another one`;
  return failure("DATA_FOLDER_UNWRITABLE", folder, advice, { cause: error });
}

function failure(
  type: string,
  folder: string,
  advice: string,
  details: { code?: number; retryable?: boolean; data?: Record<string, unknown>; cause?: unknown } = {},
): DstaError {
  return new DstaError(type, `data folder ${folder} ${advice}`, {
    code: details.code ?? 422,
    retryable: details.retryable ?? false,
    data: { folder, ...details.data },
    ...(details.cause === undefined ? {} : { cause: details.cause }),
  });
}
