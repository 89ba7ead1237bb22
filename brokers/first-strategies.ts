/**
 * The strategies of a desk when it opens: a new desk begins with the samples running, an old one with what it had. That
 * the samples are all there is journaled, so a first start that was killed half-way is finished by the next, and nodes
 * that open one desk together do it once.
 */
import { strategyInstances } from "../actors/trading/strategies.service.ts";
import { createStrategy } from "../actors/trading/strategy-birth.ts";
import type { StartOptions } from "../config/start-options.ts";
import type { Journal } from "../domain/journal/journal.ts";
import { invalid, isExpected } from "../domain/kernel/errors.ts";
import { EventStream } from "../mixins/journal/event-stream.ts";
import { strategyNamed } from "../strategies/index.ts";
import type { MarketSource } from "./market-source.ts";

/** Another node was faster: what it did is read at the next try. */
const RACES: ReadonlySet<string> = new Set(["FENCED", "VERSION_CONFLICT", "STRATEGY_EXISTS"]);
const TRIES = 10;

/** Ids of all instances. @throws {DstaError} VALIDATION_ERROR for parameters of a strategy that is not there */
export async function openDesk(journal: Journal, source: MarketSource, overrides: StartOptions["strategies"]): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await firstStrategies(journal, source, overrides);
    } catch (error) {
      if (tries === TRIES || !isExpected(error) || !RACES.has(error.type)) throw error;
    }
  }
}

async function firstStrategies(journal: Journal, source: MarketSource, overrides: StartOptions["strategies"]): Promise<string[]> {
  const known = (await strategyInstances(journal)).map(({ id }) => id);
  const { desk, venue, samples, tradingClock } = source;
  const { stream, state: opening } = await EventStream.open(journal, `desk/${desk.name}`, {
    start: () => ({ done: false }),
    apply: (seen: { done: boolean }) => void (seen.done = true),
  });
  const missing = opening.done ? [] : samples.filter(({ id }) => !known.includes(id));
  const names = [...known, ...missing.map(({ id }) => id)];
  const stray = overrides.find(({ id }) => !names.includes(id));
  if (stray) throw invalid("--set", `one of the strategies ${names.join(", ")}`, stray.id);
  for (const { id, strategy, symbol, params: sample } of missing) {
    const params = { ...sample, ...overrides.find((override) => override.id === id)?.params };
    const wish = { id, strategy, account: desk.accounts[0]!, venue: venue.id, symbol, params, by: "first start", start: true };
    await createStrategy(journal, wish, strategyNamed(strategy), tradingClock.now());
  }
  if (!opening.done) await stream.append([{ type: "DeskOpened", schema: 1, atMs: tradingClock.now(), data: { strategies: names } }]);
  return names;
}
