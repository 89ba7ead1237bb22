/**
 * SAMPLE DATA for developing the page: the rows of an invented floor. Never used by the product.
 */
import type { ActorRow, EventRow, NodeRow, OrderRow, ParamField, StrategyRow } from "../../domain/contract/views.ts";

export const START_MS = Date.UTC(2025, 10, 22, 3, 12, 8);

export interface SampleMarket {
  readonly venue: string;
  readonly symbol: string;
  readonly price: number;
  readonly tick: number;
  readonly lot: number;
}

export const MARKETS: readonly SampleMarket[] = [
  { venue: "binance", symbol: "BTC/USDT", price: 67_412.6, tick: 0.1, lot: 0.0001 },
  { venue: "binance", symbol: "ETH/USDT", price: 3_514.4, tick: 0.01, lot: 0.0001 },
  { venue: "htx", symbol: "SOL/USDT", price: 171.8, tick: 0.01, lot: 0.01 },
  { venue: "gateio", symbol: "XRP/USDT", price: 0.5182, tick: 0.0001, lot: 1 },
  { venue: "htx", symbol: "LTC/USDT", price: 83.7, tick: 0.01, lot: 0.01 },
  { venue: "binance", symbol: "BNB/USDT", price: 612.3, tick: 0.1, lot: 0.001 },
];

type Short = readonly [
  id: string,
  strategy: string,
  state: StrategyRow["state"],
  market: number,
  position: string,
  open: string,
  dayPnl: string,
  signals: number,
  whyAgoS: number,
  why: string,
  reason?: string,
];

const STRATEGIES: readonly Short[] = [
  ["sma-btc-1", "sma-cross", "running", 0, "0.7400", "130.39", "314.59", 6, 240, "fast crossed above slow"],
  ["mm-eth-2", "market-maker", "running", 1, "-4.2", "17.98", "360.63", 1284, 1, "inventory −4.2: ask +0.6 bp"],
  ["carry-btc", "carry", "running", 0, "1.20", "26.28", "84.59", 3, 720, "funding 0.0092 % above 0.0050 %: hold"],
  ["grid-sol-1", "grid", "running", 2, "310", "-207.70", "-111.58", 48, 38, "level 171.80 filled, next sell 172.60"],
  ["pairs-eth-btc", "pairs", "running", 1, "3.1", "17.32", "-24.45", 9, 120, "spread inside 0.5 σ: close half"],
  [
    "meanrev-xrp",
    "mean-reversion",
    "reducing",
    3,
    "-42000",
    "-63.00",
    "-40.10",
    14,
    51,
    "budget 83 % used: reducing only",
    "budget 83 % used: reducing only",
  ],
  ["xarb-ltc", "cross-arb", "running", 4, "0", "0", "37.04", 211, 1, "edge 3.1 bp below cost 4.4 bp: no trade"],
  ["breakout-bnb", "breakout", "warm-up", 5, "0", "0", "0", 0, 0, "", "warming up: 142 of 200 bars, ready 04:10"],
  ["momo-sol", "momentum", "failed", 2, "0", "0", "-118.40", 2, 420, "", "5 restarts in 60 s: stopped by supervisor"],
  ["ml-btc-5m", "model", "running", 0, "0.50", "81.30", "291.70", 11, 180, "p(up) 0.61 above 0.58"],
];

export function strategyRows(): StrategyRow[] {
  return STRATEGIES.map(([id, strategy, state, at, position, open, dayPnl, signals, agoS, why, reason]) => {
    const market = MARKETS[at]!;
    return {
      id,
      strategy,
      strategyVersion: 1,
      state,
      stateReason: reason ?? "",
      account: "desk-1",
      venue: market.venue,
      symbol: market.symbol,
      simulated: id === "ml-btc-5m",
      bookQuality: "LIVE",
      positionQuantity: position,
      averagePrice: position === "0" ? null : (market.price * 0.9974).toFixed(4),
      unrealisedPnl: open,
      realisedPnl: (Number(dayPnl) - Number(open)).toFixed(2),
      feesPaid: "6.14",
      dayPnl,
      signals,
      lastWhy: why,
      lastWhyAtMs: why === "" ? null : START_MS - agoS * 1_000,
      paramsVersion: 7,
      spark: Array.from({ length: 32 }, (_, i) => Math.sin(i / 3 + signals) * 20 + (i * Number(dayPnl)) / 32),
    };
  });
}

