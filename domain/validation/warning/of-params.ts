/**
 * Are parameters on the edge of their range? A winner of a search on the edge of its space says the best lies outside of
 * it. Without a search, whole-number parameters that were moved to the end of what the strategy declares are named.
 */
import type { ResearchWarning } from "../../contract/views/research.ts";
import type { BacktestStrategy } from "../../simulation/backtest/types.ts";
import { type WarningInput, warning } from "./input.ts";

export function paramWarnings({ input, searched }: WarningInput): readonly ResearchWarning[] {
  if (searched !== undefined) {
    return searched
      .filter(({ value, low, high }) => high > low && (value <= low || value >= high))
      .map(({ name, value, low, high }) =>
        warning("PARAM_ON_EDGE", "warn", `${name} ${value} lies on the edge of its range ${low} to ${high}: the best may lie beyond.`),
      );
  }
  const texts = new Set(input.strategies.flatMap(declaredEdges));
  return [...texts].map((text) => warning("PARAM_ON_EDGE", "info", text));
}

function declaredEdges({ definition, params }: BacktestStrategy): readonly string[] {
  const texts: string[] = [];
  for (const [name, { type, min, max, default: usual }] of Object.entries(definition.params)) {
    const value = params[name];
    if (type !== "int" || value === usual || min === null || max === null || min === max) continue;
    if (value === min || value === max) texts.push(`${name} ${value} is the end of what ${definition.name} allows, ${min} to ${max}.`);
  }
  return texts;
}
