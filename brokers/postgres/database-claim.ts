/**
 * Which floor a shared database belongs to: one process that is a whole floor holds it alone, the nodes of a mesh hold it
 * together. A floor and a mesh on one database would take each other's streams over and over; the journal's epochs would
 * keep it true, but nobody could trade.
 *
 * The claim is a lock of a PostgreSQL session, so it ends with the process, however that ends. After a lost connection it
 * is taken again; somebody else who was faster is reported, and the journal's epochs decide.
 */
import pg from "pg";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import { elapsedMs, wait } from "../system-ports.ts";

export interface DatabaseClaimOptions {
  readonly url: string;
  /** With the other nodes of the mesh. */
  readonly shared: boolean;
  readonly onTrouble: (text: string) => void;
}

export interface DatabaseClaim {
  release(): Promise<void>;
}

/** "dstc" in ASCII: beside the journal's own locks, which begin at "dsta". */
const CLAIM_LOCK = 0x64_73_74_63;
/** The server notices the end of a killed process within this. */
const PATIENCE_MS = 5_000;
const TRY_AGAIN_MS = 100;
const CONNECT_AGAIN_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** @throws {DstaError} DATABASE_IN_USE; what `pg` throws when there is no connection */
export async function claimDatabase(options: DatabaseClaimOptions): Promise<DatabaseClaim> {
  let client = await connect(options.url);
  for (const untilMs = elapsedMs() + PATIENCE_MS; !(await take(client, options.shared)); await wait(TRY_AGAIN_MS)) {
    if (elapsedMs() < untilMs) continue;
    await client.end();
    throw inUse(options.shared);
  }
  let released = false;
  const keep = (): void => {
    client.on("error", () => undefined);
    client.once("end", () => void again());
  };
  const again = async (): Promise<void> => {
    while (!released) {
      await wait(CONNECT_AGAIN_MS);
      try {
        client = await connect(options.url);
        if (await take(client, options.shared)) return keep();
        options.onTrouble(inUse(options.shared).message);
        await client.end();
      } catch (error) {
        options.onTrouble(`the database is not claimed: ${messageOf(error)}`);
      }
    }
  };
  keep();
  return {
    async release() {
      released = true;
      await client.end();
    },
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: "dsta-claim",
  });
  await client.connect();
  return client;
}

async function take(client: pg.Client, shared: boolean): Promise<boolean> {
  const lock = shared ? "pg_try_advisory_lock_shared" : "pg_try_advisory_lock";
  const { rows } = await client.query<{ taken: boolean }>(`select ${lock}($1) as taken`, [CLAIM_LOCK]);
  return rows[0]!.taken;
}

function inUse(shared: boolean): DstaError {
  const other = shared ? "a floor in one process" : "another floor or a mesh of nodes";
  return new DstaError("DATABASE_IN_USE", `DATABASE_URL: ${other} uses this database; stop it, or name another database`, {
    code: 409,
    data: { field: "DATABASE_URL" },
  });
}
