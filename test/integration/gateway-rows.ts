/** One row of each view, and an answer that fits for every action of the route table. */
import type { FloorStatus } from "../../domain/contract/stream.ts";
import type * as view from "../../domain/contract/views.ts";

export const AT_MS = 1_763_800_000_000;

export const strategy: view.StrategyRow = {
  id: "sma-btc-1",
  strategy: "sma-cross",
  strategyVersion: 1,
  state: "running",
  stateReason: "",
  account: "main",
  venue: "sim",
  symbol: "BTC/USDT",
  simulated: true,
  bookQuality: "LIVE",
  positionQuantity: "0.5",
  averagePrice: "50000",
  unrealisedPnl: "12.5",
  realisedPnl: "0",
  feesPaid: "1.25",
  dayPnl: "11.25",
  signals: 3,
  lastWhy: "fast crossed above slow",
  lastWhyAtMs: AT_MS,
  paramsVersion: 1,
  spark: [0, 1, 2],
};

export const field: view.ParamField = {
  name: "fast",
  type: "int",
  label: "Fast",
  unit: "bars",
  default: 10,
  min: 2,
  max: 200,
  step: 1,
  choices: null,
  help: "",
};

export const detail: view.StrategyDetail = {
  ...strategy,
  params: { fast: 10 },
  fields: [field],
  versions: [{ version: 1, params: { fast: 10 }, by: "admin", atMs: AT_MS, note: "" }],
  isolation: "inline",
  interval: "1m",
  warmupBars: 30,
  seenBars: 30,
  inside: [{ name: "fast", value: 1.5, ready: true }],
  epoch: "1",
  createdAtMs: AT_MS,
};

export const order: view.OrderRow = {
  orderId: "o-1",
  intentId: "sma-btc-1.1.1",
  strategyId: "sma-btc-1",
  account: "main",
  venue: "sim",
  symbol: "BTC/USDT",
  side: "buy",
  type: "limit",
  timeInForce: "GTC",
  postOnly: false,
  reduceOnly: false,
  quantity: "1",
  limitPrice: "50000",
  filledQuantity: "0",
  averageFillPrice: null,
  status: "Working",
  statusReason: "",
  venueOrderId: "v-1",
  why: "test",
  createdAtMs: AT_MS,
  updatedAtMs: AT_MS,
};

const auditEntry: view.AuditRow = {
  eventId: "risk/main:7/audit.logs",
  atMs: AT_MS,
  by: "admin",
  action: "trading.switch",
  target: "main",
  reason: "test",
  detail: { from: "active", to: "halted" },
};

export const fill: view.FillRow = {
  tradeId: "t-1",
  orderId: "o-1",
  strategyId: "sma-btc-1",
  account: "main",
  venue: "sim",
  symbol: "BTC/USDT",
  side: "buy",
  price: "50000",
  quantity: "0.5",
  fee: "1.25",
  feeAsset: "USDT",
  liquidity: "taker",
  why: "test",
  atMs: AT_MS,
  realisedPnl: "0",
  slippageBps: 0.4,
};

export const position: view.PositionRow = {
  account: "main",
  venue: "sim",
  symbol: "BTC/USDT",
  strategyId: "sma-btc-1",
  quantity: "0.5",
  averagePrice: "50000",
  markPrice: "50025",
  notional: "25012.5",
  unrealisedPnl: "12.5",
  realisedPnl: "0",
  feesPaid: "1.25",
  dayPnl: "11.25",
};

export const pnl: view.PortfolioPnl = {
  account: "main",
  currency: "USDT",
  simulated: true,
  equity: "100011.25",
  startEquity: "100000",
  realisedPnl: "0",
  unrealisedPnl: "12.5",
  feesPaid: "1.25",
  netPnl: "11.25",
  dayPnl: "11.25",
  dayPnlRatio: 0.0001125,
  peakEquity: "100020",
  drawdownRatio: 0.0000875,
  byStrategy: [{ strategyId: "sma-btc-1", realisedPnl: "0", unrealisedPnl: "12.5", feesPaid: "1.25", netPnl: "11.25" }],
  unpriced: [],
};

export const limits: view.RiskLimitsView = {
  maxOrderNotional: "50000",
  maxPositionNotional: "250000",
  maxGrossNotional: "2000000",
  maxOrdersPerSecond: 20,
  maxDailyLoss: "20000",
  maxPriceDeviationBps: 500,
  maxBookAgeMs: 10_000,
};

export const risk: view.RiskView = {
  account: "main",
  state: "active",
  stateSinceMs: AT_MS,
  stateBy: "admin",
  stateReason: "start",
  limits,
  limitsVersion: 1,
  use: [{ limit: "maxGrossNotional", used: "25012.5", max: "2000000", ratio: 0.0125, where: "account" }],
  reservations: [],
};

export const book: view.BookView = {
  venue: "sim",
  symbol: "BTC/USDT",
  quality: "LIVE",
  updateId: 7,
  venueTimeMs: AT_MS,
  receivedAtMs: AT_MS,
  ageMs: 3,
  bidLevels: 1,
  askLevels: 1,
  bids: [["50000", "1"]],
  asks: [["50001", "2"]],
};

