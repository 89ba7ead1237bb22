/**
 * Which code computed a run: the program's version and a hash of the sources that decide its numbers. Two runs with the
 * same spec, data and code version have the same numbers; a changed line anywhere among those sources is another version.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join, relative, sep } from "node:path";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** What decides a number of a result: the engine and the measures, the strategies, how data becomes columns. */
const FOLDERS = ["domain", "strategies", "research/data", "research/run", "research/jobs"] as const;

/** Such as `0.1.0+3f2a9c41d07e`. @param ownModule URL of the user's own strategies; null for none. */
export async function codeVersion(ownModule: string | null): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  const hash = createHash("sha256");
  const lists = await Promise.all(FOLDERS.map(sourcesIn));
  for (const path of lists.flat()) {
    hash.update(relative(ROOT, path).split(sep).join("/")).update("\0");
    hash.update(await readFile(path)).update("\0");
  }
  if (ownModule !== null) hash.update(await readFile(fileURLToPath(ownModule)));
  return `${version}+${hash.digest("hex").slice(0, 12)}`;
}

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
