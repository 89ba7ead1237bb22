/** Known surfaces to search, as strategies' parameters would make them, and searches run to their end without workers. */
import type { SearchSpec } from "../../domain/contract/research/search.ts";
import { type SearchSettings, createSearch } from "../../domain/optimization/search.ts";
import { type SearchedStrategy, type Space, createSpace } from "../../domain/optimization/space.ts";
import type { Told, TrialResult } from "../../domain/optimization/types.ts";
import { bool, choice, int, interval, number, quote } from "../../domain/strategy/params.ts";

/** Parameters of every type; refuses `fast` not below `slow`. */
export const crossing: SearchedStrategy = {
  name: "crossing",
  params: {
    fast: int(10, { min: 2, max: 200 }),
    slow: int(30, { min: 5, max: 400 }),
    size: quote(100),
    threshold: number(0.1, { min: 0, max: 10 }),
    long: bool(true),
    side: choice("both", ["long", "short", "both"]),
    every: interval("1m"),
  },
  check: ({ fast, slow }: { fast: number; slow: number }) => (fast < slow ? null : "fast below slow"),
};

/** A strategy whose parameters x0, x1, … lie between the given bounds. */
export function plain(bounds: readonly (readonly [number, number])[]): SearchedStrategy {
  const params = bounds.map(([min, max], index) => [`x${index}`, number(min, { min, max })] as const);
  return { name: "plain", params: Object.fromEntries(params), check: undefined };
}

export function plainSpace(bounds: readonly (readonly [number, number])[], step?: number): Space {
  const spec: SearchSpec["space"] = {};
  for (const [index, [from, to]] of bounds.entries()) spec[`x${index}`] = { from, to, log: false, ...(step === undefined ? {} : { step }) };
  return createSpace(spec, plain(bounds));
}

export type Surface = (x: readonly number[]) => readonly (number | null)[];

export const sphere: Surface = (x) => [-x.reduce((sum, value) => sum + (value - 0.37) ** 2, 0)];

export const BRANIN_BOUNDS = [
  [-5, 10],
  [0, 15],
] as const;
/** Highest value −0.397887, at three places. */
export const branin: Surface = ([x = 0, y = 0]) => [
  -((y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6) ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10),
];

export const ZDT1_BOUNDS = Array.from({ length: 6 }, () => [0, 1] as const);
/** Front: f2 = 1 − √f1 with all but the first at 0; both minimised. */
export const zdt1: Surface = ([first = 0, ...rest]) => {
  const g = 1 + (9 * rest.reduce((sum, value) => sum + value, 0)) / rest.length;
  return [-first, -g * (1 - Math.sqrt(first / g))];
};

export const settings = (method: SearchSettings["method"], trials: number, objectives = 1): SearchSettings => ({
  method,
  trials,
  objectives: Array.from({ length: objectives }, (_, index) => `f${index}`),
  prune: false,
});

export const done = (objectives: readonly (number | null)[]): TrialResult => ({ state: "done", objectives, feasible: true });

/** Runs a search to its end; results in the order of trials. */
export function runSearch(
  spec: SearchSettings,
  space: Space,
  seed: string,
  evaluate: (params: Told["params"], trial: number) => TrialResult,
  workers = 4,
): Told[] {
  const search = createSearch(spec, space, seed);
  const told: Told[] = [];
  while (!search.finished) {
    for (const { trial, params } of search.ask(workers)) {
      const result = evaluate(params, trial);
      told.push({ trial, params, result });
      search.tell(trial, result);
    }
  }
  return told;
}

export const onSurface = (surface: Surface) => (params: Told["params"]) => done(surface(Object.values(params).map(Number)));

export const bestScore = (told: readonly Told[]): number => Math.max(...told.map(({ result }) => result.objectives[0] ?? -Infinity));