export const bar: view.BarRow = { openTimeMs: AT_MS - (AT_MS % 60_000), open: 1, high: 2, low: 0.5, close: 1.5, volume: 10 };

export const actor: view.ActorRow = {
  actorId: "book/sim:BTC/USDT",
  kind: "book",
  key: "sim:BTC/USDT",
  node: "node-1",
  state: "active",
  epoch: "1",
  mailbox: 0,
  mailboxCapacity: 1_024,
  processed: 10,
  messagesPerSecond: 5,
  p99Us: 12,
  restarts: 0,
  lastError: null,
  lastErrorAtMs: null,
  supervision: "0 of 5 restarts in 60 s",
};

export const node: view.NodeRow = {
  nodeId: "node-1",
  roles: ["all"],
  cpuRatio: 0.1,
  loopP99Ms: 1,
  heapMb: 50,
  rssMb: 100,
  upMs: 1_000,
  actors: 1,
  waiting: 0,
  draining: false,
  feedsLive: 0,
  feedsTotal: 0,
};
export const letter: view.DeadLetterRow = { letterId: 1, atMs: AT_MS, actorId: "book/sim:X", message: "tick", reason: "gone", count: 1 };
export const event: view.EventRow = { eventId: 1, atMs: AT_MS, severity: "info", source: "floor", text: "started", code: null };

export const status: FloorStatus = {
  floor: { desk: "main", mode: "paper", version: "0.1.0", startedAtMs: AT_MS, venues: ["sim"], replay: null },
  trading: { state: "active", sinceMs: AT_MS, by: "admin", reason: "start", cancelled: 0, unknown: 0, kept: 0 },
  health: { nodesUp: 1, nodesTotal: 1, feedsLive: 1, feedsTotal: 1, clockOffsetMs: 0, journalOk: true, journalP50Ms: 0.5, nowMs: AT_MS },
};

const page = <T>(row: T) => ({ items: [row], next: null });

export const ANSWERS: Readonly<Record<string, unknown>> = {
  "floor.health": {
    status: "ok",
    version: "0.1.0",
    mode: "paper",
    desk: "main",
    upMs: 1,
    trading: "active",
    checks: [{ name: "journal", ok: true, detail: "" }],
  },
  "strategies.definitions": { items: [{ name: "sma-cross", version: 1, title: "SMA cross", fields: [field] }] },
  "strategies.list": { items: [strategy] },
  "strategies.create": detail,
  "strategies.get": detail,
  "strategies.parameters": detail,
  "strategies.signals": page({
    intentId: "sma-btc-1.1.1",
    strategyId: "sma-btc-1",
    atMs: AT_MS,
    side: "buy",
    symbol: "BTC/USDT",
    type: "market",
    quantity: "0.5",
    limitPrice: null,
    why: "test",
    decision: "approved",
    code: null,
    reason: null,
    orderId: "o-1",
  } satisfies view.SignalRow),
  "strategies.performance": {
    strategyId: "sma-btc-1",
    realisedPnl: "0",
    unrealisedPnl: "12.5",
    feesPaid: "1.25",
    netPnl: "11.25",
    dayPnl: "11.25",
    fills: 1,
    closedTrades: 0,
    winRatio: null,
    profitFactor: null,
    volume: "25000",
  },
  "strategies.start": detail,
  "strategies.stop": detail,
  "strategies.pause": detail,
  "orders.create": order,
  "orders.active": { items: [order] },
  "orders.list": page(order),
  "orders.get": { ...order, fills: [fill] },
  "orders.cancel": order,
  "orders.cancelAll": { requested: 1 },
  "orders.fills": page(fill),
  "positions.list": { items: [position] },
  "positions.get": { net: { ...position, strategyId: null }, byStrategy: [position] },
  "positions.pnl": pnl,
  "positions.equity": { items: [{ atMs: AT_MS, equity: 100_000 }] },
  "risk.limits": risk,
  "risk.setLimits": risk,
  "risk.violations": page({
    atMs: AT_MS,
    account: "main",
    strategyId: "manual",
    symbol: "BTC/USDT",
    code: "ORDER_NOTIONAL",
    reason: "too big",
    intentId: "i-1",
  }),
  "risk.switch": risk,
  "market.instruments": {
    items: [
      {
        venue: "sim",
        symbol: "BTC/USDT",
        kind: "spot",
        priceDecimals: 2,
        quantityDecimals: 5,
        tickSize: "0.01",
        lotSize: "0.00001",
        minNotional: "5",
        makerFeeRate: "0.001",
        takerFeeRate: "0.001",
      },
    ],
  },
  "market.orderbook": book,
  "market.ohlcv": { venue: "sim", symbol: "BTC/USDT", interval: "1m", bars: [bar] },
  "floor.actors": { items: [actor] },
  "floor.nodes": { items: [node] },
  "floor.restart": actor,
  "audit.list": { items: [auditEntry], next: null },
  "floor.deadLetters": { items: [letter] },
  "floor.events": { items: [event] },
  "floor.status": status,
};
