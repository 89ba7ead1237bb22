/**
 * Bayesian search: a Gaussian process over the results so far, batches of four by expected improvement; ParEGO with
 * several objectives. Starts with a Latin hypercube. The model sees at most 160 results, the best and the newest half
 * and half, so that a batch takes milliseconds however long the search. The batch is four whatever the number of workers.
 */
import type { ParamValues } from "../contract/views/strategy.ts";
import { type Random, seededRandom } from "../kernel/random.ts";
import { type Beliefs, type FeasibleBeliefs, type Option, type Scored, type Scorer, createScorer } from "./acquisition.ts";
import { dot } from "./cholesky.ts";
import { type Hyperparameters, createGaussianProcess } from "./gaussian-process.ts";
import { MAX_FITTED_POINTS, defaultHyperparameters, fitHyperparameters } from "./hyperparameters.ts";
import { type NovelPoints, createNovelPoints } from "./novel-points.ts";
import { type OptionSource, createOptionSource } from "./options.ts";
import { type Ranked, rankedOf } from "./pareto.ts";
import { drawWeights, scalarValues } from "./scalar-values.ts";
import type { Space } from "./space.ts";
import type { Proposer } from "./types.ts";

const BAYES_BATCH = 4;
const MAX_MODEL_POINTS = 160;
/** Local refinements of each pick; every one is a new place that the model predicts. */
const REFINEMENTS = [0.08, 0.04, 0.02, 0.01];
const TRIES_A_REFINEMENT = 6;

interface Sample {
  readonly place: readonly number[];
  readonly ranked: Ranked;
  /** Positive inside the constraints, negative outside. */
  readonly margin: number;
}

interface Model {
  readonly beliefs: Beliefs;
  /** Where the best results so far are. */
  readonly best: readonly (readonly number[])[];
}

export function createBayes(space: Space, trials: number, objectives: number, seed: string): Proposer {
  const points = createNovelPoints(space, seed);
  const options = createOptionSource(space, points);
  const categorical = space.dimensions.map(({ kind }) => kind === "categorical");
  const samples: Sample[] = [];
  let fitted = defaultHyperparameters(categorical.length);
  let fittedMargins = fitted;

  function model(random: Random): Model | null {
    const weights = drawWeights(objectives, random);
    const values = scalarValues(
      samples.map(({ ranked }) => ranked),
      weights,
    );
    if (values === null) return null;
    const chosen = bestAndNewest(values, MAX_MODEL_POINTS);
    const fitOn = bestAndNewest(values, MAX_FITTED_POINTS);
    const margins = samples.map(({ margin }) => margin);
    const feasible = chosen.some((index) => margins[index]! < 0);
    fitted = fit(fitOn, values, fitted, random);
    if (feasible) fittedMargins = fit(fitOn, margins, fittedMargins, random);
    const inside = chosen.filter((index) => samples[index]!.ranked.violation === 0);
    const beliefs: Beliefs = {
      ...predictor(chosen, values, 0, fitted),
      best: inside.length === 0 ? null : Math.max(...inside.map((index) => values[index]!)),
      feasible: feasible ? predictor(chosen, margins, meanOf(chosen.map((index) => margins[index]!)), fittedMargins) : null,
    };
    return { beliefs, best: placesOf(bestFew(samples, chosen, values)) };
  }

  function fit(indexes: readonly number[], values: readonly number[], start: Hyperparameters, random: Random): Hyperparameters {
    const mean = meanOf(indexes.map((index) => values[index]!));
    const deviations = indexes.map((index) => values[index]! - mean);
    return fitHyperparameters(placesOf(indexes), categorical, deviations, start, random);
  }

  function predictor(indexes: readonly number[], values: readonly number[], mean: number, parameters: Hyperparameters): FeasibleBeliefs {
    const process = createGaussianProcess(placesOf(indexes), categorical, parameters, BAYES_BATCH);
    const white = process.whiten(indexes.map((index) => values[index]! - mean));
    return { process, values: white, mean, scale: Math.sqrt(dot(white, white, process.size) / process.size) || 1 };
  }

  function placesOf(indexes: readonly number[]): (readonly number[])[] {
    return indexes.map((index) => samples[index]!.place);
  }

  return {
    ahead: 0,
    total: Math.min(trials, space.size),
    skipped: 0,
    skips: [],
    propose(batch, known): ParamValues[] {
      for (let index = samples.length; index < known.length; index++) {
        const { params, result } = known[index]!;
        const ranked = rankedOf(result);
        samples.push({ place: space.encode(params), ranked, margin: marginOf(ranked, result.margin) });
      }
      const random = seededRandom(`${seed}:bayes:${batch}`);
      if (batch === 0) return latinHypercube(space, points, firstBatch(space, trials), random);
      const made = model(random);
      return made === null ? drawn(points, BAYES_BATCH) : pickBatch(made, options, points, random);
    },
  };
}

