/**
 * Regimes of a series of returns: by rule over a rolling window, and by a hidden Markov model. Owns what is learned from
 * what: the model is fitted on the first half of the rows and labels the second, so that no label knows its future.
 */
import { filterRegimes, fitRegimes } from "../../domain/analytics/hidden-markov.ts";
import { classifyRegimes } from "../../domain/analytics/regime.ts";

const WINDOW = 20;

export function regimesOf({ timeMs, value }: { timeMs: Float64Array; value: Float64Array }, states: 2 | 3, seed: string) {
  const half = Math.ceil(value.length / 2);
  const model = fitRegimes(value.subarray(0, half), { states, seed });
  const { state, probability } = filterRegimes(model, value);
  const rules = classifyRegimes(value, { window: WINDOW });
  return {
    fittedOn: half,
    model,
    rows: Array.from(value.subarray(half), (_, index) => {
      const row = half + index;
      return { time: timeMs[row]!, state: state[row]!, probability: probability[row]!, ...rules[row]! };
    }),
  };
}
