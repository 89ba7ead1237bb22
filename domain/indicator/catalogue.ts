/**
 * Every indicator by name, with what it looks at, its parameters and their ranges: what the command line and the dashboard
 * list, and what features are built from. Owns names, defaults and the check of parameters by name; computing is each
 * indicator's own.
 */
import { invalid } from "../kernel/errors.ts";
import { ENTRIES } from "./catalogue-entries.ts";
import type { AnyIndicator, BarColumns } from "./indicator.ts";

export interface IndicatorParam {
  readonly name: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  /** Other names it is known by. */
  readonly aliases: readonly string[];
  readonly inputs: AnyIndicator["inputs"];
  /** In the order the indicator takes them. */
  readonly params: readonly IndicatorParam[];
  readonly outputs: readonly string[];
  readonly indicator: AnyIndicator;
}

/** What an indicator looks at; `second` is the other series of those that take two. */
export interface IndicatorInput {
  readonly bars: BarColumns;
  readonly values: Float64Array;
  readonly second?: Float64Array;
}

export const CATALOGUE: readonly CatalogueEntry[] = ENTRIES.map(({ title, indicator, params, aliases }) => ({
  name: indicator.indicatorName,
  title,
  aliases,
  inputs: indicator.inputs,
  params,
  outputs: indicator.outputs,
  indicator,
}));

const BY_NAME = new Map(CATALOGUE.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [plain(name), entry] as const)));

/** By its name or an alias, whatever the case and dashes. */
export function indicatorNamed(name: string): CatalogueEntry | undefined {
  return BY_NAME.get(plain(name));
}

/**
 * All parameters in order, defaults where none is given.
 * @throws {DstaError} VALIDATION_ERROR naming the parameter that is unknown or out of its range.
 */
export function settingsOf({ name, params }: CatalogueEntry, given: Readonly<Record<string, unknown>>): readonly number[] {
  const known = params.map((param) => param.name);
  for (const field of Object.keys(given)) {
    if (!known.includes(field))
      throw invalid(`${name} ${field}`, known.length === 0 ? "no parameters" : `a parameter among ${known.join(", ")}`);
  }
  return params.map((param) => checkParam(name, param, given[param.name] ?? param.default));
}

/** Inputs until every output has a value. @throws {DstaError} VALIDATION_ERROR for settings that do not go together. */
export function warmupOf({ indicator }: CatalogueEntry, settings: readonly number[]): number {
  return indicator.stream(...settings).warmup;
}

/** Every output as a column, by name. @throws {DstaError} VALIDATION_ERROR for a missing input or bad settings. */
export function computeColumns(
  { name, indicator }: CatalogueEntry,
  input: IndicatorInput,
  settings: readonly number[],
): Readonly<Record<string, Float64Array>> {
  switch (indicator.inputs) {
    case "value":
      return named(indicator.column(input.values, ...settings));
    case "bars":
      return named(indicator.column(input.bars, ...settings));
    case "two values":
      if (input.second === undefined) throw invalid(`${name} second`, "another series beside the first", input.second);
      return named(indicator.column({ first: input.values, second: input.second }, ...settings));
  }
}

function named(result: Float64Array | Readonly<Record<string, Float64Array>>): Readonly<Record<string, Float64Array>> {
  return result instanceof Float64Array ? { value: result } : result;
}

function checkParam(indicator: string, { name, min, max, isWhole }: IndicatorParam, value: unknown): number {
  const fits = typeof value === "number" && value >= min && value <= max && (!isWhole || Number.isInteger(value));
  if (fits) return value;
  throw invalid(`${indicator} ${name}`, `a ${isWhole ? "whole " : ""}number from ${min} to ${max}`, value);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
