/**
 * Every setting of the program: its environment variable, type, range, unit, default and the reason for the default.
 * Parsed once at the start and frozen; an unknown DSTA_ variable or a value out of range stops the program with a
 * message that names the variable. Secrets come by environment only and are never printed.
 */
import { z } from "zod";
import { DstaError } from "../domain/kernel/errors.ts";

interface Setting<T extends z.ZodType> {
  readonly env: string;
  readonly schema: T;
  readonly reason: string;
}

function setting<T extends z.ZodType>(env: string, schema: T, reason: string): Setting<T> {
  return { env, schema, reason };
}

const ms = (low: number, high: number, fallback: number) => z.coerce.number().int().min(low).max(high).default(fallback);

export const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,47}$/;
export const NODE_NAME_RULE = "1 to 48 letters, digits, '-' or '_', a letter or digit first";

export const SETTINGS = {
  host: setting("HOST", z.string().min(1).default("127.0.0.1"), "only this machine, until someone decides otherwise"),
  port: setting("PORT", z.coerce.number().int().min(0).max(65_535).default(3_000), "0 takes a free one"),
  dataFolder: setting("DSTA_DATA", z.string().min(1).optional(), "default .dsta/floor, or .dsta/replay for a replay"),
  desk: setting(
    "DSTA_DESK",
    z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, "expected 1 to 32 lower-case letters, digits or '-'")
      .default("desk-1"),
    "typed again to resume trading",
  ),
  adminPassword: setting(
    "DSTA_ADMIN_PASSWORD",
    z.string().min(8, "expected at least 8 characters").max(256).optional(),
    "else a random one is printed at the first start",
  ),
  databaseUrl: setting(
    "DATABASE_URL",
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, "expected postgres://…")
      .optional(),
    "else PostgreSQL is embedded",
  ),
  natsUrl: setting(
    "NATS_URL",
    z
      .string()
      .regex(/^(nats|tls):\/\/[^\s]+$/, "expected nats://host:port, several separated by commas")
      .optional(),
    "joins the mesh on these servers; else the floor lives in this one process",
  ),
  natsUser: setting("NATS_USER", z.string().min(1).optional(), "of the node's role, as the server's permissions name it"),
  natsPassword: setting("NATS_PASSWORD", z.string().min(1).optional(), "of NATS_USER"),
  natsCa: setting(
    "NATS_CA",
    z.string().min(1).optional(),
    "file with the authority that signed the servers' certificates; switches TLS on",
  ),
  natsCert: setting("NATS_CERT", z.string().min(1).optional(), "file with this node's certificate, where servers ask for one"),
  natsKey: setting("NATS_KEY", z.string().min(1).optional(), "file with the key of NATS_CERT"),
  namespace: setting(
    "DSTA_NAMESPACE",
    z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, "expected 1 to 32 lower-case letters, digits or '-'")
      .default("dsta"),
    "keeps several meshes on one NATS apart",
  ),
  roles: setting("DSTA_ROLES", z.string().min(1).default("all"), "one process is everything until it is told to be less"),
  node: setting(
    "DSTA_NODE",
    z.string().regex(NODE_NAME, `expected ${NODE_NAME_RULE}`).optional(),
    "unique in the mesh and the same after a restart, so that the node gets its actors back; default: roles, host and process",
  ),
  sessionRenewMs: setting("DSTA_SESSION_RENEW_MS", ms(50, 10_000, 200), "three missed ones lose the session: actors move within a second"),
  sessionExpiryMs: setting(
    "DSTA_SESSION_EXPIRY_MS",
    ms(150, 60_000, 600),
    "an event loop blocked for longer loses its actors; raise both where machines pause",
  ),
  natsReplicas: setting(
    "DSTA_NATS_REPLICAS",
    z.coerce.number().int().min(1).max(5).default(1),
    "copies of leases and streams; 3 on three servers",
  ),
  placement: setting(
    "DSTA_PLACEMENT",
    z.enum(["sharded", "together"]).default("sharded"),
    "strategies spread over nodes by id; together keeps them in one process with their account, the shortest way from tick to order",
  ),
  logLevel: setting("DSTA_LOG_LEVEL", z.enum(["debug", "info", "warn", "error"]).default("info"), "what goes to the log file"),
  seed: setting("DSTA_SEED", z.string().min(1).max(64).default("dsta"), "of the simulated venue: the same seed gives the same market"),
  simEquity: setting(
    "DSTA_SIM_EQUITY",
    z.coerce.number().int().min(1_000).max(1_000_000_000).default(1_000_000),
    "USDT the paper account starts with",
  ),
  askTimeoutMs: setting("DSTA_ASK_TIMEOUT_MS", ms(100, 60_000, 5_000), "an actor that has not answered by then is in trouble"),
  answerTimeoutMs: setting(
    "DSTA_ANSWER_TIMEOUT_MS",
    ms(100, 60_000, 5_000),
    "a venue silent for so long has an unknown outcome; Binance itself times out at 10 s",
  ),
  staleAfterMs: setting("DSTA_STALE_AFTER_MS", ms(500, 600_000, 5_000), "liquid books change many times a second"),
  snapshotRetryMs: setting("DSTA_SNAPSHOT_RETRY_MS", ms(10, 60_000, 500), "a snapshot costs weight at the venue"),
  stuckMs: setting(
    "DSTA_STUCK_MS",
    z.coerce
      .number()
      .int()
      .min(0)
      .max(60_000)
      .refine((value) => value === 0 || value >= 100, "expected 0 or at least 100")
      .default(400),
    "a strategy that holds the event loop for so long ends the process before others take its actors over; 0 never",
  ),
  strategiesModule: setting(
    "DSTA_STRATEGIES",
    z.string().min(1).optional(),
    "file of your own strategies: a module that exports a list `strategies`; joins those that come with the program",
  ),
  strategyCallMs: setting(
    "DSTA_STRATEGY_CALL_MS",
    ms(50, 60_000, 1_000),
    "a strategy in a thread of its own may take so long over one event; a tick takes microseconds",
  ),
  strategyMemoryMb: setting(
    "DSTA_STRATEGY_MEMORY_MB",
    z.coerce.number().int().min(16).max(4_096).default(128),
    "memory of a strategy in a thread of its own",
  ),
  researchData: setting(
    "DSTA_RESEARCH_DATA",
    z.string().min(1).optional(),
    "folder whose files are data sets; default research/data in the data folder",
  ),
  researchRuns: setting(
    "DSTA_RESEARCH_RUNS",
    z.coerce.number().int().min(1).max(16).default(1),
    "runs at once on a node: one search uses all workers anyway",
  ),
  researchWorkers: setting(
    "DSTA_RESEARCH_WORKERS",
    z.coerce.number().int().min(1).max(256).optional(),
    "threads of searches on a node; default all processors but one, which stays with trading",
  ),
  mongoUrl: setting(
    "MONGO_URL",
    z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//, "expected mongodb://…")
      .optional(),
    "keeps the documents of research runs; else they are in a file of the data folder",
  ),
  drainTimeoutMs: setting("DSTA_DRAIN_TIMEOUT_MS", ms(100, 60_000, 5_000), "Ctrl-C waits so long for messages under way"),
} as const;

