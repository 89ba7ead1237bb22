/** A strategy instance, its parameters and its signals, as shown. One schema a row; see ../views.ts. */
import { z } from "zod";
import { decimalText, idText, intervalText, timeMs, venueText } from "../fields.ts";
import { side } from "./order.ts";
import { bookQuality } from "./market.ts";

export const strategyState = z.enum(["warm-up", "running", "reducing", "paused", "stopped", "failed", "halted"]);

/** One typed parameter of a strategy: drives validation, forms and the optimiser's space. */
export const paramField = z.object({
  name: z.string(),
  type: z.enum(["int", "number", "quote", "quantity", "bool", "choice", "interval"]),
  label: z.string(),
  unit: z.string(),
  default: z.union([z.number(), z.string(), z.boolean()]),
  min: z.number().nullable(),
  max: z.number().nullable(),
  step: z.number().nullable(),
  choices: z.array(z.string()).nullable(),
  help: z.string(),
});

export const paramValues = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));

export const parameterVersion = z.object({
  version: z.number().int(),
  params: paramValues,
  by: z.string(),
  atMs: timeMs,
  note: z.string(),
});

export const strategyRow = z.object({
  id: idText,
  strategy: z.string().meta({ description: "Name of the definition, e.g. sma-cross" }),
  strategyVersion: z.number().int(),
  state: strategyState,
  /** Why it is in this state: warm-up progress, failure, who stopped it. */
  stateReason: z.string(),
  account: z.string(),
  venue: venueText,
  symbol: z.string(),
  simulated: z.boolean().meta({ description: "Not real money" }),
  bookQuality,
  positionQuantity: decimalText,
  averagePrice: decimalText.nullable(),
  unrealisedPnl: decimalText,
  realisedPnl: decimalText,
  feesPaid: decimalText,
  dayPnl: decimalText,
  signals: z.number().int(),
  lastWhy: z.string(),
  lastWhyAtMs: timeMs.nullable(),
  paramsVersion: z.number().int(),
  /** The last ≤ 32 samples of this strategy's net P&L, oldest first. */
  spark: z.array(z.number()),
});

/** What an indicator or the runner currently sees; `value` null while warming up. */
export const strategyIsolation = z
  .enum(["inline", "thread"])
  .meta({ description: "inline: in the node's own thread, fastest; thread: in one of its own, where a fault stops nobody else" });

export const insideRow = z.object({ name: z.string(), value: z.number().nullable(), ready: z.boolean() });

export const strategyDetail = strategyRow.extend({
  params: paramValues,
  fields: z.array(paramField),
  versions: z.array(parameterVersion).meta({ description: "Newest first, at most 100" }),
  isolation: strategyIsolation,
  interval: intervalText.nullable(),
  warmupBars: z.number().int(),
  seenBars: z.number().int(),
  inside: z.array(insideRow),
  epoch: z.string(),
  createdAtMs: timeMs,
});

export const strategyDefinition = z.object({
  name: z.string(),
  version: z.number().int(),
  title: z.string(),
  fields: z.array(paramField),
});

export const signalRow = z.object({
  intentId: z.string(),
  strategyId: idText,
  atMs: timeMs,
  side,
  symbol: z.string(),
  type: z.enum(["market", "limit"]),
  quantity: decimalText,
  limitPrice: decimalText.nullable(),
  why: z.string(),
  decision: z.enum(["approved", "refused"]),
  code: z.string().nullable().meta({ description: "Reason code of a refusal" }),
  reason: z.string().nullable(),
  orderId: z.string().nullable(),
});

export type ParamField = z.infer<typeof paramField>;
export type ParamValues = z.infer<typeof paramValues>;
export type ParameterVersion = z.infer<typeof parameterVersion>;
export type StrategyRow = z.infer<typeof strategyRow>;
export type StrategyDetail = z.infer<typeof strategyDetail>;
export type StrategyDefinitionView = z.infer<typeof strategyDefinition>;
export type StrategyState = z.infer<typeof strategyState>;
export type StrategyIsolation = z.infer<typeof strategyIsolation>;
export type InsideRow = z.infer<typeof insideRow>;
export type SignalRow = z.infer<typeof signalRow>;
