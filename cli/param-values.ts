/** `name=value` arguments as parameter values: numbers and true/false by their look, the rest as text. */
import type { ParamValues } from "../domain/contract/views.ts";
import { usage } from "./terminal.ts";

export function parseParams(pairs: readonly string[]): ParamValues {
  const params: ParamValues = {};
  for (const pair of pairs) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9]{0,63})=(.+)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) throw usage(`${JSON.stringify(pair)}: expected name=value, such as fast=12`);
    if (Object.hasOwn(params, name)) throw usage(`${name} is given twice`);
    params[name] = valueOf(value);
  }
  return params;
}

function valueOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,2})?$/i.test(text) ? Number(text) : text;
}
