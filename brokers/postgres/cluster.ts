/**
 * The files of one embedded PostgreSQL cluster: where they lie, whether they are whole, and their first creation.
 *
 * Layout: `<data folder>/postgres/{data, server.log, initialised.json}` and `<data folder>/postgres-password` (0600).
 * Started as root below a folder the server's user cannot pass (a 0700 home), the cluster goes to /var/lib/dsta (to the
 * temporary folder when the data folder itself lies there) and `postgres-location.json` remembers the place.
 * Invariant: `data` without `initialised.json` is deleted only when `initialising` says that we never finished it.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { promisify } from "node:util";
import { DstaError } from "../../domain/kernel/errors.ts";
import { prepareBinaries } from "./binaries.ts";
import type { Binaries } from "./binaries.ts";
import { chooseServerUser, firstBarrier } from "./server-user.ts";
import type { ServerUser } from "./server-user.ts";

export interface Cluster {
  /** PGDATA. */
  readonly dataFolder: string;
  readonly logFile: string;
  readonly password: string;
  readonly binaries: Binaries;
  /** User to run the server as, or null for our own. */
  readonly user: ServerUser | null;
}

export const SUPERUSER = "dsta";
const run = promisify(execFile);

/**
 * Finds or creates the cluster of a data folder. An existing one is never initialised again.
 * @throws {DstaError} EMBEDDED_POSTGRES_CORRUPT, EMBEDDED_POSTGRES_INIT_FAILED, EMBEDDED_POSTGRES_UNREACHABLE,
 *   EMBEDDED_POSTGRES_UNSUPPORTED, EMBEDDED_POSTGRES_OWNER
 */
export async function openCluster(folder: string): Promise<Cluster> {
  const { home, user } = placeCluster(folder);
  const binaries = prepareBinaries(user, user === null ? [folder] : ["/var/lib/dsta"]);
  const cluster = { dataFolder: join(home, "data"), logFile: join(home, "server.log"), password: passwordIn(folder), binaries, user };
  const done = join(home, "initialised.json");
  const unfinished = join(home, "initialising");
  if (existsSync(done) && existsSync(join(cluster.dataFolder, "PG_VERSION"))) return cluster;
  if (existsSync(done)) throw corrupt(`${cluster.dataFolder} was initialised but PG_VERSION is missing`, cluster.dataFolder);
  if (existsSync(unfinished)) rmSync(cluster.dataFolder, { recursive: true, force: true });
  if (existsSync(cluster.dataFolder) && readdirSync(cluster.dataFolder).length > 0) {
    throw corrupt(`${cluster.dataFolder} holds files that we did not initialise to the end`, cluster.dataFolder);
  }
  writeFileSync(unfinished, "", { mode: 0o600, flush: true });
  await initialise(cluster, join(home, "initdb-password"));
  writeFileSync(done, `${JSON.stringify({ initialisedAt: new Date().toISOString() })}\n`, { mode: 0o600, flush: true });
  rmSync(unfinished);
  return cluster;
}

function corrupt(what: string, folder: string): DstaError {
  const message = `${what}; restore it from a backup or name another data folder`;
  return new DstaError("EMBEDDED_POSTGRES_CORRUPT", message, { code: 500, data: { folder } });
}

async function initialise(cluster: Cluster, passwordFile: string): Promise<void> {
  const { user } = cluster;
  writeFileSync(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  const options = ["-D", cluster.dataFolder, "-U", SUPERUSER, "-A", "scram-sha-256", `--pwfile=${passwordFile}`];
  try {
    await run(cluster.binaries.initdb, [...options, "-E", "UTF8", "--locale=C", "--no-instructions"], {
      ...(user ?? {}),
      cwd: join(cluster.dataFolder, ".."),
      env: serverEnvironment(),
      timeout: 60_000,
    });
  } catch (error) {
    const output = (error as { stderr?: string }).stderr?.trim().split("\n").slice(-3).join(" / ") ?? "";
    const message = `initdb failed in ${cluster.dataFolder}: ${output || String(error)}`;
    throw new DstaError("EMBEDDED_POSTGRES_INIT_FAILED", message, { code: 500, cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** PG* variables of the caller must not redirect our server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

/** The cluster's home, created and owned by the server's user. */
function placeCluster(folder: string): { home: string; user: ServerUser | null } {
  const record = join(folder, "postgres-location.json");
  const recorded = existsSync(record) ? (JSON.parse(readFileSync(record, "utf8")) as { folder: string }).folder : null;
  if (recorded !== null && !existsSync(recorded)) throw corrupt(`${recorded}, where ${record} says the database lies, is gone`, recorded);
  const near = join(folder, "postgres");
  const user = chooseServerUser(recorded ?? near);
  if (user === null) return { home: createHome(recorded ?? near, null), user };
  if (recorded !== null) return { home: createHome(recorded, user), user };
  // The folder is ours: letting others pass (not list) it costs nothing, its files stay 0600.
  chmodSync(folder, statSync(folder).mode | 0o011);
  if (firstBarrier(folder, user) === null) return { home: createHome(near, user), user };
  const home = join(placeElsewhere(folder, user), `postgres-${randomBytes(8).toString("hex")}`);
  createHome(home, user);
  writeFileSync(record, `${JSON.stringify({ folder: home })}\n`, { mode: 0o600, flush: true });
  return { home, user };
}

/** Only places that last as long as the data folder does. */
function placeElsewhere(folder: string, user: ServerUser): string {
  const base = folder.startsWith(tmpdir() + sep) ? tmpdir() : "/var/lib/dsta";
  try {
    mkdirSync(base, { recursive: true, mode: 0o755 });
    if (firstBarrier(base, user) === null) return base;
  } catch (error) {
    throw unreachable(folder, user, base, error);
  }
  throw unreachable(folder, user, base, null);
}

function unreachable(folder: string, user: ServerUser, base: string, cause: unknown): DstaError {
  const barrier = firstBarrier(folder, user) ?? folder;
  const message =
    `PostgreSQL does not run as root, and its user (id ${user.uid}) cannot pass ${barrier} nor use ${base}; ` +
    `start as an ordinary user, name a data folder outside ${barrier}, or set DATABASE_URL`;
  const data = { folder, barrier, uid: user.uid };
  return new DstaError("EMBEDDED_POSTGRES_UNREACHABLE", message, { code: 500, data, ...(cause === null ? {} : { cause }) });
}

function createHome(home: string, user: ServerUser | null): string {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (user) chownSync(home, user.uid, user.gid);
  return home;
}

function passwordIn(folder: string): string {
  const path = join(folder, "postgres-password");
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString("base64url"), { mode: 0o600, flush: true });
  return readFileSync(path, "utf8").trim();
}
