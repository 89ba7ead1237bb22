/**
 * Typed parameters of a strategy, declared once: `int(10, { min: 2, max: 200 })` gives the author a number, the operator
 * a validated setting, the page a form field and the optimiser a dimension. `step` guides forms and searches and is not
 * enforced; `min` and `max` are.
 */
import { invalid } from "../kernel/errors.ts";
import { INTERVALS, type Interval } from "../market/events.ts";

export type ParamType = "int" | "number" | "quote" | "quantity" | "bool" | "choice" | "interval";

export interface Param<Value = number | string | boolean, Type extends ParamType = ParamType> {
  readonly type: Type;
  readonly default: Value;
  readonly min: number | null;
  readonly max: number | null;
  readonly step: number | null;
  readonly choices: readonly string[] | null;
  readonly label: string | null;
  readonly help: string;
  readonly unit: string;
}

export type ParamShape = Readonly<Record<string, Param>>;

/** What the author's code gets: plain values by name. */
export type ParamsOf<P extends ParamShape> = { readonly [Name in keyof P]: P[Name] extends Param<infer Value> ? Value : never };

export interface ParamText {
  /** Short name in forms. Default: the parameter's own name. */
  readonly label?: string;
  readonly help?: string;
  readonly unit?: string;
}

export interface NumberRange extends ParamText {
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
}

/** A whole number. */
export function int(value: number, range: NumberRange & { readonly min: number; readonly max: number }): Param<number, "int"> {
  return numeric("int", value, { step: 1, ...range });
}

export function number(value: number, range: NumberRange = {}): Param<number, "number"> {
  return numeric("number", value, range);
}

/** An amount of the quote asset, above 0. */
export function quote(value: number, range: NumberRange = {}): Param<number, "quote"> {
  return numeric("quote", value, { unit: "quote", ...range });
}

/** An amount of the base asset, above 0. */
export function quantity(value: number, range: NumberRange = {}): Param<number, "quantity"> {
  return numeric("quantity", value, { unit: "base", ...range });
}

export function bool(value: boolean, text: ParamText = {}): Param<boolean, "bool"> {
  return declare("bool", value, text, null);
}

/** One of the given words. */
export function choice<const Word extends string>(
  value: NoInfer<Word>,
  words: readonly Word[],
  text: ParamText = {},
): Param<Word, "choice"> {
  return declare<Word, "choice">("choice", value, text, words);
}

/** A bar interval; `choices` narrows what may be chosen. */
export function interval(value: Interval, text: ParamText & { readonly choices?: readonly Interval[] } = {}): Param<Interval, "interval"> {
  return declare("interval", value, text, text.choices ?? Object.keys(INTERVALS));
}

/** What is wrong with a value, as the expectation it misses, or null. */
export function misfit(param: Param, value: unknown): string | null {
  if (param.type === "bool") return typeof value === "boolean" ? null : "true or false";
  if (param.choices !== null) {
    return typeof value === "string" && param.choices.includes(value) ? null : `one of ${param.choices.join(", ")}`;
  }
  const { min, max } = param;
  const whole = param.type === "int";
  const above = min === null && (param.type === "quote" || param.type === "quantity");
  const fits =
    typeof value === "number" &&
    (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    (min === null || value >= min) &&
    (max === null || value <= max) &&
    (!above || value > 0);
  if (fits) return null;
  const bounds = [min !== null ? `from ${min}` : above ? "above 0" : "", max !== null ? `to ${max}` : ""].filter((part) => part !== "");
  return [whole ? "a whole number" : "a number", ...bounds].join(" ");
}

function numeric<Type extends "int" | "number" | "quote" | "quantity">(type: Type, value: number, range: NumberRange): Param<number, Type> {
  const param: Param<number, Type> = {
    type,
    default: value,
    min: range.min ?? null,
    max: range.max ?? null,
    step: range.step ?? null,
    choices: null,
    label: range.label ?? null,
    help: range.help ?? "",
    unit: range.unit ?? "",
  };
  return checked(param);
}

function declare<Value extends string | boolean, Type extends ParamType>(
  type: Type,
  value: Value,
  text: ParamText,
  choices: readonly string[] | null,
): Param<Value, Type> {
  const { label = null, help = "", unit = "" } = text;
  return checked({ type, default: value, min: null, max: null, step: null, choices, label, help, unit });
}

function checked<P extends Param>(param: P): P {
  const expected = misfit(param, param.default);
  if (expected !== null) throw invalid("default", expected, param.default);
  return Object.freeze(param);
}
