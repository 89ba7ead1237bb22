/** Actors, nodes, events and dead letters, as shown. One schema a row; see ../views.ts. */
import { z } from "zod";
import { timeMs } from "../fields.ts";

export const severity = z.enum(["info", "warn", "error", "critical"]);

export const actorState = z.enum(["activating", "active", "passive", "restarting", "moving", "stopped"]);

export const actorRow = z.object({
  actorId: z.string().meta({ description: "kind/key, e.g. book/sim:BTC/USDT" }),
  kind: z.string(),
  key: z.string(),
  node: z.string(),
  state: actorState,
  epoch: z.string(),
  mailbox: z.number().int(),
  mailboxCapacity: z.number().int(),
  processed: z.number().int(),
  messagesPerSecond: z.number(),
  p99Us: z.number().nullable(),
  restarts: z.number().int(),
  lastError: z.string().nullable(),
  lastErrorAtMs: timeMs.nullable(),
  supervision: z.string().meta({ description: "e.g. 2 of 5 restarts in 60 s" }),
});

export const nodeRow = z.object({
  nodeId: z.string(),
  roles: z.array(z.string()),
  cpuRatio: z.number(),
  loopP99Ms: z.number(),
  heapMb: z.number(),
  rssMb: z.number(),
  upMs: z.number(),
  actors: z.number().int(),
  waiting: z.number().int(),
  /** It is being emptied and takes nothing new. */
  draining: z.boolean(),
  /** It can write the journal. */
  journalOk: z.boolean(),
  /** Books on it that may be acted on, of all on it. */
  feedsLive: z.number().int(),
  feedsTotal: z.number().int(),
});

export const deadLetterRow = z.object({
  letterId: z.number().int(),
  atMs: timeMs,
  actorId: z.string(),
  message: z.string(),
  reason: z.string(),
  count: z.number().int(),
});

export const eventRow = z.object({
  eventId: z.number().int(),
  atMs: timeMs,
  severity,
  source: z.string().meta({ description: "Actor or part that says it" }),
  text: z.string(),
  code: z.string().nullable(),
});

export type ActorRow = z.infer<typeof actorRow>;
export type NodeRow = z.infer<typeof nodeRow>;
export type DeadLetterRow = z.infer<typeof deadLetterRow>;
export type EventRow = z.infer<typeof eventRow>;
export type Severity = z.infer<typeof severity>;
