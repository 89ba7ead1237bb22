/**
 * The data sets of a folder, for forms and lists: every file that research can read, as one row, and the only way from a
 * name to a path. A name never leads out of the folder. A row costs one pass over its file and is remembered until the
 * file changes; problems found in passing are told, the full check is that of `loadData`.
 */
import { realpathSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { isAbsolute, join, relative, resolve as resolvePath, sep } from "node:path";
import type { ResearchDataSet } from "../../domain/contract/views/research.ts";
import { isExpected } from "../../domain/kernel/errors.ts";
import { type DataFile, dataNotFound } from "./data-errors.ts";
import { surveyFile } from "./data-survey.ts";

/** Files beyond these, in order of name, are not listed; the same bound holds for remembered rows. */
const MAX_FILES = 1_000;
const MAX_DEPTH = 4;
const NAMES = /\.(csv|tsv|txt|parquet|pq|jsonl|ndjson)(\.gz|\.zst)?$|\.(gz|zst)$/i;
/** Lists of gaps lie next to data and are none. */
const NOT_DATA = /\.gaps\.csv$/i;

export interface DataSets {
  /** In order of name. @throws {DstaError} DATA_NOT_FOUND when the folder does not exist. */
  list(): Promise<readonly ResearchDataSet[]>;
  /** The path of a name. @throws {DstaError} DATA_NOT_FOUND also for what lies outside the folder. */
  resolve(name: string): string;
}

export function openDataSets(folder: string): DataSets {
  const remembered = new Map<string, { readonly stamp: string; readonly row: ResearchDataSet }>();
  const resolve = resolveIn(folder);
  const rowOf = async (name: string): Promise<ResearchDataSet | null> => {
    const file = fileOf(name, resolve);
    if (file === null) return null;
    const { stamp, sizeBytes } = file;
    const known = remembered.get(name);
    if (known?.stamp === stamp) return known.row;
    const row = await surveyFile(file, sizeBytes);
    if (remembered.size >= MAX_FILES && !known) remembered.clear();
    remembered.set(name, { stamp, row });
    return row;
  };
  return {
    resolve,
    list: async () => {
      const rows: ResearchDataSet[] = [];
      // One after another: a list never takes all cores.
      for (const name of await namesIn(folder)) {
        const row = await rowOf(name);
        if (row !== null) rows.push(row);
      }
      return rows;
    },
  };
}

/** Names below `folder` to paths. A name that is absolute, climbs out or is a link to outside is as unknown as one that is not there. */
export function resolveIn(folder: string): (name: string) => string {
  return (name) => {
    const missing = (cause?: unknown): Error => dataNotFound(name, "expected the name of a data set, see the list of data sets", cause);
    if (name === "" || name.includes("\0") || isAbsolute(name)) throw missing();
    try {
      const root = realpathSync(folder);
      const path = realpathSync(resolvePath(root, name));
      if (path.startsWith(root.endsWith(sep) ? root : root + sep)) return path;
    } catch (error) {
      throw missing(error);
    }
    throw missing();
  };
}

interface FoundFile extends DataFile {
  readonly sizeBytes: number;
  /** Another one when the file changed. */
  readonly stamp: string;
}

/** Null for links to outside and files that went since the listing. */
function fileOf(name: string, resolve: (name: string) => string): FoundFile | null {
  try {
    const path = resolve(name);
    const { size, mtimeMs } = statSync(path);
    return { name, path, sizeBytes: size, stamp: `${mtimeMs} ${size}` };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || (isExpected(error) && error.type === "DATA_NOT_FOUND")) return null;
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  const walk = async (path: string, depth: number): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      throw dataNotFound(relative(folder, path) || "the research folder", "the folder cannot be read", error);
    });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (names.length >= MAX_FILES || entry.name.startsWith(".")) continue;
      const below = join(path, entry.name);
      if (entry.isDirectory() && depth < MAX_DEPTH) await walk(below, depth + 1);
      else if (!entry.isDirectory() && NAMES.test(entry.name) && !NOT_DATA.test(entry.name))
        names.push(relative(folder, below).split(sep).join("/"));
    }
  };
  await walk(folder, 0);
  return names;
}
