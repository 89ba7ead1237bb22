/** Public events of the system's own life and of what people did to it: `system.events` and `audit.logs`, schema 1. */
import { z } from "zod";
import { idText, venueText } from "../fields.ts";
import { paramValues, strategyIsolation } from "../views/strategy.ts";

const strategyId = idText;
const by = z.string();

export const systemEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("DeskOpened"), desk: z.string(), strategies: z.array(z.string()) }),
  z.object({
    type: z.literal("StrategyCreated"),
    strategyId,
    strategy: z.string(),
    account: z.string(),
    venue: venueText,
    symbol: z.string(),
    params: paramValues,
    by,
    isolation: strategyIsolation.default("inline"),
  }),
  z.object({ type: z.literal("ParametersChanged"), strategyId, params: paramValues, by, note: z.string() }),
  z.object({ type: z.literal("StrategyStarted"), strategyId, by }),
  z.object({ type: z.literal("StrategyPaused"), strategyId, by }),
  z.object({ type: z.literal("StrategyStopped"), strategyId, by, close: z.boolean() }),
  z.object({ type: z.literal("StrategyFailed"), strategyId, reason: z.string() }),
  z.object({ type: z.literal("NodeJoined"), node: z.string(), roles: z.array(z.string()), version: z.string() }),
  z.object({ type: z.literal("NodeLeft"), node: z.string() }),
  z.object({ type: z.literal("NodeLost"), node: z.string(), seenBy: z.string() }),
  /** A record that should have been published but does not fit its schema: readers know that something is missing. */
  z.object({
    type: z.literal("EventUnpublishable"),
    stream: z.string(),
    version: z.number().int(),
    event: z.string(),
    missing: z.string().meta({ description: "The subject it should have gone to" }),
    reason: z.string(),
  }),
]);

export const AUDITED_ACTIONS = [
  "limits.change",
  "trading.switch",
  "strategy.create",
  "strategy.parameters",
  "strategy.start",
  "strategy.pause",
  "strategy.stop",
  "order.create",
  "order.cancel",
] as const;

export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

export const auditEntry = z.object({
  by: z.string().meta({ description: "A person's name, or the part of the program that acted on its own (risk, first start)" }),
  action: z.enum(AUDITED_ACTIONS),
  target: z.string().meta({ description: "The account, strategy or order it was done to" }),
  reason: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()).meta({ description: "What the record says, before and after where it knows both" }),
});

export type AuditEntry = z.infer<typeof auditEntry>;
