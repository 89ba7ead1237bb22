/**
 * Which bars a strategy decides on when nobody said: those of the data. A strategy that names its interval by a
 * parameter would otherwise ask for its own default, which data of longer bars cannot give. What the user set stays.
 */
import { invalid } from "../../domain/kernel/errors.ts";
import { INTERVALS } from "../../domain/market/events.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";

/** @throws {DstaError} VALIDATION_ERROR naming the parameter when the data's interval is none of its choices. */
export function withDataInterval(
  definition: AnyStrategy,
  given: Readonly<Record<string, unknown>>,
  intervalMs: number,
): Readonly<Record<string, unknown>> {
  const params: Record<string, unknown> = { ...given };
  let deciding = true;
  for (const source of Object.values(definition.data)) {
    if (source.source !== "candles") continue;
    const isDeciding = deciding;
    deciding = false;
    if (typeof source.interval === "string") continue;
    const name = source.interval.param;
    const param = definition.params[name];
    if (param === undefined || params[name] !== undefined) continue;
    // A second, slower series keeps its own default as long as the data can give it.
    if (!isDeciding && INTERVALS[param.default as keyof typeof INTERVALS] % intervalMs === 0) continue;
    params[name] = intervalNamed(name, intervalMs, param.choices ?? []);
  }
  return params;
}

function intervalNamed(param: string, intervalMs: number, choices: readonly string[]): string {
  const found = Object.entries(INTERVALS).find(([name, lengthMs]) => lengthMs === intervalMs && choices.includes(name));
  if (found === undefined) throw invalid(`params.${param}`, `data in bars of one of ${choices.join(", ")}`, `${intervalMs} ms`);
  return found[0];
}
