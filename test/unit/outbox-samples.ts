/** One record of every kind that is published, as the journal holds them, and some that are not. */
import type { RecordedEvent } from "../../domain/contract/events.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import { encodeOrderEvent } from "../../domain/order/codec.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import { encodeRiskEvent, type RiskEvent } from "../../domain/risk/events.ts";
import { encodeStrategyEvent, type StrategyEvent } from "../../domain/strategy/record.ts";

const AT_MS = 1_800_000_000_000;
const account = "sim:main";

export const intent: OrderIntent = {
  intentId: "sma-btc-1.7.1",
  strategyId: "sma-btc-1",
  account,
  venue: "sim",
  symbol: "BTC/USDT",
  side: "buy",
  type: "limit",
  quantity: decimal("0.0148"),
  limitPrice: decimal("67409.2"),
  timeInForce: "GTC",
  postOnly: false,
  reduceOnly: false,
  why: "fast 67,409.2 crossed above slow 67,379.7",
  decidedAtMs: AT_MS,
};

const owner = {
  orderId: "o-1",
  intentId: intent.intentId,
  strategyId: "sma-btc-1",
  account,
  venue: "sim",
  symbol: "BTC/USDT",
  side: "buy",
} as const;
const fill = {
  tradeId: "t-1",
  price: decimal("67409.1"),
  quantity: decimal("0.0148"),
  fee: decimal("0.99765468"),
  feeAsset: "USDT",
  liquidity: "taker",
  venueTimeMs: AT_MS,
} as const;

const orders: OrderEvent[] = [
  { ...owner, type: "OrderSubmitted", atMs: AT_MS, intent },
  { ...owner, type: "OrderAccepted", atMs: AT_MS, venueOrderId: "v-1" },
  { ...owner, type: "OrderRejected", atMs: AT_MS, code: "MIN_NOTIONAL", reason: "too small" },
  { ...owner, type: "OrderFilled", atMs: AT_MS, fill, why: intent.why, decisionPrice: decimal("67409") },
  { ...owner, symbol: "ETH/USDT:USDT", type: "OrderFilled", atMs: AT_MS, fill, why: intent.why },
  { ...owner, type: "OrderCancelRequested", atMs: AT_MS, by: "sma-btc-1", reason: "cancelled by its strategy" },
  { ...owner, type: "OrderCancelRequested", atMs: AT_MS, by: "ada", reason: "cancelled by ada" },
  { ...owner, type: "OrderCancelRejected", atMs: AT_MS, code: "UNKNOWN_ORDER", reason: "filled before" },
  { ...owner, type: "OrderCanceled", atMs: AT_MS, reason: "cancelled" },
  { ...owner, type: "OrderExpired", atMs: AT_MS, reason: "IOC remainder" },
  { ...owner, type: "OrderOutcomeUnknown", atMs: AT_MS, request: "submit", reason: "no answer in 5000 ms" },
  {
    ...owner,
    type: "OrderSubmitted",
    atMs: AT_MS,
    intent: { ...intent, intentId: "manual.k-1", strategyId: "manual", limitPrice: null, type: "market" },
  },
];

const limits = {
  maxOrderNotional: decimal("50000"),
  maxPositionNotional: decimal("200000"),
  maxGrossNotional: decimal("1000000"),
  maxOrdersPerSecond: 10,
  maxDailyLoss: decimal("20000"),
  maxPriceDeviationBps: 100,
  maxBookAgeMs: 3_000,
};

const risk: RiskEvent[] = [
  {
    type: "IntentApproved",
    atMs: AT_MS,
    account,
    intent,
    reservationId: "r-1",
    reservePrice: decimal("67409"),
    markPrice: decimal("67409"),
  },
  { type: "IntentRefused", atMs: AT_MS, account, intent, code: "MAX_ORDER_NOTIONAL", reason: "60,000 above 50,000" },
  {
    type: "LimitBreached",
    atMs: AT_MS,
    account,
    code: "DAILY_LOSS",
    reason: "lost 20,001",
    strategyId: "sma-btc-1",
    symbol: "BTC/USDT",
    intentId: "i",
    executionVersion: 3,
  },
  { type: "TradingStateChanged", atMs: AT_MS, account, from: "active", to: "halted", by: "ada", reason: "news" },
  { type: "LimitsChanged", atMs: AT_MS, account, limits, version: 2, by: "ada", reason: "smaller" },
  { type: "RiskDayStarted", atMs: AT_MS, account, dayStartMs: AT_MS, equity: decimal("1000000") },
];

