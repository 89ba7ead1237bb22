/**
 * Which system user runs the database server, and which folders that user can reach. PostgreSQL refuses to run as
 * root; under root the server gets an unprivileged user, and every folder above its files must let that user pass.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DstaError } from "../../domain/kernel/errors.ts";

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user to switch to, or null to stay who we are. An existing cluster keeps its owner.
 * @throws {DstaError} EMBEDDED_POSTGRES_OWNER when the files belong to a user we cannot become
 */
export function chooseServerUser(clusterFolder: string): ServerUser | null {
  const uid = process.getuid?.() ?? 0;
  const owner = ownerOf(clusterFolder);
  if (uid !== 0) {
    if (owner === null || owner.uid === uid) return null;
    const message =
      `${clusterFolder} belongs to user id ${owner.uid}, this process runs as ${uid}; ` +
      `run it as user ${owner.uid} or name another data folder`;
    throw new DstaError("EMBEDDED_POSTGRES_OWNER", message, { data: { folder: clusterFolder, owner: owner.uid, uid } });
  }
  if (owner !== null && owner.uid !== 0) return owner;
  return accountNamed("postgres") ?? accountNamed("nobody") ?? { uid: 65_534, gid: 65_534 };
}

/** The topmost folder on the way to `path` (and `path` itself) that `user` may not pass, or null when the way is free. */
export function firstBarrier(path: string, user: ServerUser): string | null {
  const above = dirname(path);
  const barrier = above === path ? null : firstBarrier(above, user);
  if (barrier !== null) return barrier;
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined || !there.isDirectory()) return null;
  return mayPass(there, user) ? null : resolve(path);
}

/** Read and execute bits as the kernel checks them (access lists are not looked at). */
export function mayPass(entry: { mode: number; uid: number; gid: number }, user: ServerUser, bits = 0o1): boolean {
  const shift = entry.uid === user.uid ? 6 : entry.gid === user.gid ? 3 : 0;
  return ((entry.mode >> shift) & bits) === bits;
}

function ownerOf(path: string): ServerUser | null {
  const entry = statSync(path, { throwIfNoEntry: false });
  return entry === undefined ? null : { uid: entry.uid, gid: entry.gid };
}

function accountNamed(name: string): ServerUser | null {
  let accounts: string;
  try {
    accounts = readFileSync("/etc/passwd", "utf8");
  } catch (error) {
    // A minimal container may have no account file; numeric ids work without one.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const fields = accounts
    .split("\n")
    .find((line) => line.startsWith(`${name}:`))
    ?.split(":");
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : null;
}
