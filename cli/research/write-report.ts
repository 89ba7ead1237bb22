/** Report files as the command line writes them: the format is the name's ending; a folder that is missing is told, not made. */
import { readFile, writeFile } from "node:fs/promises";
import { messageOf } from "../../domain/kernel/errors.ts";
import type { AnyReport, RenderOptions, ReportFormat } from "../../research/report/render.ts";
import { CliError, EXIT, usage } from "../terminal.ts";

/** @throws {CliError} wrong usage for another ending */
export function reportFormat(flag: string, path: string): "html" | "pdf" {
  if (/\.html?$/i.test(path)) return "html";
  if (/\.pdf$/i.test(path)) return "pdf";
  throw usage(`${flag}: expected a file that ends in .html or .pdf, got ${JSON.stringify(path)}`);
}

export function tableFormat<Name extends "trades" | "equity">(name: Name, path: string): `${Name}.csv` | `${Name}.parquet` {
  if (/\.csv$/i.test(path)) return `${name}.csv`;
  if (/\.parquet$/i.test(path)) return `${name}.parquet`;
  throw usage(`--${name}: expected a file that ends in .csv or .parquet, got ${JSON.stringify(path)}`);
}

/** @throws {CliError} when the file cannot be written */
export async function writeReport(path: string, report: AnyReport, format: ReportFormat, options: RenderOptions = {}): Promise<void> {
  // Fonts, charts and page makers are loaded by those only who write a file.
  const { renderReport } = await import("../../research/report/render.ts");
  const { body } = await renderReport(report, format, options);
  await writeFile(path, body).catch((error: unknown) => {
    throw new CliError(EXIT.failed, `${path}: cannot be written: ${messageOf(error)}`, error);
  });
}

/** @throws {CliError} wrong usage when the file cannot be read */
export async function readTemplate(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    throw usage(`--template: ${path} cannot be read: ${messageOf(error)}`);
  });
}
