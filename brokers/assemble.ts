/**
 * Puts a floor together: data folder, database, journal, market, actors, in this order; `Closers` ends them in the
 * opposite one. Refuses to own the broker: whoever starts the process does.
 */
import { readFileSync } from "node:fs";
import { unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServiceBroker } from "moleculer";
import { createAuth } from "../actors/core/auth.service.ts";
import type { GatewayService } from "../actors/core/gateway.service.ts";
import { strategyInstances } from "../actors/trading/strategies.service.ts";
import { createStrategy } from "../actors/trading/strategy-birth.ts";
import type { Settings } from "../config/settings.ts";
import type { StartOptions } from "../config/start-options.ts";
import { strategyMessages } from "../domain/contract/actors.ts";
import { invalid } from "../domain/kernel/errors.ts";
import { LocalFeed } from "../mixins/feed/local-feed.ts";
import { EventStream } from "../mixins/journal/event-stream.ts";
import type { PostgresJournal } from "../mixins/journal/postgres-journal.ts";
import { strategyNamed } from "../strategies/index.ts";
import { Announcer } from "../topology/announcer.ts";
import { Floor } from "../topology/floor.ts";
import type { Closers } from "./closers.ts";
import { type MarketSource, openMarketSource, openReplayFiles } from "./market-source.ts";
import type { MeshParts } from "./mesh.ts";
import type { DataFolder } from "./postgres/data-folder.ts";
import { openStorage } from "./storage.ts";
import { systemClock, systemPorts } from "./system-ports.ts";
import { watchVitals } from "./vitals.ts";

export interface AssembledFloor {
  readonly mesh: MeshParts;
  /** Printed once, when the first start made the user `admin`; null later, or when it was given. */
  readonly adminPassword: string | null;
  readonly dataFolder: string;
  readonly database: string;
  readonly source: MarketSource;
  readonly strategies: number;
  /** The broker listens: the floor is ready, a replay may begin, programs on this machine can find it. */
  readonly opened: (broker: ServiceBroker) => Promise<string>;
}

export const VERSION: string = (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string })
  .version;
const DASHBOARD = new URL("../dashboard/dist", import.meta.url).pathname;
const NODE_ID = "floor-1";

export async function assembleFloor(settings: Settings, options: StartOptions, closers: Closers): Promise<AssembledFloor> {
  // First: a recording that cannot be read takes nothing from anybody.
  const recording = await openReplayFiles(options);
  const { folder, log, database, journal, pool } = await openStorage(settings, options, closers);

  const feed = new LocalFeed((subject, error) => log.line("error", `a listener of ${subject} failed`, error));
  const { awake, quiet } = onceAwake(() => floor.quiet());
  const source = openMarketSource({ settings, options, journal, quiet }, recording);
  const announcer = new Announcer(source.tradingClock, feed, log.line);
  const floor: Floor = new Floor({
    nodeId: NODE_ID,
    desk: source.desk,
    settings,
    journal,
    feed,
    announcer,
    log: log.line,
    ...systemPorts,
    tradingClock: source.tradingClock,
    venues: [source.venue],
    startEquity: settings.simEquity,
    definitionOf: strategyNamed,
    ...(source.equitySampleMs === undefined ? {} : { equitySampleMs: source.equitySampleMs }),
  });
  const vitals = watchVitals(NODE_ID, ["all"], floor.host);
  closers.add("vital signs", vitals.close);
  closers.add("venue", () => source.venue.close());
  closers.add("floor", () => floor.rest(settings.drainTimeoutMs));

  const auth = createAuth({ pool, clock: systemClock });
  await auth.prepare();
  const admin = await auth.ensureAdmin({ password: settings.adminPassword });
  const ids = await wakeFloor(floor, journal, source, options.strategies);
  let readyAtMs: number | null = null;
  const mesh: MeshParts = {
    nodeId: NODE_ID,
    floor,
    feed,
    logger: log.logger,
    auth,
    desk: source.desk,
    journal,
    clock: source.tradingClock,
    tradingClock: source.tradingClock,
    version: VERSION,
    startedAtMs: source.tradingClock.now(),
    replay: source.replay,
    events: (limit) => announcer.latest(limit),
    node: vitals.row,
    feeds: () => floor.feeds(),
    readyAtMs: () => readyAtMs,
    gateway: gatewayOf(settings, options),
    onStopped: () => closers.closeAll(),
  };
  const opened = async (broker: ServiceBroker): Promise<string> => {
    readyAtMs = systemClock.now();
    awake();
    const { url } = (broker.getLocalService("gateway") as unknown as GatewayService).address!;
    await writeRunFile(folder, closers, { url, token: auth.createLocalToken(), pid: process.pid });
    return url;
  };
  return { mesh, adminPassword: admin.password, dataFolder: folder.path, database, source, strategies: ids.length, opened };
}

function gatewayOf(settings: Settings, options: StartOptions): MeshParts["gateway"] {
  return { host: options.host ?? settings.host, port: options.port ?? settings.port, dashboardFolder: DASHBOARD, version: VERSION };
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

async function wakeFloor(
  floor: Floor,
  journal: PostgresJournal,
  source: MarketSource,
  overrides: StartOptions["strategies"],
): Promise<string[]> {
  const ids = await firstStrategies(journal, source, overrides);
  await floor.wake(ids);
  for (const { id, params } of overrides) {
    await floor.host.ask(strategyMessages.setParameters, id, { id, params, by: "start flags", note: "--set" });
  }
  return ids;
}

/**
 * A new floor begins with the sample strategies running; an old one with what it had. That the samples are all there is
 * journaled, so a first start that was killed half-way is finished by the next.
 */
async function firstStrategies(journal: PostgresJournal, source: MarketSource, overrides: StartOptions["strategies"]): Promise<string[]> {
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

/** How programs on this machine find the running floor; readable by its owner only. */
async function writeRunFile(folder: DataFolder, closers: Closers, run: { url: string; token: string; pid: number }): Promise<void> {
  const path = join(folder.path, "run.json");
  await writeFile(path, `${JSON.stringify(run)}\n`, { mode: 0o600 });
  closers.add("run file", () => unlink(path));
}