type Values = { readonly [K in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[K]["schema"]> };

export type Settings = Values;

const OTHER_DSTA_VARIABLES = new Set(["DSTA_TOKEN", "DSTA_USER", "DSTA_PASSWORD", "DSTA_URL"]);

/** @throws {DstaError} CONFIG_INVALID naming the variable and what it expects. */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const known = new Set<string>(Object.values(SETTINGS).map(({ env: name }) => name));
  for (const name of Object.keys(env)) {
    if (name.startsWith("DSTA_") && !known.has(name) && !OTHER_DSTA_VARIABLES.has(name)) {
      throw new DstaError("CONFIG_INVALID", `${name} is not a setting; there are ${[...known].sort().join(", ")}`, {
        data: { field: name },
      });
    }
  }
  const values: Record<string, unknown> = {};
  for (const [key, { env: name, schema }] of Object.entries(SETTINGS)) {
    const given = env[name]?.trim() === "" ? undefined : env[name];
    const outcome = schema.safeParse(given);
    if (!outcome.success) {
      const expected = outcome.error.issues[0]!.message;
      throw new DstaError("CONFIG_INVALID", `${name}: ${expected}`, { data: { field: name, expected } });
    }
    values[key] = outcome.data;
  }
  return Object.freeze(values) as unknown as Settings;
}
