/** The strategies this program can run, by name. A new one is a folder here and a line in the list. */
import { notFound } from "../domain/kernel/errors.ts";
import type { AnyStrategy } from "../domain/strategy/define.ts";
import bollingerReversion from "./bollinger-reversion/bollinger-reversion.ts";
import grid from "./grid/grid.ts";
import marketMaker from "./market-maker/market-maker.ts";
import smaCross from "./sma-cross/sma-cross.ts";

export const strategies: readonly AnyStrategy[] = Object.freeze([bollingerReversion, grid, marketMaker, smaCross]);

/** @throws {DstaError} NOT_FOUND naming the strategies there are. */
export function strategyNamed(name: string): AnyStrategy {
  const found = strategies.find((strategy) => strategy.name === name);
  if (found === undefined) throw notFound("strategy", `${name} (there are ${strategies.map((strategy) => strategy.name).join(", ")})`);
  return found;
}
