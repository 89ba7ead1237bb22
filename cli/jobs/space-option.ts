/**
 * `--space` as people type it: `fast=5:40:5` steps, `alpha=0.1:0.9` any number between, `size=10:10000:log` by magnitude,
 * `side=long,both` listed values. What a dimension may be is the search's own schema and the strategy's declaration.
 */
import type { SearchSpecInput } from "../../domain/contract/research/search.ts";
import { usage } from "../terminal.ts";

type Space = SearchSpecInput["space"];

const NUMBER = String.raw`-?\d+(?:\.\d+)?`;
const RANGE = new RegExp(`^(${NUMBER}):(${NUMBER})(?::(${NUMBER}|log))?$`);

/** @throws {CliError} wrong usage, naming the dimension */
export function parseSpace(texts: readonly string[]): Space {
  const space: Space = {};
  for (const text of texts) {
    const [, name, values] = /^([A-Za-z][A-Za-z0-9]{0,63})=(.+)$/s.exec(text) ?? [];
    if (name === undefined || values === undefined)
      throw usage(`--space: expected name=from:to:step, such as fast=5:40:5, got ${JSON.stringify(text)}`);
    if (Object.hasOwn(space, name)) throw usage(`--space: ${name} is given twice`);
    space[name] = dimension(name, values);
  }
  return space;
}

function dimension(name: string, text: string): Space[string] {
  const [, from, to, step] = RANGE.exec(text) ?? [];
  if (from !== undefined && to !== undefined) {
    const range = { from: Number(from), to: Number(to) };
    if (step === undefined) return range;
    return step === "log" ? { ...range, log: true } : { ...range, step: Number(step) };
  }
  const values = text.split(",").filter((value) => value !== "");
  if (values.length === 0 || text.includes(":"))
    throw usage(`--space ${name}: expected from:to, from:to:step or values with commas, got ${JSON.stringify(text)}`);
  return { values: values.map(valueOf) };
}

function valueOf(text: string): number | string | boolean {
  if (text === "true" || text === "false") return text === "true";
  return new RegExp(`^${NUMBER}$`).test(text) ? Number(text) : text;
}