const strategy: StrategyEvent[] = [
  {
    type: "StrategyCreated",
    id: "sma-btc-1",
    strategy: "sma-cross",
    account,
    venue: "sim",
    symbol: "BTC/USDT",
    params: { fast: 10, size: "1000" },
    by: "ada",
    isolation: "inline",
  },
  { type: "StrategyStarted", by: "ada" },
  { type: "ParametersChanged", params: { fast: 12, size: "1000" }, by: "ada", note: "faster" },
  { type: "StrategyPaused", by: "ada" },
  { type: "StrategyStopped", by: "ada", close: true },
  { type: "StrategyFailed", reason: "threw" },
];

const fillBooked = {
  tradeId: "t-1",
  orderId: "o-1",
  strategyId: "sma-btc-1",
  account,
  venue: "sim",
  symbol: "BTC/USDT",
  side: "buy",
  price: "67409.1",
  quantity: "0.0148",
  fee: "0.99765468",
  feeAsset: "USDT",
  liquidity: "taker",
  why: intent.why,
  atMs: AT_MS,
  realisedPnl: "0",
  slippageBps: 0.01,
  executionVersion: 4,
};

type Stored = Pick<RecordedEvent, "stream" | "type" | "schema" | "atMs" | "data">;

const stored: Stored[] = [
  { stream: "desk/desk-1", type: "DeskOpened", schema: 1, atMs: AT_MS, data: { strategies: ["sma-btc-1"] } },
  { stream: "node/core-1", type: "NodeJoined", schema: 1, atMs: AT_MS, data: { roles: ["core"], version: "0.1.0", session: "s1" } },
  { stream: "node/core-1", type: "NodeLost", schema: 1, atMs: AT_MS, data: { session: "s1", seenBy: "core-2" } },
  { stream: "node/core-1", type: "NodeLeft", schema: 1, atMs: AT_MS, data: { session: "s1" } },
  ...orders.map((event) => ({ stream: `execution/${account}`, ...encodeOrderEvent(event) })),
  ...risk.map((event) => {
    const top = event.type === "IntentApproved" || event.type === "IntentRefused" ? { strategyId: "sma-btc-1", symbol: "BTC/USDT" } : {};
    return { stream: `risk/${account}`, type: event.type, schema: 1, atMs: AT_MS, data: { ...encodeRiskEvent(event), ...top } };
  }),
  { stream: `positions/${account}`, type: "FillBooked", schema: 1, atMs: AT_MS, data: fillBooked },
  { stream: `positions/${account}`, type: "EquitySampled", schema: 1, atMs: AT_MS, data: { equity: "1000123.5", dayPnl: "-12.25" } },
  ...strategy.map((event) => ({ stream: "strategy/sma-btc-1", ...encodeStrategyEvent(event, AT_MS) })),
  { stream: "strategy/sma-btc-1", type: "StateSaved", schema: 1, atMs: AT_MS, data: { saved: {} } },
  { stream: "venue/sim", type: "fill", schema: 1, atMs: AT_MS, data: { seq: 1 } },
];

/** In commit order, with versions as a journal gives them. */
export function sampleRecords(): RecordedEvent[] {
  const versions = new Map<string, number>();
  return stored.map((event, index) => {
    const version = (versions.get(event.stream) ?? 0) + 1;
    versions.set(event.stream, version);
    return { ...event, version, position: BigInt(index + 1), data: JSON.parse(JSON.stringify(event.data)) as RecordedEvent["data"] };
  });
}
