/**
 * Runs kept on this machine: a folder a run under the data folder's `research`, with `spec.json` and `report.json`, and
 * for a backtest its whole equity as Parquet. Owns their places; a report is checked against its schema when it is read.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import { type BacktestReport, backtestReport } from "../../domain/contract/views/research.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { dataFolderWith } from "../data-folder.ts";
import { usage } from "../terminal.ts";
import { checkedSpec } from "./backtest-options.ts";

export type Env = Readonly<Record<string, string | undefined>>;

export function runsFolder(env: Env): string {
  return join(dataFolderWith("research", undefined, env), "research");
}

/**
 * What a saved run was asked.
 * @param name its id, its folder, or a spec.json.
 * @throws {CliError} wrong usage when there is none, or it is not a backtest's
 */
export async function savedSpec(name: string, env: Env): Promise<BacktestSpec> {
  const { path, parsed } = await readSaved(name, "spec.json", env);
  return checkedSpec(parsed, (field) => `${path}: ${field || "spec"}`);
}

/**
 * @param name id of a saved run, its folder, or a report.json.
 * @throws {CliError} wrong usage when there is no such report, or it is not a backtest's.
 */
export async function savedReport(name: string, env: Env): Promise<BacktestReport> {
  const { path, parsed } = await readSaved(name, "report.json", env);
  const result = backtestReport.safeParse(parsed);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw usage(`${path}: expected the report of a backtest: ${issue.path.join(".") || "report"}: ${issue.message}`);
}

async function readSaved(name: string, file: string, env: Env): Promise<{ readonly path: string; readonly parsed: unknown }> {
  const places = [name, join(name, file), join(runsFolder(env), name, file)].filter((path) => path.endsWith(".json"));
  const path = places.find((place) => existsSync(place));
  if (path === undefined) throw usage(`${name}: expected a ${file}, or the id of a run saved in ${runsFolder(env)}`);
  try {
    return { path, parsed: JSON.parse(await readFile(path, "utf8")) as unknown };
  } catch (error) {
    throw usage(`${path}: expected JSON: ${messageOf(error)}`);
  }
}
