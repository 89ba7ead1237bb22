/**
 * What is kept between starts: the data folder, the log, the database and the journal in it. Opened once the program is
 * loaded: connections have deadlines, and loading holds the event loop for longer than some of them.
 */
import pg from "pg";
import type { Settings } from "../config/settings.ts";
import type { StartOptions } from "../config/start-options.ts";
import { openPostgresJournal, type PostgresJournal } from "../mixins/journal/postgres-journal.ts";
import { PostgresReminders } from "../mixins/reminders/postgres-reminders.ts";
import type { ReminderStore } from "../mixins/reminders/reminders.ts";
import type { Closers } from "./closers.ts";
import type { NodeIdentity } from "./links.ts";
import { type Log, openLog } from "./log.ts";
import { type DataFolder, openDataFolder } from "./postgres/data-folder.ts";
import { claimDatabase } from "./postgres/database-claim.ts";
import { connectDatabase, type Database } from "./postgres/database.ts";
import { startEmbeddedPostgres } from "./postgres/embedded-postgres.ts";
import { elapsedMs, systemClock } from "./system-ports.ts";

export interface Storage {
  readonly folder: DataFolder;
  readonly log: Log;
  /** For people: which server, where. */
  readonly database: string;
  readonly journal: PostgresJournal;
  readonly reminders: ReminderStore;
  readonly pool: pg.Pool;
}

/** A replay keeps its journal in a server of its own, whatever DATABASE_URL says: it is thrown away at the next one. */
export async function openStorage(settings: Settings, options: StartOptions, node: NodeIdentity, closers: Closers): Promise<Storage> {
  const kind = options.replay.length > 0 ? "replay" : node.meshed ? "node" : "floor";
  const place = node.meshed ? `.dsta/nodes/${node.nodeId}` : `.dsta/${kind}`;
  const folder = await openDataFolder(options.data ?? settings.dataFolder ?? place, { kind });
  closers.add("data folder", () => folder.close());
  const log = openLog(folder.path, settings.logLevel, options.jsonLog);
  closers.add("log", () => log.close());
  const url = kind === "replay" ? undefined : settings.databaseUrl;
  const onChange = ({ state, why }: { state: string; why: string }): void => log.logger.warn(`embedded PostgreSQL ${state}: ${why}`);
  const server: Database = url === undefined ? await startEmbeddedPostgres({ folder: folder.path, onChange }) : await connectDatabase(url);
  closers.add("PostgreSQL", () => server.stop());
  if (kind === "replay") await forgetLastReplay(server.url);
  if (url !== undefined) {
    const claim = await claimDatabase({ url, shared: node.meshed, onTrouble: (text) => log.line("error", text) });
    closers.add("database claim", () => claim.release());
  }
  const journal = await openPostgresJournal({ url: server.url, clock: systemClock, monotonicMs: elapsedMs });
  closers.add("journal", () => journal.close());
  const reminders = new PostgresReminders({ url: server.url, clock: systemClock });
  closers.add("reminders", () => reminders.close());
  const pool = new pg.Pool({ connectionString: server.url, max: 4 });
  pool.on("error", (error) => log.logger.warn({ err: error }, "idle database connection lost"));
  closers.add("database pool", () => pool.end());
  const database = `${url === undefined ? "embedded PostgreSQL" : "PostgreSQL"} at ${server.host}:${server.port}`;
  return { folder, log, database, journal, reminders, pool };
}

/** The recorded market starts again from its first frame, so the account does too. */
async function forgetLastReplay(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("drop schema if exists dsta cascade");
  } finally {
    await client.end();
  }
}
