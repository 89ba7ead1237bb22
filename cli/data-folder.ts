/** Where the program keeps its files, as the CLI finds it: the flag, else DSTA_DATA, else the default folders. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** A live floor's folder first, then a replay's. */
const DEFAULTS = [".dsta/floor", ".dsta/replay"] as const;

/** The folder that has `file`; the first candidate when none has. */
export function dataFolderWith(file: string, flag: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const named = flag ?? env["DSTA_DATA"];
  const candidates = named ? [named] : DEFAULTS;
  return resolve(candidates.find((folder) => existsSync(join(folder, file))) ?? candidates[0]);
}
