/** One life of the trading program inside a simulated world: the real floor on ports that a test pumps. */
import { parseSettings } from "../../config/settings.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { EventRow } from "../../domain/contract/views.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import type { BookTop } from "../../domain/market/events.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import { type Directory, LocalDirectory } from "../../mixins/hosted/directory.ts";
import type { Remote } from "../../mixins/hosted/remote.ts";
import { strategyNamed } from "../../strategies/index.ts";
import { Announcer } from "../../topology/announcer.ts";
import { Floor } from "../../topology/floor.ts";
import { ROLES } from "../../topology/roles.ts";
import type { SampleStrategy } from "../../topology/samples.ts";
import { JournalVenueLedger } from "../../topology/venue-ledger.ts";
import type { SimFaults } from "../../venues/sim/faults.ts";
import { createSimVenue, type SimVenue, simVenueKind } from "../../venues/sim/sim-venue.ts";
import type { Venue } from "../../venues/venue.ts";
import type { Life } from "./world.ts";

export const ACCOUNT = "sim:main";
export const START_EQUITY = 1_000_000;

/** The samples of the program, on short bars and tight quotes, so that a minute holds many orders. */
export const STRATEGIES: readonly SampleStrategy[] = [
  { id: "sma-btc-1", strategy: "sma-cross", symbol: "BTC/USDT", params: { interval: "1s", fast: 2, slow: 5, size: 20_000 } },
  {
    id: "meanrev-sol-1",
    strategy: "bollinger-reversion",
    symbol: "SOL/USDT",
    params: { interval: "1s", length: 5, deviations: 0.6, size: 15_000 },
  },
  {
    id: "mm-eth-1",
    strategy: "market-maker",
    symbol: "ETH/USDT:USDT",
    params: { size: 5_000, maxInventory: 25_000, spreadBps: 1, requoteBps: 0.3, requotesPerSecond: 5 },
  },
  { id: "grid-xrp-1", strategy: "grid", symbol: "XRP/USDT", params: { stepBps: 1, levels: 4, size: 300 } },
];

export const SETTINGS = parseSettings({});

export function simVenueOf(life: Life, seed: string, journal: Journal, faults: SimFaults, epoch: bigint): SimVenue {
  return createSimVenue({
    id: "sim",
    seed,
    clock: life.clock,
    ledger: new JournalVenueLedger(journal, "sim", epoch),
    account: { balances: { USDT: decimal(String(START_EQUITY)) } },
    latencyMs: { submit: 20, report: 15 },
    faults,
  });
}

/** A floor, what it announced, and every top it published that cannot be acted on. */
export interface TradingLife {
  readonly life: Life;
  readonly floor: Floor;
  readonly events: EventRow[];
  readonly crossed: BookTop[];
  tops: number;
}

export interface FloorWorld {
  readonly life: Life;
  readonly journal: Journal;
  readonly openVenue: (account: string, epoch: bigint) => Venue;
  readonly directory: Directory;
  readonly feed: LocalFeed;
  /** The way to other nodes, where there are some. */
  readonly remote?: Remote;
}

/** Of a program on its own. @param afterEpoch the highest one of the lives before */
export function aloneParts(afterEpoch: bigint): { readonly directory: Directory; readonly feed: LocalFeed } {
  const feed = new LocalFeed((subject, error) => {
    throw new Error(`a listener of ${subject} failed`, { cause: error });
  });
  return { directory: new LocalDirectory({ nodeId: "simulated", afterEpoch }), feed };
}

export function openFloor({ life, journal, openVenue, directory, feed, remote }: FloorWorld): TradingLife {
  const log = (): void => undefined;
  const floor = new Floor({
    roles: ROLES,
    directory,
    ...(remote === undefined ? {} : { remote }),
    strategyIds: () => Promise.resolve(STRATEGIES.map(({ id }) => id)),
    desk: { name: SETTINGS.desk, mode: "paper", accounts: [ACCOUNT], venues: ["sim"] },
    settings: SETTINGS,
    journal,
    feed,
    announcer: new Announcer({ nodeId: directory.nodeId, clock: life.clock, feed, log, collects: true }),
    log,
    tradingClock: life.clock,
    systemClock: life.clock,
    // Time on the processor stands still: turns end by their count of messages, the same on every machine.
    elapsedMs: () => 0,
    defer: life.defer,
    venues: [simVenueKind("sim")],
    openVenue,
    startEquity: START_EQUITY,
    definitionOf: strategyNamed,
  });
  const trading: TradingLife = { life, floor, events: [], crossed: [], tops: 0 };
  feed.subscribe(subjects.floor("event"), (row) => void trading.events.push(row as EventRow));
  for (const { symbol } of STRATEGIES) {
    feed.subscribe(subjects.top("sim", symbol), (message) => {
      const top = message as BookTop;
      trading.tops++;
      if (top.quality === "LIVE" && top.bidPrice > 0 && top.askPrice > 0 && top.bidPrice >= top.askPrice) trading.crossed.push(top);
    });
  }
  return trading;
}
