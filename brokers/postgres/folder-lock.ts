/**
 * An exclusive lock on a folder that survives kill -9 of its holder and has no race between two starters.
 *
 * Each starter raises a flag (a file of its own whose name says which process it is) and then looks: with any other
 * living process's flag up it takes its own down again and retries after a random pause. Raise-then-look means that
 * of two starters at least one sees the other; nobody ever removes a living process's flag. Flags of dead processes
 * are swept. The flag's name carries the identity, so a torn write cannot corrupt it.
 * Does not protect against a second machine or container that shares the folder: their processes cannot be seen.
 */
import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isAlive, ownIdentity } from "./process-identity.ts";
import type { ProcessIdentity } from "./process-identity.ts";

export interface LockHolder {
  readonly pid: number;
  /** When the holder raised its flag, UTC ms. */
  readonly sinceMs: number;
}

export type LockResult =
  | { readonly taken: true; readonly release: () => Promise<void> }
  | { readonly taken: false; readonly holder: LockHolder };

const FLAG = /^(\d+)\.(\d+|-)\.([0-9a-f]{8}|-)\.[0-9a-f]{12}\.flag$/;
/** Two starters that met this often are told that the folder is in use. */
const ATTEMPTS = 12;
/** A flag younger than this may belong to a starter that is about to give way. */
const SETTLED_AFTER_MS = 400;

/** Takes the lock kept in `lockFolder` (created when missing), or tells who holds it. */
export async function takeFolderLock(lockFolder: string): Promise<LockResult> {
  await mkdir(lockFolder, { recursive: true, mode: 0o700 });
  for (let attempt = 1; ; attempt++) {
    const flag = await raiseFlag(lockFolder);
    const other = await livingFlag(lockFolder, flag);
    if (other === null) return { taken: true, release: () => rm(join(lockFolder, flag), { force: true }) };
    await rm(join(lockFolder, flag), { force: true });
    const settled = Date.now() - other.sinceMs > SETTLED_AFTER_MS;
    if (settled || attempt === ATTEMPTS) return { taken: false, holder: other };
    await pause(5 + Math.random() * 20 * attempt);
  }
}

async function raiseFlag(lockFolder: string): Promise<string> {
  const { pid, startTicks, boot } = ownIdentity();
  const flag = `${pid}.${startTicks ?? "-"}.${boot ?? "-"}.${randomBytes(6).toString("hex")}.flag`;
  const file = await open(join(lockFolder, flag), "wx", 0o600);
  await file.close();
  // The file system's clock may be coarser than ours; the flag's age is compared with Date.now().
  await utimes(join(lockFolder, flag), Date.now() / 1000, Date.now() / 1000);
  return flag;
}

/** Sweeps the flags of dead processes; returns the oldest living one that is not `own`. */
async function livingFlag(lockFolder: string, own: string): Promise<LockHolder | null> {
  let oldest: LockHolder | null = null;
  for (const name of await readdir(lockFolder)) {
    const identity = identityIn(name);
    if (name === own || identity === null) continue;
    if (!isAlive(identity)) {
      await rm(join(lockFolder, name), { force: true });
      continue;
    }
    const sinceMs = await raisedAt(join(lockFolder, name));
    if (sinceMs !== null && (oldest === null || sinceMs < oldest.sinceMs)) oldest = { pid: identity.pid, sinceMs };
  }
  return oldest;
}

function identityIn(name: string): ProcessIdentity | null {
  const match = FLAG.exec(name);
  if (!match) return null;
  const [, pid, startTicks, boot] = match;
  return { pid: Number(pid), startTicks: startTicks === "-" ? null : startTicks!, boot: boot === "-" ? null : boot! };
}

/** Null when the flag was taken down in the meantime. */
async function raisedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