type ShortOrder = readonly [
  id: string,
  strategyId: string,
  side: "buy" | "sell",
  market: number,
  type: string,
  price: string,
  size: string,
  filled: string,
  status: OrderRow["status"],
  agoS: number,
];

const ORDERS: readonly ShortOrder[] = [
  ["o-71c4", "sma-btc-1", "buy", 0, "limit", "67410.9", "0.25", "0", "Working", 4],
  ["o-71be", "sma-btc-1", "sell", 0, "limit", "67414.3", "0.37", "0", "Working", 22],
  ["o-71bd", "mm-eth-2", "buy", 1, "post", "3514.41", "2", "0.8", "PartiallyFilled", 1],
  ["o-71bc", "mm-eth-2", "sell", 1, "post", "3515.3", "2", "0", "Working", 1],
  ["o-70aa", "grid-sol-1", "sell", 2, "limit", "172.60", "10", "0", "Working", 38],
  ["o-6f12", "meanrev-xrp", "buy", 3, "limit", "0.5182", "21000", "0", "Unknown", 12],
];

export function orderRows(): OrderRow[] {
  return ORDERS.map(([orderId, strategyId, side, at, type, limitPrice, quantity, filledQuantity, status, agoS]) => ({
    orderId,
    intentId: `i-${orderId}`,
    strategyId,
    account: "desk-1",
    venue: MARKETS[at]!.venue,
    symbol: MARKETS[at]!.symbol,
    side,
    type: "limit",
    timeInForce: "GTC",
    postOnly: type === "post",
    reduceOnly: false,
    quantity,
    limitPrice,
    filledQuantity,
    averageFillPrice: null,
    status,
    statusReason: status === "Unknown" ? "no answer in 5 s; looked up by client id" : "",
    venueOrderId: null,
    why: "sample",
    createdAtMs: START_MS - agoS * 1_000,
    updatedAtMs: START_MS - agoS * 1_000,
  }));
}

const EVENTS: readonly (readonly [agoS: number, severity: EventRow["severity"], source: string, text: string])[] = [
  [1, "info", "xarb-ltc", "no trade: edge 3.1 bp below cost 4.4 bp"],
  [2, "info", "xarb-ltc", "no trade: edge 3.1 bp below cost 4.4 bp"],
  [4, "info", "execution", "order o-71c4 acknowledged by binance, 41 ms"],
  [21, "warn", "risk", "meanrev-xrp BUDGET_80: loss budget 83 % used"],
  [39, "info", "grid-sol-1", "bought 10 SOL at 171.80: level filled"],
  [56, "info", "book", "htx:SOL/USDT whole again after 0.84 s, 2 gaps"],
  [57, "warn", "book", "htx:SOL/USDT STALE: sequence 88120→88123"],
  [196, "info", "topology", "114 actors moved off floor-c in 0.58 s, none lost"],
  [197, "error", "topology", "node floor-c declared dead: 2 beats missed"],
  [234, "info", "sma-btc-1", "bought 0.37 BTC: fast crossed above slow"],
  [426, "critical", "supervisor", "momo-sol stopped: 5 restarts in 60 s"],
  [430, "error", "momo-sol", "ParamError: size below min notional 5 USDT"],
  [728, "info", "carry-btc", "funding received +11.04 USDT at 0.0092 %"],
];

export function eventRows(): EventRow[] {
  return EVENTS.map(([agoS, severity, source, text], at) => ({
    eventId: 1_000 - at,
    atMs: START_MS - agoS * 1_000,
    severity,
    source,
    text,
    code: null,
  }));
}

