/**
 * A reachable database and the way to it: one shape for an embedded server and for a given DATABASE_URL.
 * Refuses a URL it cannot read and a server that does not answer, with the reason; never prints the password.
 */
import pg from "pg";
import { DstaError, invalid, messageOf } from "../../domain/kernel/errors.ts";

export interface Database {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `postgres://user:password@host:port/database`, a secret. */
  readonly url: string;
  /** True when a server left running by a killed process was taken over. */
  readonly adopted: boolean;
  /** Stops an embedded server; for a given one does nothing. */
  stop(): Promise<void>;
}

/** Block ranges with Bloom filters, which the journal's search uses, came with 14. */
const OLDEST_VERSION = 140_000;

/**
 * Checks a given server and describes it.
 * @throws {DstaError} VALIDATION_ERROR for a bad URL, DATABASE_UNREACHABLE (retryable), DATABASE_TOO_OLD
 */
export async function connectDatabase(url: string, timeoutMs = 5_000): Promise<Database> {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.pathname.length < 2) {
    throw invalid("DATABASE_URL", "postgres://user:password@host:port/database");
  }
  const where = `${parsed.hostname}:${parsed.port || "5432"}${parsed.pathname}`;
  const version = Number(await probe(url, "show server_version_num", timeoutMs, where));
  if (version < OLDEST_VERSION) {
    const message = `PostgreSQL at ${where} is version ${version}; 14 or newer is needed`;
    throw new DstaError("DATABASE_TOO_OLD", message, { code: 500, data: { where, version } });
  }
  return {
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    url,
    adopted: false,
    stop: () => Promise.resolve(),
  };
}

/** Runs one statement on a connection of its own; returns the first column of the first row as text. */
export async function probe(url: string, sql: string, timeoutMs: number, where: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  client.on("error", () => undefined); // A broken connection also rejects the pending call below.
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return String(Object.values(rows[0] ?? {})[0] ?? "");
  } catch (error) {
    const code = (error as { code?: string }).code;
    const message = `PostgreSQL at ${where} does not answer: ${messageOf(error) || String(code)}`;
    const data = { where, reason: code ?? null };
    throw new DstaError("DATABASE_UNREACHABLE", message, { code: 503, retryable: true, data, cause: error });
  } finally {
    await client.end().catch(() => undefined); // Closing a connection that never opened.
  }
}
