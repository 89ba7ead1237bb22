/**
 * One searched parameter: which values it may take and where they lie on [0, 1]. Owns steps without float dust, log
 * scales, listed values and their order. Refuses, by field (`space.fast.from`), what the strategy's declaration would
 * refuse. Every value it gives fits the declaration.
 */
import type { DimensionSpec } from "../contract/research/search.ts";
import { invalid } from "../kernel/errors.ts";
import { type Param, misfit } from "../strategy/params.ts";

export type ParamValue = number | string | boolean;

/** More values than this in one dimension are refused. */
const MAX_DIMENSION_VALUES = 100_000;

export interface Dimension {
  readonly name: string;
  /** `ordered`: listed or stepped numbers; `categorical`: words and true/false, no order between them. */
  readonly kind: "ordered" | "continuous" | "categorical";
  /** Ascending when ordered; empty when continuous. */
  readonly values: readonly ParamValue[];
  /** Infinity when continuous. */
  readonly count: number;
  /** Value at a place in [0, 1]; places outside count as the nearest end. */
  at(unit: number): ParamValue;
  /** Place of a value that `at` gives back as that value. */
  unitOf(value: ParamValue): number;
}

type RangeSpec = Extract<DimensionSpec, { from: number }>;

/**
 * @param spec a range (`step` defaults to the declaration's own; an integer's is 1) or listed values.
 * @throws {DstaError} VALIDATION_ERROR naming the field under `space.<name>`.
 */
export function createDimension(name: string, spec: DimensionSpec, param: Param): Dimension {
  if ("values" in spec) return listed(name, spec.values, param);
  if (param.choices !== null || param.type === "bool") {
    throw invalid(`space.${name}`, `listed values of a parameter of type ${param.type}`, `${spec.from} to ${spec.to}`);
  }
  checkRange(name, spec, param);
  const step = spec.step ?? (spec.log && param.type !== "int" ? null : (param.step ?? (param.type === "int" ? 1 : null)));
  if (spec.from === spec.to) return ordered(name, [spec.from], linear([spec.from]));
  if (step === null) return continuous(name, spec);
  const values = steps(name, spec, step, param);
  return ordered(name, values, spec.log ? logarithmic(values) : linear(values));
}

function checkRange(name: string, spec: RangeSpec, param: Param): void {
  for (const end of ["from", "to"] as const) {
    const expected = misfit(param, spec[end]);
    if (expected !== null) throw invalid(`space.${name}.${end}`, expected, spec[end]);
  }
  if (spec.to < spec.from) throw invalid(`space.${name}.to`, `at least from, ${spec.from}`, spec.to);
  if (spec.log && spec.from <= 0) throw invalid(`space.${name}.from`, "a number above 0 for a log scale", spec.from);
  if (param.type === "int" && spec.step !== undefined && !Number.isSafeInteger(spec.step)) {
    throw invalid(`space.${name}.step`, "a whole number", spec.step);
  }
}

/** `from`, `from + step`, … up to `to`, each the decimal number one would write. */
function steps(name: string, { from, to }: RangeSpec, step: number, param: Param): number[] {
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > MAX_DIMENSION_VALUES) throw invalid(`space.${name}.step`, `at most ${MAX_DIMENSION_VALUES} values`, `${count} of them`);
  const decimals = Math.min(100, Math.max(decimalsOf(from), decimalsOf(step)));
  return Array.from({ length: count }, (_, index) => {
    const value = Number((from + index * step).toFixed(decimals));
    return param.type === "int" ? Math.round(value) : value;
  });
}

function decimalsOf(value: number): number {
  const [digits = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (digits.split(".")[1]?.length ?? 0) - Number(exponent));
}

function listed(name: string, values: readonly ParamValue[], param: Param): Dimension {
  for (const [index, value] of values.entries()) {
    const expected = misfit(param, value);
    if (expected !== null) throw invalid(`space.${name}.values.${index}`, expected, value);
    if (values.indexOf(value) !== index) throw invalid(`space.${name}.values.${index}`, "each value once", value);
  }
  if (values.length === 0) throw invalid(`space.${name}.values`, "at least one value");
  if (param.type === "bool" || param.choices !== null) return categorical(name, values);
  const ascending = values.map(Number).sort((a, b) => a - b);
  return ordered(name, ascending, byRank(ascending));
}

/** Places of ascending values on [0, 1]. */
const linear = (values: readonly number[]) => spread(values, (value) => value);
const logarithmic = (values: readonly number[]) => spread(values, Math.log);
const byRank = (values: readonly number[]) => values.map((_, index) => (values.length === 1 ? 0.5 : index / (values.length - 1)));

function spread(values: readonly number[], scale: (value: number) => number): number[] {
  if (values.length === 1) return [0.5];
  const low = scale(values[0]!);
  const width = scale(values.at(-1)!) - low;
  return values.map((value) => (scale(value) - low) / width);
}

function ordered(name: string, values: readonly number[], places: readonly number[]): Dimension {
  const placeOf = new Map<ParamValue, number>(values.map((value, index) => [value, places[index]!]));
  return {
    name,
    kind: "ordered",
    values,
    count: values.length,
    at: (unit) => values[nearest(places, unit)]!,
    unitOf: (value) => placeOf.get(value) ?? places[nearest(values, Number(value))]!,
  };
}

/** Index of the nearest of ascending numbers; the lower one of two equally near. */
function nearest(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low > 0 && wanted - ascending[low - 1]! <= ascending[low]! - wanted ? low - 1 : low;
}

function continuous(name: string, { from, to, log }: RangeSpec): Dimension {
  const [low, width] = log ? [Math.log(from), Math.log(to / from)] : [from, to - from];
  // Six digits of the range: finer differences mean nothing to a strategy and are long to read.
  const decimals = Math.min(100, Math.max(0, 6 - Math.floor(Math.log10(to - from))));
  const shown = (value: number) => Number(log ? value.toPrecision(7) : value.toFixed(decimals));
  return {
    name,
    kind: "continuous",
    values: [],
    count: Infinity,
    at(unit) {
      const place = low + clamp(unit) * width;
      return Math.min(to, Math.max(from, shown(log ? Math.exp(place) : place)));
    },
    unitOf: (value) => clamp(((log ? Math.log(Number(value)) : Number(value)) - low) / width),
  };
}

function categorical(name: string, values: readonly ParamValue[]): Dimension {
  const count = values.length;
  return {
    name,
    kind: "categorical",
    values,
    count,
    at: (unit) => values[Math.min(count - 1, Math.floor(clamp(unit) * count))]!,
    unitOf: (value) => (values.indexOf(value) + 0.5) / count,
  };
}

function clamp(unit: number): number {
  return Math.min(1, Math.max(0, unit));
}
