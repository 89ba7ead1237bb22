/**
 * What a backtest is asked: strategies, data, costs, how orders fill. The same shape from the CLI, REST and the form of
 * the dashboard; together with the data's hash, the code's version and the seed it makes a run reproducible.
 */
import { z } from "zod";
import { idText, intervalText, positiveDecimalText, symbolText, timeMs, venueText } from "../fields.ts";
import { paramValues } from "../views/strategy.ts";

export const FILL_MODELS = ["next-open", "close", "worst-case", "volume-share", "l2"] as const;
export const MARKET_KINDS = ["spot", "linear", "inverse"] as const;

const bps = (low: number, high: number) => z.number().min(low).max(high);

/** Of market orders and of limits that take, against the price the model of fills gives; worse for the order, never better. */
export const slippageSpec = z.discriminatedUnion("model", [
  z.strictObject({ model: z.literal("none") }),
  z.strictObject({ model: z.literal("fixed"), bps: bps(0, 1_000) }),
  z.strictObject({
    model: z.literal("volume-share"),
    impact: z.number().min(0).max(10).default(0.1).meta({ description: "Price moves by impact × (quantity / bar volume)²" }),
  }),
  z.strictObject({
    model: z.literal("square-root"),
    coefficient: z
      .number()
      .min(0)
      .max(10)
      .default(1)
      .meta({ description: "Price moves by coefficient × bar volatility × √(quantity / bar volume)" }),
  }),
]);

export const latencySpec = z.discriminatedUnion("model", [
  z.strictObject({
    model: z.literal("constant"),
    ms: z.number().min(0).max(600_000),
    /** Of `l2`: from the venue back to the strategy; default the same. */
    reportMs: z.number().min(0).max(600_000).optional(),
  }),
  z.strictObject({ model: z.literal("sampled"), meanMs: z.number().positive().max(600_000), deviationMs: z.number().min(0).max(600_000) }),
]);

export const feeTier = z.strictObject({
  volume: positiveDecimalText.meta({ description: "Quote traded in the last 30 days from which this tier holds" }),
  makerFeeBps: bps(-100, 1_000),
  takerFeeBps: bps(-100, 1_000),
});

export const costSpec = z.strictObject({
  makerFeeBps: bps(-100, 1_000).default(10),
  takerFeeBps: bps(-100, 1_000).default(10),
  tiers: z.array(feeTier).max(20).default([]),
  /** Fees paid in a third asset at a discount, as with BNB. */
  feeAsset: z
    .strictObject({ asset: z.string().regex(/^[A-Z0-9]{1,20}$/), discount: z.number().min(0).max(1), price: positiveDecimalText })
    .nullable()
    .default(null),
  slippage: slippageSpec.default({ model: "none" }),
  latency: latencySpec.default({ model: "constant", ms: 0 }),
});

export const marketSpec = z.strictObject({
  kind: z.enum(MARKET_KINDS).default("linear").meta({ description: "linear and inverse can be held short" }),
  lot: positiveDecimalText.default("0.00000001"),
  /** Default: the finest decimals the data shows. */
  tick: positiveDecimalText.nullable().default(null),
  minNotional: positiveDecimalText.nullable().default(null),
  /** Contracts only: initial margin is 1 / leverage of the notional. */
  leverage: z.number().min(1).max(125).default(10),
  /** Contracts only: equity below this share of the notional is liquidated. */
  maintenanceRate: z.number().min(0).max(0.5).default(0.005),
});

export const strategySpec = z.strictObject({
  id: idText.optional(),
  strategy: z.string().min(1).max(64),
  params: paramValues.default({}),
  /** One instance a symbol; default every symbol of the data. */
  symbols: z.array(symbolText).max(1_000).optional(),
});

export const dataSpec = z
  .strictObject({
    /** Files by path (CLI) or names of data sets (REST, see GET research/data). */
    files: z.array(z.string().min(1).max(1_000)).min(1).max(1_000),
    funding: z.array(z.string().min(1).max(1_000)).max(1_000).default([]),
    venue: venueText.optional(),
    symbol: symbolText.optional().meta({ description: "Of files that name none" }),
    interval: intervalText.optional().meta({ description: "Resampled to; default the data's own" }),
    fromMs: timeMs.optional(),
    toMs: timeMs.optional(),
  })
  .refine(({ fromMs, toMs }) => fromMs === undefined || toMs === undefined || fromMs < toMs, {
    error: "expected fromMs before toMs",
    path: ["toMs"],
  });

export const backtestSpec = z.strictObject({
  strategies: z.array(strategySpec).min(1).max(64),
  data: dataSpec,
  market: marketSpec.prefault({}),
  costs: costSpec.prefault({}),
  fill: z.enum(FILL_MODELS).default("next-open"),
  /** Of volume-share: the most of a bar's volume that orders of a bar may take together. */
  volumeShare: z.number().positive().max(1).default(0.1),
  cash: positiveDecimalText.default("10000"),
  /** Orders given as a share of equity are sized at the price they fill at, or when they are decided, as live does. */
  sizeAt: z.enum(["fill", "decision"]).default("fill"),
  closeAtEnd: z.boolean().default(false),
  seed: z.string().min(1).max(64).default("dsta"),
});

export type SlippageSpec = z.infer<typeof slippageSpec>;
export type LatencySpec = z.infer<typeof latencySpec>;
export type CostSpec = z.infer<typeof costSpec>;
export type MarketSpec = z.infer<typeof marketSpec>;
export type StrategySpecRow = z.infer<typeof strategySpec>;
export type DataSpec = z.infer<typeof dataSpec>;
export type BacktestSpec = z.infer<typeof backtestSpec>;
export type BacktestSpecInput = z.input<typeof backtestSpec>;
export type FillModelName = (typeof FILL_MODELS)[number];
