/** The actor kinds of a floor, each given what it needs of the desk and its venues. */
import { relayActor } from "../actors/core/relay.actor.ts";
import { backtestActor } from "../actors/data/backtest.actor.ts";
import { barsActor } from "../actors/data/bars.actor.ts";
import { optimizerActor } from "../actors/data/optimizer.actor.ts";
import type { ResearchDeps } from "../actors/data/research-run.ts";
import { bookActor } from "../actors/exchange/book.actor.ts";
import { connectionActor } from "../actors/exchange/connection.actor.ts";
import { executionActor } from "../actors/trading/execution.actor.ts";
import { positionsActor } from "../actors/trading/positions.actor.ts";
import { riskActor } from "../actors/trading/risk.actor.ts";
import type { RunnerPorts } from "../actors/trading/strategy-session.ts";
import { StrategyThreads } from "../actors/trading/strategy-thread.ts";
import { strategyActor } from "../actors/trading/strategy.actor.ts";
import { EQUITY_SAMPLE_MS, LOOKUP_POLICY } from "../config/policies.ts";
import type { Settings } from "../config/settings.ts";
import { accountOf, type Desk } from "../domain/contract/desk.ts";
import type { Feed } from "../domain/contract/subjects.ts";
import type { Journal } from "../domain/journal/journal.ts";
import { fromNumber } from "../domain/kernel/decimal.ts";
import { notFound } from "../domain/kernel/errors.ts";
import type { AnyStrategy } from "../domain/strategy/define.ts";
import type { AnyActor } from "../mixins/hosted/actor.ts";
import type { HostPorts } from "../mixins/hosted/host.ts";
import { MemoryQuarantine } from "../mixins/quarantine/memory-quarantine.ts";
import type { Quarantine } from "../mixins/quarantine/quarantine.ts";
import { LoopHolder } from "../mixins/watchdog/loop-holder.ts";
import type { Checkpoints } from "../mixins/outbox/checkpoints.ts";
import type { EventPublisher } from "../mixins/outbox/event-publisher.ts";
import type { Venue, VenueKind } from "../venues/venue.ts";

export interface DefinitionParts extends Pick<HostPorts, "systemClock" | "elapsedMs" | "defer"> {
  readonly desk: Desk;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly feed: Feed;
  readonly venues: readonly VenueKind[];
  /** A fresh driver of an account's venue, for one ownership of its connection. */
  readonly openVenue: (account: string, epoch: bigint) => Venue;
  readonly startEquity: number;
  /** Trading time between two journaled samples of equity; default one minute. */
  readonly equitySampleMs?: number;
  readonly definitionOf: (name: string) => AnyStrategy;
  /** URL of the module with the user's own strategies, for those in threads of their own. Default: none. */
  readonly ownStrategies?: string | null;
  /** Default: one that ends with the process. */
  readonly quarantine?: Quarantine;
  /** Where the journal's records go; absent: nobody outside hears of them. */
  readonly outbox?: { readonly checkpoints: Checkpoints; readonly publisher: EventPublisher };
  /** Where research runs are carried out; absent: nowhere on this node. */
  readonly research?: Omit<ResearchDeps, "journal" | "systemClock">;
  /** Told whose code runs. Default: nobody reads it. */
  readonly holder?: LoopHolder;
}

export function actorsOf(parts: DefinitionParts): AnyActor[] {
  const { desk, journal, feed, settings, venues } = parts;
  const venueOf = (id: string): VenueKind => {
    const venue = venues.find((other) => other.id === id);
    if (!venue) throw notFound("venue", id);
    return venue;
  };
  const ofVenue = (venue: string): string => accountOf(desk, venue);
  const simulated = desk.mode !== "live";
  const { outbox, systemClock, research } = parts;
  return [
    ...(outbox === undefined ? [] : [relayActor({ journal, systemClock, ...outbox })]),
    connectionActor({ openVenue: parts.openVenue, feed }),
    bookActor({
      accountOf: ofVenue,
      codecOf: (venue) => venueOf(venue).codec,
      staleAfterMs: settings.staleAfterMs,
      snapshotRetryMs: settings.snapshotRetryMs,
    }),
    barsActor({ accountOf: ofVenue }),
    ...(research === undefined ? [] : researchActors({ journal, systemClock, ...research })),
    positionsActor({
      journal,
      termsOf: (account) => ({ account, currency: "USDT", startEquity: fromNumber(parts.startEquity), simulated }),
      sampleMs: parts.equitySampleMs ?? EQUITY_SAMPLE_MS,
    }),
    riskActor({ journal, hasBooks: (venue) => venueOf(venue).capabilities.depthStream !== false }),
    executionActor({ journal, lookup: LOOKUP_POLICY, answerTimeoutMs: settings.answerTimeoutMs }),
    strategyActor({
      journal,
      definitionOf: parts.definitionOf,
      isSimulated: () => simulated,
      quarantine: parts.quarantine ?? new MemoryQuarantine(),
      runners: runnersOf(parts),
    }),
  ];
}

function researchActors(deps: ResearchDeps): AnyActor[] {
  return [backtestActor(deps), optimizerActor(deps)];
}

function runnersOf({ settings, systemClock, elapsedMs, defer, ownStrategies, holder }: DefinitionParts): RunnerPorts {
  const threads = new StrategyThreads({
    clock: systemClock,
    elapsedMs,
    defer,
    callLimitMs: settings.strategyCallMs,
    memoryMb: settings.strategyMemoryMb,
    ownModule: ownStrategies ?? null,
  });
  return { holder: holder ?? new LoopHolder(), threads };
}
