/**
 * Puts a node together: data folder, database, journal, the trading side, access, services, in this order; `Closers` ends
 * them in the opposite one. Refuses to own the broker: whoever starts the process does.
 */
import { readFileSync } from "node:fs";
import { unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServiceBroker } from "moleculer";
import { type Auth, createAuth } from "../actors/core/auth.service.ts";
import type { GatewayService } from "../actors/core/gateway.service.ts";
import type { Settings } from "../config/settings.ts";
import type { StartOptions } from "../config/start-options.ts";
import { strategyMessages } from "../domain/contract/actors.ts";
import { NodeLife } from "../topology/node-life.ts";
import type { Closers } from "./closers.ts";
import { openDesk } from "./first-strategies.ts";
import { identityOf, type NodeIdentity } from "./links.ts";
import { publishMarkets } from "./market-data-out.ts";
import { type MarketSource, openReplayFiles } from "./market-source.ts";
import type { MeshParts } from "./mesh.ts";
import { type NodeFloor, openNodeFloor } from "./node-floor.ts";
import { drainNode, moveActor, restInOrder } from "./operations.ts";
import type { DataFolder } from "./postgres/data-folder.ts";
import { openStorage, type Storage } from "./storage.ts";
import { systemClock } from "./system-ports.ts";
import { type Vitals, watchVitals } from "./vitals.ts";

export interface AssembledFloor {
  readonly identity: NodeIdentity;
  readonly mesh: MeshParts;
  /** Printed once, when the first start made the user `admin`; null later, or when it was given. */
  readonly adminPassword: string | null;
  readonly dataFolder: string;
  readonly database: string;
  readonly source: MarketSource;
  readonly strategies: number;
  /** The broker runs: joins the others, wakes what belongs here; a replay may begin, programs on this machine can find it. */
  readonly opened: (broker: ServiceBroker) => Promise<string | null>;
}

/** What is put together so far. */
interface Node extends NodeFloor {
  readonly settings: Settings;
  readonly options: StartOptions;
  readonly identity: NodeIdentity;
  readonly storage: Storage;
  readonly closers: Closers;
  readonly auth: Auth;
  readonly vitals: Vitals;
  readonly life: NodeLife;
  readyAtMs: number | null;
}

export const VERSION: string = (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string })
  .version;
const DASHBOARD = new URL("../dashboard/dist", import.meta.url).pathname;

export async function assembleFloor(settings: Settings, options: StartOptions, closers: Closers): Promise<AssembledFloor> {
  // First: a recording that cannot be read takes nothing from anybody.
  const recording = await openReplayFiles(options);
  const identity = identityOf(settings, options);
  const storage = await openStorage(settings, options, identity, closers);
  const nodeFloor = await openNodeFloor({ settings, options, identity, storage, recording }, closers);
  const { floor, links, source } = nodeFloor;
  const { nodeId, roles } = identity;
  const vitals = watchVitals({
    nodeId,
    roles,
    host: floor.host,
    draining: () => links.draining(),
    journalOk: () => storage.journal.health().ok,
    feeds: () => floor.feeds(),
  });
  closers.add("vital signs", vitals.close);
  const life = new NodeLife({
    journal: storage.journal,
    directory: links.directory,
    roles,
    version: VERSION,
    clock: systemClock,
    log: storage.log.line,
    watches: roles.includes("core"),
  });
  closers.add("links", () => links.leave());
  if (identity.meshed) closers.add("node life", () => life.left());
  closers.add("floor", () => restInOrder(floor, links, settings.drainTimeoutMs));
  const auth = createAuth({ pool: storage.pool, clock: systemClock });
  const node: Node = { ...nodeFloor, settings, options, identity, storage, closers, auth, vitals, life, readyAtMs: null };
  const admin = await prepareAccess(node);
  const ids = roles.includes("trading") ? await openDesk(storage.journal, source, options.strategies) : [];
  // Alone, nobody is answered before everything is awake; among others, whoever is awake first is asked by them.
  if (!identity.meshed) await wake(node);
  return {
    identity,
    mesh: meshPartsOf(node),
    adminPassword: admin.password,
    dataFolder: storage.folder.path,
    database: storage.database,
    source,
    strategies: ids.length,
    opened: (broker) => open(node, broker),
  };
}

/** Users are the business of nodes that serve them. */
async function prepareAccess({ auth, identity, settings }: Node): Promise<{ password: string | null }> {
  if (!identity.roles.includes("core")) return { password: null };
  await auth.prepare();
  return auth.ensureAdmin({ password: settings.adminPassword });
}

async function wake({ floor, options }: Node): Promise<void> {
  await floor.wake();
  for (const { id, params } of options.strategies) {
    await floor.host.ask(strategyMessages.setParameters, id, { id, params, by: "start flags", note: "--set" });
  }
}

async function open(node: Node, broker: ServiceBroker): Promise<string | null> {
  const { identity, links, source, floor, storage, closers, auth, life } = node;
  if (identity.meshed) {
    await links.join();
    await wake(node);
    await life.joined();
  }
  if (links.publish !== null && identity.roles.includes("exchange")) {
    const { directory, feed, publish } = links;
    closers.add("market data", publishMarkets({ desk: source.desk, directory, host: floor.host, feed, log: storage.log.line, publish }));
  }
  node.research?.open(broker);
  node.readyAtMs = systemClock.now();
  node.awake();
  const gateway = broker.getLocalService("gateway") as unknown as GatewayService | undefined;
  if (!gateway) return null;
  const { url } = gateway.address!;
  await writeRunFile(storage.folder, closers, { url, token: auth.createLocalToken(), pid: process.pid });
  return url;
}

function meshPartsOf(node: Node): MeshParts {
  const { settings, options, identity, storage, closers, links, source, floor, announcer, vitals } = node;
  const { directory, feed, transporter, middlewares, channels } = links;
  return {
    ...identity,
    directory,
    feed,
    transporter,
    middlewares,
    channels,
    floor,
    namespace: settings.namespace,
    pool: storage.pool,
    logger: storage.log.logger,
    auth: node.auth,
    desk: source.desk,
    catalogue: node.catalogue,
    research: node.research,
    journal: storage.journal,
    clock: source.tradingClock,
    tradingClock: source.tradingClock,
    version: VERSION,
    startedAtMs: source.tradingClock.now(),
    replay: source.replay,
    events: (limit) => announcer.latest(limit),
    row: vitals.row,
    pin: (actorId, kept) => links.pin(actorId, kept),
    move: (actorId, to) => moveActor(floor, links, actorId, to),
    drain: () => drainNode(floor, links),
    readyAtMs: () => node.readyAtMs,
    gateway: { host: options.host ?? settings.host, port: options.port ?? settings.port, dashboardFolder: DASHBOARD, version: VERSION },
    onStopped: () => closers.closeAll(),
  };
}

/** How programs on this machine find the running floor; readable by its owner only. */
async function writeRunFile(folder: DataFolder, closers: Closers, run: { url: string; token: string; pid: number }): Promise<void> {
  const path = join(folder.path, "run.json");
  await writeFile(path, `${JSON.stringify(run)}\n`, { mode: 0o600 });
  closers.add("run file", () => unlink(path));
}
