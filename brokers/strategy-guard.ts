/**
 * What keeps one strategy's code from harming the others: the list of those who may not run, the mark of whose code runs,
 * the watchdog that reads it. Also which strategies there are, since own ones are what it guards against.
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Settings } from "../config/settings.ts";
import { PostgresQuarantine } from "../mixins/quarantine/postgres-quarantine.ts";
import type { Quarantine } from "../mixins/quarantine/quarantine.ts";
import { LoopHolder } from "../mixins/watchdog/loop-holder.ts";
import { type Catalogue, loadCatalogue } from "../strategies/catalogue.ts";
import type { Closers } from "./closers.ts";
import type { NodeIdentity } from "./links.ts";
import type { Storage } from "./storage.ts";
import { startWatchdog } from "./watchdog.ts";

export interface StrategyGuard {
  readonly catalogue: Catalogue;
  readonly quarantine: Quarantine;
  readonly holder: LoopHolder;
}

/** From the verdict to the end of the process: the record, and the sample that was late. */
const ENDING_MS = 50;
const STUCK_LEAST_MS = 100;

/** @throws {DstaError} CONFIG_INVALID for own strategies that cannot be used */
export async function guardStrategies(
  settings: Settings,
  { nodeId, meshed }: Pick<NodeIdentity, "nodeId" | "meshed">,
  { folder, log, pool }: Storage,
  closers: Closers,
): Promise<StrategyGuard> {
  const { strategiesModule } = settings;
  const catalogue = await loadCatalogue(strategiesModule === undefined ? null : pathToFileURL(resolve(strategiesModule)).href);
  const quarantine = new PostgresQuarantine(pool);
  await quarantine.prepare();
  const holder = new LoopHolder();
  const guard: StrategyGuard = { catalogue, quarantine, holder };
  if (settings.stuckMs === 0) return guard;
  const watchdog = await startWatchdog({
    nodeId,
    databaseUrl: pool.options.connectionString!,
    logFile: join(folder.path, "logs", "dsta.log"),
    stuckMs: meshed ? stuckInMeshMs(settings) : settings.stuckMs,
    holder,
    onFailure: (error) => log.line("error", "the watchdog ended: a strategy may hold this process without end", error),
  });
  closers.add("watchdog", () => watchdog.close());
  return guard;
}

/** The process has to end, and the record be written, before its session does: the last renewal may be one period old. */
export function stuckInMeshMs({
  stuckMs,
  sessionRenewMs,
  sessionExpiryMs,
}: Pick<Settings, "stuckMs" | "sessionRenewMs" | "sessionExpiryMs">): number {
  return Math.max(STUCK_LEAST_MS, Math.min(stuckMs, sessionExpiryMs - sessionRenewMs - ENDING_MS));
}
