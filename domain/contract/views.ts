/**
 * What people and programs are shown: one schema per row, used by REST answers, the WebSocket stream, the CLI and
 * the dashboard alike. A view is a copy; nothing decides on it.
 */
import { z } from "zod";
import { decimalText, idText, intervalText, symbolText, timeMs, venueText } from "./fields.ts";

export const severity = z.enum(["info", "warn", "error", "critical"]);
export const side = z.enum(["buy", "sell"]);
export const tradingState = z.enum(["active", "reducing", "halted"]);
export const bookQuality = z.enum(["LIVE", "RESYNC", "STALE"]);
export const strategyState = z.enum(["warm-up", "running", "reducing", "paused", "stopped", "failed", "halted"]);
export const orderStatus = z.enum(["Pending", "Working", "PartiallyFilled", "CancelPending", "Unknown", "Filled", "Canceled", "Rejected", "Expired"]);

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
export const insideRow = z.object({ name: z.string(), value: z.number().nullable(), ready: z.boolean() });

export const strategyDetail = strategyRow.extend({
  params: paramValues,
  fields: z.array(paramField),
  versions: z.array(parameterVersion).meta({ description: "Newest first, at most 100" }),
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

export const orderRow = z.object({
  orderId: z.string().meta({ description: "Client order id, derived from the intent" }),
  intentId: z.string(),
  strategyId: idText,
  account: z.string(),
  venue: venueText,
  symbol: z.string(),
  side,
  type: z.enum(["market", "limit"]),
  timeInForce: z.enum(["GTC", "IOC"]),
  postOnly: z.boolean(),
  reduceOnly: z.boolean(),
  quantity: decimalText,
  limitPrice: decimalText.nullable(),
  filledQuantity: decimalText,
  averageFillPrice: decimalText.nullable(),
  status: orderStatus,
  statusReason: z.string(),
  venueOrderId: z.string().nullable(),
  why: z.string(),
  createdAtMs: timeMs,
  updatedAtMs: timeMs,
});

export const fillRow = z.object({
  tradeId: z.string(),
  orderId: z.string(),
  strategyId: idText,
  account: z.string(),
  venue: venueText,
  symbol: z.string(),
  side,
  price: decimalText,
  quantity: decimalText,
  fee: decimalText,
  feeAsset: z.string(),
  liquidity: z.enum(["maker", "taker"]),
  why: z.string(),
  atMs: timeMs,
  /** Realised P&L of this fill in quote, fees excluded; 0 when it opened. */
  realisedPnl: decimalText,
  /** Price paid against the mid when the order was decided, in bps; positive is worse. Null when the mid was not known. */
  slippageBps: z.number().nullable(),
});

export const positionRow = z.object({
  account: z.string(),
  venue: venueText,
  symbol: z.string(),
  /** A strategy instance, or `manual`; null in a row netted over all owners. */
  strategyId: idText.nullable(),
  quantity: decimalText,
  averagePrice: decimalText.nullable(),
  markPrice: decimalText.nullable(),
  notional: decimalText,
  unrealisedPnl: decimalText,
  realisedPnl: decimalText,
  feesPaid: decimalText,
  dayPnl: decimalText,
});

export const portfolioPnl = z.object({
  account: z.string(),
  currency: z.string(),
  simulated: z.boolean(),
  equity: decimalText,
  startEquity: decimalText,
  realisedPnl: decimalText,
  unrealisedPnl: decimalText,
  feesPaid: decimalText,
  /** realised + unrealised − fees, since the account was opened. */
  netPnl: decimalText,
  dayPnl: decimalText,
  dayPnlRatio: z.number(),
  peakEquity: decimalText,
  drawdownRatio: z.number(),
  byStrategy: z.array(z.object({ strategyId: idText, realisedPnl: decimalText, unrealisedPnl: decimalText, feesPaid: decimalText, netPnl: decimalText })),
  unpriced: z.array(z.string()).meta({ description: "Symbols held without a mark price: not in the totals" }),
});

export const equityPoint = z.object({ atMs: timeMs, equity: z.number() });

export const riskLimits = z.object({
  maxOrderNotional: decimalText.meta({ description: "Quote, one order" }),
  maxPositionNotional: decimalText.meta({ description: "Quote, one strategy and symbol, worst case with open orders" }),
  maxGrossNotional: decimalText.meta({ description: "Quote, whole account, worst case with open orders" }),
  maxOrdersPerSecond: z.number().int().min(1).max(1_000).meta({ description: "One strategy, sliding second" }),
  maxDailyLoss: decimalText.meta({ description: "Quote, from the equity at 00:00 UTC; reached: reducing-only" }),
  maxPriceDeviationBps: z.number().int().min(1).max(10_000).meta({ description: "Limit price against the mid, on the losing side" }),
  maxBookAgeMs: z.number().int().min(100).max(600_000).meta({ description: "An order needs a book heard from within this" }),
});

export const riskLimitUse = z.object({ limit: z.string(), used: decimalText, max: decimalText, ratio: z.number(), where: z.string() });

export const riskView = z.object({
  account: z.string(),
  state: tradingState,
  stateSinceMs: timeMs,
  stateBy: z.string(),
  stateReason: z.string(),
  limits: riskLimits,
  limitsVersion: z.number().int(),
  use: z.array(riskLimitUse),
  reservations: z.array(z.object({ intentId: z.string(), strategyId: idText, symbol: z.string(), side, quantity: decimalText, notional: decimalText })),
});

export const violationRow = z.object({
  atMs: timeMs,
  account: z.string(),
  strategyId: idText,
  symbol: z.string(),
  code: z.string(),
  reason: z.string(),
  intentId: z.string(),
});

export const levelRow = z.tuple([decimalText, decimalText]).meta({ description: "[price, quantity]" });

export const bookView = z.object({
  venue: venueText,
  symbol: z.string(),
  quality: bookQuality,
  updateId: z.number().int(),
  venueTimeMs: timeMs,
  receivedAtMs: timeMs,
  ageMs: z.number(),
  bidLevels: z.number().int().meta({ description: "Levels known on the side; `bids` holds the best of them" }),
  askLevels: z.number().int(),
  bids: z.array(levelRow),
  asks: z.array(levelRow),
});

export const barRow = z.object({
  openTimeMs: timeMs,
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number(),
});

export const barsView = z.object({ venue: venueText, symbol: symbolText, interval: intervalText, bars: z.array(barRow) });

export const actorState = z.enum(["activating", "active", "passive", "restarting", "stopped"]);

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

export type ParamField = z.infer<typeof paramField>;
export type ParamValues = z.infer<typeof paramValues>;
export type ParameterVersion = z.infer<typeof parameterVersion>;
export type StrategyRow = z.infer<typeof strategyRow>;
export type StrategyDetail = z.infer<typeof strategyDetail>;
export type StrategyDefinitionView = z.infer<typeof strategyDefinition>;
export type StrategyState = z.infer<typeof strategyState>;
export type InsideRow = z.infer<typeof insideRow>;
export type SignalRow = z.infer<typeof signalRow>;
export type OrderRow = z.infer<typeof orderRow>;
export type FillRow = z.infer<typeof fillRow>;
export type PositionRow = z.infer<typeof positionRow>;
export type PortfolioPnl = z.infer<typeof portfolioPnl>;
export type EquityPoint = z.infer<typeof equityPoint>;
export type RiskLimitsView = z.infer<typeof riskLimits>;
export type RiskView = z.infer<typeof riskView>;
export type TradingState = z.infer<typeof tradingState>;
export type ViolationRow = z.infer<typeof violationRow>;
export type BookView = z.infer<typeof bookView>;
export type BarRow = z.infer<typeof barRow>;
export type BarsView = z.infer<typeof barsView>;
export type ActorRow = z.infer<typeof actorRow>;
export type NodeRow = z.infer<typeof nodeRow>;
export type DeadLetterRow = z.infer<typeof deadLetterRow>;
export type EventRow = z.infer<typeof eventRow>;
export type Severity = z.infer<typeof severity>;
