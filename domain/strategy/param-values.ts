/**
 * Values given for a strategy's parameters against their declaration: defaults filled in, unknown names and values out
 * of range refused with the name and the range, the definition's own cross-check last. Also the same declaration as
 * form fields.
 */
import type { ParamField } from "../contract/views.ts";
import { invalid } from "../kernel/errors.ts";
import { type ParamShape, type ParamsOf, misfit } from "./params.ts";

export interface Parameterised<P extends ParamShape> {
  readonly name: string;
  readonly params: P;
  readonly check?: ((params: ParamsOf<P>) => string | null) | undefined;
}

/**
 * The complete, frozen values.
 * @throws {DstaError} VALIDATION_ERROR naming the parameter and what it expects; field `params` for the cross-check.
 */
export function validateParams<P extends ParamShape>(definition: Parameterised<P>, given: Readonly<Record<string, unknown>>): ParamsOf<P> {
  const known = Object.keys(definition.params);
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      throw invalid(`params.${name}`, `one of the parameters of ${definition.name}: ${known.join(", ") || "none"}`);
  }
  const entries = known.map((name): readonly [string, unknown] => {
    const param = definition.params[name]!;
    const value = given[name] === undefined ? param.default : given[name];
    const expected = misfit(param, value);
    if (expected !== null) throw invalid(`params.${name}`, expected, value ?? "null");
    return [name, value];
  });
  const values = Object.freeze(Object.fromEntries(entries)) as ParamsOf<P>;
  const complaint = definition.check?.(values) ?? null;
  if (complaint !== null) throw invalid("params", complaint);
  return values;
}

/** The parameters as form fields, in the order of the declaration. */
export function toFields(definition: { readonly params: ParamShape }): ParamField[] {
  return Object.entries(definition.params).map(([name, param]) => ({
    name,
    type: param.type,
    label: param.label ?? name,
    unit: param.unit,
    default: param.default,
    min: param.min,
    max: param.max,
    step: param.step,
    choices: param.choices === null ? null : [...param.choices],
    help: param.help,
  }));
}
