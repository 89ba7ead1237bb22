/**
 * The strategies a process can run: those of this folder and, where a module of the user's own is named, its export
 * `strategies`. A thread that runs one strategy loads the same module, so both know the same names.
 */
import { DstaError, messageOf, notFound } from "../domain/kernel/errors.ts";
import type { AnyStrategy } from "../domain/strategy/define.ts";
import { strategies as ours } from "./index.ts";

export interface Catalogue {
  readonly strategies: readonly AnyStrategy[];
  /** URL of the user's own module; null for none. */
  readonly ownModule: string | null;
  /** @throws {DstaError} NOT_FOUND naming the strategies there are. */
  readonly strategyNamed: (name: string) => AnyStrategy;
}

/** @throws {DstaError} CONFIG_INVALID when the module cannot be loaded, exports no strategies, or uses a name that is taken. */
export async function loadCatalogue(ownModule: string | null): Promise<Catalogue> {
  const own = ownModule === null ? [] : await loadOwn(ownModule);
  const strategies = Object.freeze([...ours, ...own]);
  const byName = new Map(strategies.map((strategy) => [strategy.name, strategy]));
  const twice = strategies.find(({ name }, index) => strategies.findIndex((other) => other.name === name) < index);
  if (twice) throw unusable(ownModule, `two strategies are named ${twice.name}`);
  const strategyNamed = (name: string): AnyStrategy => {
    const found = byName.get(name);
    if (found === undefined) throw notFound("strategy", `${name} (there are ${[...byName.keys()].join(", ")})`);
    return found;
  };
  return { strategies, ownModule, strategyNamed };
}

async function loadOwn(url: string): Promise<readonly AnyStrategy[]> {
  let loaded: { readonly strategies?: unknown };
  try {
    loaded = (await import(url)) as typeof loaded;
  } catch (error) {
    throw unusable(url, messageOf(error), error);
  }
  const { strategies } = loaded;
  if (!Array.isArray(strategies) || !strategies.every(isStrategy))
    throw unusable(url, "expected an export `strategies`: a list of what defineStrategy returned");
  return strategies;
}

function isStrategy(value: unknown): value is AnyStrategy {
  return typeof value === "object" && value !== null && "name" in value && "on" in value && "version" in value;
}

function unusable(module: string | null, why: string, cause?: unknown): DstaError {
  return new DstaError("CONFIG_INVALID", `DSTA_STRATEGIES: ${module} cannot be used: ${why}`, {
    data: { field: "DSTA_STRATEGIES" },
    cause,
  });
}
