/** Files of bars written into a temporary folder, and their loading as a run does it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { marketSpec, type DataSpec } from "../../domain/contract/research/spec.ts";
import { type LoadedData, loadData, type LoadOptions } from "../../research/data/load.ts";

export interface TestFolder {
  readonly path: string;
  write(name: string, content: string | Uint8Array): string;
  load(spec: Partial<DataSpec> & { files: string[] }, options?: Partial<LoadOptions>): Promise<LoadedData>;
  remove(): void;
}

export function openTestFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), "dsta-data-"));
  return {
    path,
    write: (name, content) => {
      writeFileSync(join(path, name), content);
      return name;
    },
    load: (spec, options) =>
      loadData({ funding: [], ...spec }, { resolve: (name) => join(path, name), market: marketSpec.parse({}), ...options }),
    remove: () => rmSync(path, { recursive: true }),
  };
}

export const T0 = Date.UTC(2024, 0, 1);
export const MINUTE = 60_000;
export const HEADER = "timestamp,open,high,low,close,volume";

/** A sound bar `index` minutes after 2024-01-01. */
export function line(index: number, close = 100, time: string | number = T0 + index * MINUTE): string {
  return `${time},100,${Math.max(100, close) + 1},${Math.min(100, close) - 1},${close},5`;
}

export function csv(...lines: string[]): string {
  return `${[HEADER, ...lines].join("\n")}\n`;
}
