/**
 * The space of a search: its dimensions against the strategy's declared parameters, places in the unit cube for the
 * methods that need a geometry, and the strategy's own check of a combination. Refuses unknown parameters and ranges
 * that the declaration would refuse, by field. Every point it decodes fits the declaration; whether the combination
 * fits, `refusal` says.
 */
import type { SearchSpec } from "../contract/research/search.ts";
import type { ParamValues } from "../contract/views/strategy.ts";
import { invalid } from "../kernel/errors.ts";
import type { AnyStrategy } from "../strategy/define.ts";
import { validateParams } from "../strategy/param-values.ts";
import type { Param } from "../strategy/params.ts";
import { type Dimension, type ParamValue, createDimension } from "./dimension.ts";

const MAX_DIMENSIONS = 32;

export type SearchedStrategy = Pick<AnyStrategy, "name" | "params" | "check">;

export interface Space {
  readonly dimensions: readonly Dimension[];
  /** Combinations, refused ones included; Infinity with a continuous dimension. */
  readonly size: number;
  /** The combination of a place in the unit cube. */
  decode(units: ArrayLike<number>): ParamValues;
  /** The place of a combination; `decode` gives it back. */
  encode(params: ParamValues): number[];
  /** The combination of a number from 0 to size - 1; the last dimension changes first. Finite spaces only. */
  at(index: number): ParamValues;
  /** Why the strategy refuses a combination, or null. */
  refusal(params: ParamValues): string | null;
  /** Defaults, fixed values and the combination together. */
  complete(params: ParamValues): ParamValues;
  /** Equal for equal combinations only. */
  keyOf(params: ParamValues): string;
}

/**
 * @param fixed values of parameters that are not searched, as the backtest's spec gives them.
 * @throws {DstaError} VALIDATION_ERROR with a field such as `space.fast.from`, or `params.slow` for a fixed value.
 */
export function createSpace(spec: SearchSpec["space"], strategy: SearchedStrategy, fixed: ParamValues = {}): Space {
  const names = Object.keys(spec);
  if (names.length === 0) throw invalid("space", "at least one parameter to search");
  if (names.length > MAX_DIMENSIONS) throw invalid("space", `at most ${MAX_DIMENSIONS} parameters`, names.length);
  const dimensions = names.map((name) => {
    const param = paramOf(strategy, name);
    return createDimension(name, spec[name]!, param);
  });
  // Values of searched parameters come from the search; the cross-check is of combinations, so not of the fixed ones alone.
  const { name, params } = strategy;
  const base: ParamValues = { ...validateParams({ name, params }, fixed) };
  const size = dimensions.reduce((product, dimension) => product * dimension.count, 1);
  const check = strategy.check as ((params: ParamValues) => string | null) | undefined;
  const complete = (point: ParamValues): ParamValues => ({ ...base, ...point });

  return {
    dimensions,
    size,
    decode: (units) => pointOf(dimensions, (dimension, index) => dimension.at(units[index]!)),
    encode: (point) => dimensions.map((dimension) => dimension.unitOf(point[dimension.name]!)),
    at(index) {
      let rest = index;
      const values: ParamValue[] = dimensions.map(() => 0);
      for (let place = dimensions.length - 1; place >= 0; place--) {
        const dimension = dimensions[place]!;
        values[place] = dimension.values[rest % dimension.count]!;
        rest = Math.floor(rest / dimension.count);
      }
      return pointOf(dimensions, (_, place) => values[place]!);
    },
    refusal: (point) => check?.(Object.freeze(complete(point))) ?? null,
    complete,
    keyOf: (point) => dimensions.map((dimension) => String(point[dimension.name])).join("|"),
  };
}

function pointOf(dimensions: readonly Dimension[], valueOf: (dimension: Dimension, index: number) => ParamValue): ParamValues {
  const point: ParamValues = {};
  for (const [index, dimension] of dimensions.entries()) point[dimension.name] = valueOf(dimension, index);
  return point;
}

function paramOf(strategy: SearchedStrategy, name: string): Param {
  const param = Object.hasOwn(strategy.params, name) ? strategy.params[name] : undefined;
  if (param !== undefined) return param;
  const known = Object.keys(strategy.params).join(", ") || "none";
  throw invalid(`space.${name}`, `one of the parameters of ${strategy.name}: ${known}`);
}
