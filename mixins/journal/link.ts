/**
 * One connection to PostgreSQL that is made on demand and made again after it broke. Bounds every statement in time,
 * so a silent network cannot hold a caller for ever. Says which failures are the connection's and may be tried again.
 */
import pg from "pg";
import type { Clock } from "../../domain/kernel/clock.ts";
import { journalUnavailable } from "../../domain/journal/refusals.ts";

export interface LinkOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/**
 * Few statements run over and over with arrays of any length: one plan serves all, planning each anew triples the time of a
 * small batch. A plan made while a table was small would scan it for ever: rows are found by their keys only.
 * A server's or role's default may have switched durable commits off; the journal's promise needs them.
 */
const SESSION = `
  select set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false),
    set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),
    set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), false)`;

export class Link {
  readonly #options: LinkOptions;
  #client: pg.Client | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Runs `statements` on the living connection, or on a new one. After any failure the connection is dropped. */
  async use<T>(statements: (client: pg.Client) => Promise<T>): Promise<T> {
    try {
      const client = this.#client ?? (await this.#connect());
      return await this.#withinLimit(statements(client));
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  /** Cuts the connection without waiting; a statement in flight fails. */
  drop(): void {
    const client = this.#client;
    this.#client = null;
    if (client) client.end().catch(ignored);
    client?.connection.stream.destroy();
  }

  async #connect(): Promise<pg.Client> {
    const { url, connectTimeoutMs } = this.#options;
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      application_name: "dsta-journal",
    });
    client.on("error", () => {
      if (this.#client === client) this.#client = null;
    });
    await client.connect();
    await client.query(SESSION);
    this.#client = client;
    return client;
  }

  async #withinLimit<T>(work: Promise<T>): Promise<T> {
    const limitMs = this.#options.statementTimeoutMs;
    let cancel = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      cancel = this.#options.clock.after(limitMs, () => reject(journalUnavailable(`no answer within ${limitMs} ms`)));
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      cancel();
      // When the limit won, the statement's own failure arrives later and has nobody left to tell.
      work.catch(ignored);
    }
  }
}

/** Classes of SQLSTATE that say "this statement is wrong": the same statement fails again. Source: manual, appendix A. */
const PERMANENT_CLASSES = new Set(["0A", "21", "22", "23", "42", "54"]);

/** Whether the statement itself was refused, as against a connection or server that may come back. */
export function isPermanent(error: unknown): boolean {
  return error instanceof pg.DatabaseError && PERMANENT_CLASSES.has((error.code ?? "").slice(0, 2));
}

/** For rejections that only repeat what was already reported. */
function ignored(): void {}
