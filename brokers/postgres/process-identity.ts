/**
 * Tells one process from another that later got the same pid: pid, start time in clock ticks and boot, read from
 * /proc. Where /proc is missing (macOS) the pid alone decides. A zombie counts as dead: its files and sockets are
 * closed, only its parent has not looked yet.
 * Source: proc(5), /proc/<pid>/stat fields 3 (state) and 22 (starttime), /proc/sys/kernel/random/boot_id.
 */
import { existsSync, readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, or null where /proc does not tell. */
  readonly startTicks: string | null;
  /** First 8 hex digits of the boot id, or null where /proc does not tell. */
  readonly boot: string | null;
}

const HAS_PROC = existsSync("/proc/self/stat");

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTicks: startTicksOf(process.pid), boot: bootId() };
}

/** Whether exactly this process (not a later one with its pid) still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!HAS_PROC || identity.startTicks === null) return pidExists(identity.pid);
  if (identity.boot !== null && identity.boot !== bootId()) return false;
  return startTicksOf(identity.pid) === identity.startTicks;
}

/** Whether any living process has this pid. */
export function pidExists(pid: number): boolean {
  if (HAS_PROC) return startTicksOf(pid) !== null;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Start time of a living process, or null when there is none (or it is a zombie). */
export function startTicksOf(pid: number): string | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The command name is in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return state === "Z" || state === "X" ? null : (fields[19] ?? null);
}

/** Program and arguments of a process, or null where /proc does not tell. */
export function commandLineOf(pid: number): readonly string[] | null {
  return readIfThere(`/proc/${pid}/cmdline`)?.split("\0") ?? null;
}

function bootId(): string | null {
  return readIfThere("/proc/sys/kernel/random/boot_id")?.slice(0, 8) ?? null;
}

/** /proc entries vanish at any moment; every failure to read one means "not there". */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
