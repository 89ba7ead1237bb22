/**
 * Regimes by a hidden Markov model: two or three states, each with a normal distribution of returns, that the market moves
 * between. `fitRegimes` learns it (Baum and Welch, in the scaled form of Rabiner 1989) from a stretch of the past;
 * `filterRegimes` tells from each row and those before it which state it is in. Causal: there is no smoothing, so a label
 * never knows what came after; fit on data that ends before the rows that are labelled.
 *
 * States are in order of deviation: 0 is the calmest. Several seeded starts, the likeliest result is kept; the same seed
 * gives the same model. No state's variance falls below 1e-6 of the whole sample's, so that none dwells on one point.
 */
import { invalid } from "../kernel/errors.ts";
import { type Random, seededRandom } from "../kernel/random.ts";
import { deviation, mean } from "./moments.ts";
import { expectation, type ModelSums, type RegimeModel } from "./hidden-markov-step.ts";

export interface FittedRegimes extends RegimeModel {
  readonly logLikelihood: number;
  readonly rounds: number;
  /** False when the rounds ran out first. */
  readonly converged: boolean;
}

export interface FitOptions {
  readonly states: 2 | 3;
  readonly seed: string;
  /** Default 5. */
  readonly starts?: number;
  /** Of each start. Default 200. */
  readonly rounds?: number;
}

const LEAST_ROWS = 30;
const CONVERGED = 1e-8;
const VARIANCE_FLOOR = 1e-6;

/** @throws {DstaError} VALIDATION_ERROR with too few returns, some that are not finite, or returns that do not vary. */
export function fitRegimes(returns: Float64Array, { states, seed, starts = 5, rounds = 200 }: FitOptions): FittedRegimes {
  if (returns.length < LEAST_ROWS) throw invalid("returns", `${LEAST_ROWS} returns at least`, returns.length);
  const bad = returns.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) throw invalid(`returns[${bad}]`, "a finite number", returns[bad]);
  const spread = deviation(returns)!;
  if (spread === 0) throw invalid("returns", "returns that vary");
  const random = seededRandom(seed);
  let best: FittedRegimes | null = null;
  for (let start = 0; start < starts; start++) {
    const fitted = climb(returns, guess(returns, states, start === 0 ? null : random), rounds, spread);
    if (best === null || fitted.logLikelihood > best.logLikelihood) best = fitted;
  }
  if (best === null) throw invalid("starts", "1 at least", starts);
  return byDeviation(best);
}

/** Most likely state of every row, given it and the rows before, and how likely that state is. */
export function filterRegimes(
  model: RegimeModel,
  returns: Float64Array,
): { readonly state: Uint8Array; readonly probability: Float64Array } {
  const states = model.means.length;
  const state = new Uint8Array(returns.length);
  const probability = new Float64Array(returns.length);
  const { forward } = expectation(model, returns, "forward");
  for (let row = 0; row < returns.length; row++) {
    let best = 0;
    for (let own = 1; own < states; own++) if (forward[row * states + own]! > forward[row * states + best]!) best = own;
    state[row] = best;
    probability[row] = forward[row * states + best]!;
  }
  return { state, probability };
}

/** Returns sorted by size and dealt to the states in equal parts; later starts move that about. */
function guess(returns: Float64Array, states: number, random: Random | null): RegimeModel {
  const center = mean(returns)!;
  const bySize = Float64Array.from(returns).sort((a, b) => Math.abs(a - center) - Math.abs(b - center));
  const parts = Array.from({ length: states }, (_, own) =>
    bySize.subarray(Math.floor((own * bySize.length) / states), Math.floor(((own + 1) * bySize.length) / states)),
  );
  const whole = deviation(returns)!;
  const stays = random === null ? 0.95 : 0.8 + 0.19 * random.next();
  return {
    start: parts.map(() => 1 / states),
    transition: parts.map((_, from) => parts.map((__, to) => (from === to ? stays : (1 - stays) / (states - 1)))),
    means: parts.map((part) => (random === null ? mean(part)! : center + whole * random.normal())),
    deviations: parts.map((part) => Math.max(deviation(part)!, whole / 100) * (random === null ? 1 : 0.5 + random.next())),
  };
}

function climb(returns: Float64Array, from: RegimeModel, rounds: number, spread: number): FittedRegimes {
  let model = from;
  let before = Number.NEGATIVE_INFINITY;
  for (let round = 1; round <= rounds; round++) {
    const sums = expectation(model, returns, "both");
    const converged = sums.logLikelihood - before <= CONVERGED * Math.abs(sums.logLikelihood);
    if (converged) return { ...model, logLikelihood: sums.logLikelihood, rounds: round, converged };
    before = sums.logLikelihood;
    model = maximised(sums, spread ** 2 * VARIANCE_FLOOR);
  }
  return { ...model, logLikelihood: expectation(model, returns, "forward").logLikelihood, rounds, converged: false };
}

function maximised({ start, moves, weight, sum, squares }: ModelSums, varianceFloor: number): RegimeModel {
  const means = weight.map((total, own) => (total > 0 ? sum[own]! / total : 0));
  return {
    start,
    transition: moves.map((row) => {
      const total = row.reduce((all, value) => all + value, 0);
      return row.map((value) => (total > 0 ? value / total : 1 / row.length));
    }),
    means,
    deviations: weight.map((total, own) =>
      Math.sqrt(Math.max(total > 0 ? squares[own]! / total - means[own]! ** 2 : varianceFloor, varianceFloor)),
    ),
  };
}

function byDeviation(model: FittedRegimes): FittedRegimes {
  const order = model.deviations.map((_, own) => own).sort((a, b) => model.deviations[a]! - model.deviations[b]!);
  const sorted = (values: readonly number[]) => order.map((own) => values[own]!);
  return {
    ...model,
    start: sorted(model.start),
    transition: order.map((own) => sorted(model.transition[own]!)),
    means: sorted(model.means),
    deviations: sorted(model.deviations),
  };
}
