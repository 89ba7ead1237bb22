/**
 * One pass of the forward and backward recursions of `hidden-markov.ts`: what the model makes of the returns, and the sums
 * from which the next model is made. Probabilities are scaled to 1 at every row, so that nothing underflows over a million
 * rows; an outlier that every state finds impossible still has a likeliest state, because densities are compared by
 * their logarithms.
 */

export interface RegimeModel {
  /** Probability of each state at the first row. */
  readonly start: readonly number[];
  /** `transition[from][to]`. */
  readonly transition: readonly (readonly number[])[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

export interface ModelSums {
  readonly logLikelihood: number;
  /** `forward[row * states + state]`: probability of the state given this row and those before. */
  readonly forward: Float64Array;
  readonly start: readonly number[];
  /** Expected number of moves from a state to another. */
  readonly moves: readonly (readonly number[])[];
  /** Expected rows in each state, and of their returns the sum and the sum of squares. */
  readonly weight: readonly number[];
  readonly sum: readonly number[];
  readonly squares: readonly number[];
}

/** Keeps a state possible that a model with a move of probability 0 would rule out. */
const LEAST_DENSITY = 1e-200;

interface Forward {
  readonly density: Float64Array;
  readonly forward: Float64Array;
  readonly scale: Float64Array;
  readonly logLikelihood: number;
}

/** @param passes "forward" leaves the sums at 0: they need what came after. */
export function expectation(model: RegimeModel, returns: Float64Array, passes: "forward" | "both"): ModelSums {
  const pass = forwardPass(model, returns);
  const zeros = model.means.map(() => 0);
  const sums = { start: [...zeros], moves: zeros.map(() => [...zeros]), weight: [...zeros], sum: [...zeros], squares: [...zeros] };
  if (passes === "both") backwardPass(model, returns, pass, sums);
  return { ...sums, forward: pass.forward, logLikelihood: pass.logLikelihood };
}

function forwardPass(model: RegimeModel, returns: Float64Array): Forward {
  const states = model.means.length;
  const density = new Float64Array(returns.length * states);
  const forward = new Float64Array(returns.length * states);
  const scale = new Float64Array(returns.length);
  const logs = model.deviations.map((deviation) => -Math.log(deviation) - 0.5 * Math.log(2 * Math.PI));
  let logLikelihood = 0;
  for (let row = 0; row < returns.length; row++) {
    const shift = densities(model, logs, returns[row]!, density.subarray(row * states, (row + 1) * states));
    let total = 0;
    for (let to = 0; to < states; to++) {
      let arriving = row === 0 ? model.start[to]! : 0;
      if (row > 0) for (let from = 0; from < states; from++) arriving += forward[(row - 1) * states + from]! * model.transition[from]![to]!;
      const value = arriving * density[row * states + to]!;
      forward[row * states + to] = value;
      total += value;
    }
    for (let to = 0; to < states; to++) forward[row * states + to]! /= total;
    scale[row] = total;
    logLikelihood += Math.log(total) + shift;
  }
  return { density, forward, scale, logLikelihood };
}

/** Writes densities as multiples of the largest one; returns its logarithm. @param logs of each density at its mean. */
function densities({ means, deviations }: RegimeModel, logs: readonly number[], value: number, into: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let own = 0; own < means.length; own++) {
    const gap = (value - means[own]!) / deviations[own]!;
    into[own] = logs[own]! - 0.5 * gap * gap;
    if (into[own]! > largest) largest = into[own]!;
  }
  for (let own = 0; own < means.length; own++) into[own] = Math.exp(into[own]! - largest) + LEAST_DENSITY;
  return largest;
}

interface OpenSums {
  start: number[];
  moves: number[][];
  weight: number[];
  sum: number[];
  squares: number[];
}

function backwardPass(model: RegimeModel, returns: Float64Array, { density, forward, scale }: Forward, sums: OpenSums): void {
  const states = model.means.length;
  const after = new Float64Array(states).fill(1);
  const coming = new Float64Array(states);
  for (let row = returns.length - 1; row >= 0; row--) {
    const value = returns[row]!;
    for (let own = 0; own < states; own++) {
      const share = forward[row * states + own]! * after[own]!;
      sums.weight[own]! += share;
      sums.sum[own]! += share * value;
      sums.squares[own]! += share * value * value;
      if (row === 0) sums.start[own] = share;
      coming[own] = (after[own]! * density[row * states + own]!) / scale[row]!;
    }
    if (row === 0) return;
    for (let from = 0; from < states; from++) {
      const before = forward[(row - 1) * states + from]!;
      const leaving = model.transition[from]!;
      const counted = sums.moves[from]!;
      let total = 0;
      for (let to = 0; to < states; to++) {
        const part = leaving[to]! * coming[to]!;
        counted[to]! += before * part;
        total += part;
      }
      after[from] = total;
    }
  }
}