function pickBatch({ beliefs, best }: Model, source: OptionSource, points: NovelPoints, random: Random): ParamValues[] {
  const scorer = createScorer(beliefs);
  let open = source.options(best, random).map((option) => scorer.add(option));
  const batch: ParamValues[] = [];
  while (batch.length < BAYES_BATCH) {
    if (open.length === 0) return [...batch, ...drawn(points, BAYES_BATCH - batch.length)];
    const chosen = refined(bestOf(open, scorer), scorer, source, random);
    points.take(chosen.params);
    batch.push(chosen.params);
    scorer.believe(chosen);
    open = open.filter(({ place }) => place.some((unit, index) => unit !== chosen.place[index]));
  }
  return batch;
}

/** Climbs from a place by small random steps. */
function refined(start: Scored, scorer: Scorer, source: OptionSource, random: Random): Scored {
  let chosen = start;
  for (const step of REFINEMENTS) {
    const near: Option[] = source.near(chosen.place, step, TRIES_A_REFINEMENT, random);
    chosen = bestOf([chosen, ...near.map((option) => scorer.add(option))], scorer);
  }
  return chosen;
}

/** The first of the best. */
function bestOf(scored: readonly Scored[], scorer: Scorer): Scored {
  let best = scored[0]!;
  let bestScore = scorer.scoreOf(best);
  for (const one of scored) {
    const score = scorer.scoreOf(one);
    if (score > bestScore) [best, bestScore] = [one, score];
  }
  return best;
}

/** Two a dimension and two more, at least eight, at most half of the budget, in whole batches. */
function firstBatch(space: Space, trials: number): number {
  const wanted = Math.min(Math.max(8, 2 * space.dimensions.length + 2), Math.max(BAYES_BATCH, trials / 2));
  return Math.ceil(wanted / BAYES_BATCH) * BAYES_BATCH;
}

/** Each dimension's range is cut into as many slices as there are places, and each slice is used once. */
function latinHypercube(space: Space, points: NovelPoints, count: number, random: Random): ParamValues[] {
  const slices = space.dimensions.map(() => Array.from({ length: count }, (_, index) => index));
  for (const order of slices) {
    for (let last = count - 1; last > 0; last--) {
      const other = random.integer(0, last);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
  }
  const batch: ParamValues[] = [];
  for (let index = 0; index < count; index++) {
    const params = space.decode(slices.map((order) => (order[index]! + random.next()) / count));
    const taken = points.take(params) ? params : points.draw();
    if (taken !== null) batch.push(taken);
  }
  return batch;
}

function drawn(points: NovelPoints, count: number): ParamValues[] {
  const batch: ParamValues[] = [];
  while (batch.length < count) {
    const params = points.draw();
    if (params === null) break;
    batch.push(params);
  }
  return batch;
}

/** Indexes, ascending: the newest half and the best of the others. */
function bestAndNewest(values: readonly number[], most: number): number[] {
  const indexes = values.map((_, index) => index);
  if (values.length <= most) return indexes;
  const newest = indexes.slice(values.length - most / 2);
  const best = indexes.slice(0, values.length - most / 2).sort((a, b) => values[b]! - values[a]! || a - b);
  return [...best.slice(0, most / 2), ...newest].sort((a, b) => a - b);
}

/** Indexes of the four best, those inside the constraints first. */
function bestFew(samples: readonly Sample[], indexes: readonly number[], values: readonly number[]): number[] {
  const outside = (index: number) => Number(samples[index]!.ranked.violation !== 0);
  return indexes.toSorted((a, b) => outside(a) - outside(b) || values[b]! - values[a]! || a - b).slice(0, 4);
}

/** Trials that are not usable have the worst value already: they need no margin as well. */
function marginOf({ violation }: Ranked, margin: number | undefined): number {
  if (violation === Infinity) return 0;
  return Math.max(-1, Math.min(1, margin ?? (violation === 0 ? 0.25 : -0.25 - violation)));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