export const FIELDS: readonly ParamField[] = [
  { name: "fast", type: "int", label: "fast", unit: "bars", default: 10, min: 2, max: 200, step: 1, choices: null, help: "" },
  {
    name: "slow",
    type: "int",
    label: "slow",
    unit: "bars",
    default: 30,
    min: 5,
    max: 400,
    step: 1,
    choices: null,
    help: "must stay above fast",
  },
  { name: "size", type: "quote", label: "size", unit: "USDT", default: "1000", min: 5, max: 100_000, step: 5, choices: null, help: "" },
  {
    name: "allowShort",
    type: "bool",
    label: "allow short",
    unit: "",
    default: false,
    min: null,
    max: null,
    step: null,
    choices: null,
    help: "",
  },
  {
    name: "interval",
    type: "interval",
    label: "bars",
    unit: "",
    default: "1m",
    min: null,
    max: null,
    step: null,
    choices: ["1m", "5m", "1h"],
    help: "",
  },
];

const NODES: readonly (readonly [
  id: string,
  roles: string,
  cpu: number,
  loop: number,
  heap: number,
  kinds: Readonly<Record<string, number>>,
])[] = [
  ["floor-a", "exchange, trading", 0.41, 0.9, 612, { connection: 4, book: 148, strategy: 3, risk: 2, execution: 2, positions: 2 }],
  ["floor-b", "exchange, trading", 0.38, 1.1, 588, { connection: 3, book: 131, strategy: 5, risk: 2, execution: 2, positions: 2 }],
  ["data-1", "data", 0.63, 3.8, 1420, { bars: 136, history: 4, analytics: 9, backtest: 2 }],
  ["ml-1", "ml", 0.22, 1.4, 980, { features: 14, prediction: 3, models: 3 }],
  ["core-1", "core", 0.12, 0.6, 344, { gateway: 1, journal: 1, projections: 6, auth: 1 }],
];

export function nodeRows(): NodeRow[] {
  return NODES.map(([nodeId, roles, cpuRatio, loopP99Ms, heapMb, kinds]) => ({
    nodeId,
    roles: roles.split(", "),
    cpuRatio,
    loopP99Ms,
    heapMb,
    rssMb: heapMb + 120,
    upMs: 6 * 86_400_000,
    actors: Object.values(kinds).reduce((sum, count) => sum + count, 0),
    waiting: 12,
    draining: nodeId === "floor-b",
    journalOk: true,
    feedsLive: kinds["book"] ?? 0,
    feedsTotal: kinds["book"] ?? 0,
  }));
}

export function actorRows(): ActorRow[] {
  const names = ["BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT", "LTC/USDT", "DOGE/USDT", "BNB/USDT"];
  return NODES.flatMap(([node, , , , , kinds]) =>
    Object.entries(kinds).flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, at): ActorRow => {
        const key =
          kind === "book" || kind === "bars"
            ? `${["binance", "htx", "gateio"][at % 3]}:${names[at % 7]}${at < 7 ? "" : `:${at}`}`
            : `${kind}-${node}-${at + 1}`;
        const passive = (kind === "book" || kind === "bars") && at > count - 18;
        const failing = node === "floor-b" && kind === "strategy" && at === 2;
        const waking = node === "floor-b" && kind === "book" && at === 9;
        const error = failing ? "ParamError: size below min notional 5 USDT" : waking ? "GapError: 88120→88123, snapshot asked" : null;
        return {
          actorId: `${kind}/${key}@${node}`,
          kind,
          key: failing ? "momo-sol" : key,
          node,
          state: failing ? "stopped" : waking ? "activating" : passive ? "passive" : "active",
          epoch: String(200 + at),
          mailbox: waking ? 611 : node === "data-1" && at === 3 && kind === "bars" ? 884 : passive ? 0 : at % 3,
          mailboxCapacity: 1_024,
          processed: 100_000 + at,
          messagesPerSecond: passive ? 0 : 4_210 / (1 + at),
          p99Us: passive ? null : 4 + at * 3,
          restarts: failing ? 5 : waking ? 2 : 0,
          lastError: error,
          lastErrorAtMs: error === null ? null : START_MS - 60_000,
          supervision: failing ? "5 of 5 restarts in 60 s" : "0 of 5 restarts in 60 s",
        };
      }),
    ),
  );
}
