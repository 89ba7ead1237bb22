/**
 * The trading side of a node: its market, its links to other nodes, and the floor with the actors of its roles. Wakes
 * nothing yet.
 */
import { strategyInstances } from "../actors/trading/strategies.service.ts";
import type { Settings } from "../config/settings.ts";
import type { StartOptions } from "../config/start-options.ts";
import type { Desk } from "../domain/contract/desk.ts";
import { PostgresCheckpoints } from "../mixins/outbox/checkpoints.ts";
import type { Catalogue } from "../strategies/catalogue.ts";
import { OpenRuns } from "../research/store/open-runs.ts";
import { Announcer } from "../topology/announcer.ts";
import { Floor } from "../topology/floor.ts";
import type { Recording } from "../venues/replay/recording.ts";
import type { Closers } from "./closers.ts";
import { type Links, localLinks, type NodeIdentity } from "./links.ts";
import { type MarketSource, openMarketSource } from "./market-source.ts";
import { meshLinks } from "./mesh-links.ts";
import { type NodeResearch, openResearch } from "./research.ts";
import type { Storage } from "./storage.ts";
import { guardStrategies } from "./strategy-guard.ts";
import { systemClock, systemPorts } from "./system-ports.ts";

export interface NodeFloor {
  readonly source: MarketSource;
  readonly links: Links;
  readonly floor: Floor;
  readonly announcer: Announcer;
  readonly catalogue: Catalogue;
  /** Null on a node that carries out none. */
  readonly research: NodeResearch | null;
  /** Everybody is awake: a replay may begin. */
  readonly awake: () => void;
}

export interface NodeFloorParts {
  readonly settings: Settings;
  readonly options: StartOptions;
  readonly identity: NodeIdentity;
  readonly storage: Storage;
  readonly recording: Recording | null;
}

/** Instances made on other nodes wake by the first message to them; the list is read again this often. */
const STRATEGIES_READ_MS = 10_000;
/** A run submitted on another node is waited for by a person. */
const RUNS_READ_MS = 2_000;

export async function openNodeFloor(parts: NodeFloorParts, closers: Closers): Promise<NodeFloor> {
  const { settings, options, identity, storage, recording } = parts;
  const { log, journal, reminders, pool } = storage;
  const { nodeId, roles } = identity;
  const { catalogue, quarantine, holder } = await guardStrategies(settings, identity, storage, closers);
  const { awake, quiet } = onceAwake(() => floor.quiet());
  const source = openMarketSource({ settings, options, journal, quiet }, recording);
  const links = await openLinks(parts, source.desk, closers);
  const { feed, directory, publisher, remote } = links;
  const checkpoints = new PostgresCheckpoints(pool);
  await checkpoints.prepare();
  const research = roles.includes("data")
    ? await openResearch({ settings, nodeId, folder: storage.folder.path, ownModule: catalogue.ownModule, log: log.line }, closers)
    : null;
  const openRuns = new OpenRuns(journal);
  const announcer = new Announcer({ nodeId, clock: source.tradingClock, feed, log: log.line, collects: roles.includes("core") });
  const floor: Floor = new Floor({
    ...systemPorts,
    roles,
    settings,
    journal,
    feed,
    directory,
    announcer,
    quarantine,
    holder,
    reminders,
    desk: source.desk,
    ...(remote === undefined ? {} : { remote }),
    log: log.line,
    tradingClock: source.tradingClock,
    venues: [source.venue],
    openVenue: source.openVenue,
    outbox: { checkpoints, publisher },
    startEquity: settings.simEquity,
    definitionOf: catalogue.strategyNamed,
    ownStrategies: catalogue.ownModule,
    ...(research === null ? {} : { research }),
    runIds: remembered(() => openRuns.ids(), RUNS_READ_MS),
    strategyIds: remembered(async () => (await strategyInstances(journal)).map(({ id }) => id), STRATEGIES_READ_MS),
    ...(source.equitySampleMs === undefined ? {} : { equitySampleMs: source.equitySampleMs }),
  });
  links.bind(floor.host);
  return { source, links, floor, announcer, catalogue, research, awake };
}

async function openLinks({ settings, identity, storage }: NodeFloorParts, desk: Desk, closers: Closers): Promise<Links> {
  const { journal, log } = storage;
  const onFeedError = (subject: string, error: unknown): void => log.line("error", `a listener of ${subject} failed`, error);
  const afterEpoch = await journal.highestEpoch();
  if (!identity.meshed) return localLinks({ nodeId: identity.nodeId, afterEpoch, onFeedError, log: log.line });
  return meshLinks({ settings, identity, desk, afterEpoch, onFeedError, log: log.line }, closers);
}

/** A replay must not run ahead of those who are still waking up: nothing is quiet before `awake` was called. */
function onceAwake(quiet: () => Promise<void> | void): { awake: () => void; quiet: () => Promise<void> | void } {
  let isAwake = false;
  let awake: () => void = () => undefined;
  const awakened = new Promise<void>((resolve) => (awake = resolve)).then(() => {
    isAwake = true;
    return quiet();
  });
  return { awake, quiet: () => (isAwake ? quiet() : awakened) };
}

/** Asked once a second by the keeper: what was answered stays true for a while. */
function remembered(read: () => Promise<readonly string[]>, forMs: number): () => Promise<readonly string[]> {
  let known: { readonly ids: readonly string[]; readonly atMs: number } | null = null;
  return async () => {
    if (known === null || systemClock.now() - known.atMs > forMs) known = { ids: await read(), atMs: systemClock.now() };
    return known.ids;
  };
}
