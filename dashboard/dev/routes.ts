/**
 * SAMPLE ANSWERS of the REST routes, for developing the page. Commands change the sample floor and travel back over
 * the stream, as the real ones do; `momo-sol` and wrong phrases are refused. Never used by the product.
 */
import type { FloorDelta } from "../../domain/contract/stream.ts";
import type { RiskView, SignalRow, StrategyDetail, StrategyRow, TradingState } from "../../domain/contract/views.ts";
import type { SampleFloor } from "./sample-floor.ts";
import { FIELDS, MARKETS, START_MS } from "./sample-rows.ts";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly cookie?: string;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
export const refuse = (status: number, type: string, message: string): Answer => ({
  status,
  body: { error: { type, message, retryable: false, data: {} } },
});

type Body = Readonly<Record<string, unknown>>;

const versions = (row: StrategyRow): StrategyDetail["versions"] =>
  [10, 8, 5, 10].map((fast, at) => ({
    version: row.paramsVersion - at,
    params: { ...params(row), fast: at === 0 ? params(row)["fast"]! : fast },
    by: at % 2 === 0 ? "ana" : "ben",
    atMs: START_MS - (at + 1) * 220_000_000,
    note: "",
  }));

const paramsOf = new Map<string, StrategyDetail["params"]>();
const params = (row: StrategyRow): StrategyDetail["params"] =>
  paramsOf.get(row.id) ?? { fast: 10, slow: 30, size: "25000", allowShort: false, interval: "1m" };

function detail(row: StrategyRow): StrategyDetail {
  return {
    ...row,
    params: params(row),
    fields: [...FIELDS],
    versions: versions(row),
    isolation: "inline",
    interval: "1m",
    warmupBars: 30,
    seenBars: 412,
    inside: [
      { name: "fast sma", value: 67_426.6, ready: true },
      { name: "slow sma", value: 67_396, ready: true },
      { name: "fast − slow", value: 30.6, ready: true },
    ],
    epoch: "391",
    createdAtMs: START_MS - 900_000_000,
  };
}

function signals(row: StrategyRow): SignalRow[] {
  return Array.from({ length: Math.min(row.signals, 12) }, (_, at) => ({
    intentId: `${row.id}-${at}`,
    strategyId: row.id,
    atMs: START_MS - 234_000 - at * 1_500_000,
    side: at % 2 === 0 ? "buy" : "sell",
    symbol: row.symbol,
    type: "market",
    quantity: "0.37",
    limitPrice: null,
    why: at % 2 === 0 ? "fast crossed above slow" : "fast crossed below slow",
    decision: at === 3 ? "refused" : "approved",
    code: at === 3 ? "BOOK_STALE" : null,
    reason: at === 3 ? "book was 1.9 s old" : null,
    orderId: at === 3 ? null : `o-${at === 0 ? "71c4" : at}`,
  }));
}

function risk(floor: SampleFloor): RiskView {
  const limits = {
    maxOrderNotional: "100000",
    maxPositionNotional: "260000",
    maxGrossNotional: "500000",
    maxOrdersPerSecond: 20,
    maxDailyLoss: "5134",
    maxPriceDeviationBps: 100,
    maxBookAgeMs: 2_000,
  };
  const use = (limit: string, where: string, used: number, max: number) => ({
    limit,
    where,
    used: String(used),
    max: String(max),
    ratio: used / max,
  });
  return {
    account: "desk-1",
    state: floor.trading.state,
    stateSinceMs: floor.trading.sinceMs,
    stateBy: floor.trading.by,
    stateReason: floor.trading.reason,
    limits,
    limitsVersion: 3,
    use: [
      use("maxDailyLoss", "desk-1", 4_261, 5_134),
      use("maxGrossNotional", "desk-1", 279_932, 500_000),
      use("maxPositionNotional", "sma-btc-1 BTC/USDT", 200_844, 260_000),
      use("maxOrdersPerSecond", "mm-eth-2", 5, 20),
    ],
    reservations: floor.orders.map((order) => ({
      intentId: order.intentId,
      strategyId: order.strategyId,
      symbol: order.symbol,
      side: order.side,
      quantity: order.quantity,
      notional: (Number(order.quantity) * Number(order.limitPrice)).toFixed(2),
    })),
  };
}

export function answer(floor: SampleFloor, method: string, path: string, body: Body, send: (delta: FloorDelta) => void): Answer {
  if (method === "GET") return read(floor, path);
  const strategy = /^strategies\/([^/]+)\/(start|stop|pause|parameters)$/.exec(path);
  if (strategy !== null) return strategyCommand(floor, strategy[1]!, strategy[2]!, body, send);
  const cancel = /^orders\/([^/]+)\/cancel$/.exec(path);
  if (cancel !== null) {
    floor.orders = floor.orders.filter((order) => order.orderId !== cancel[1]);
    send({ remove: { orders: [cancel[1]!] } });
    return ok({});
  }
  if (path === "orders/cancel-all") {
    const keys = floor.orders.map((order) => order.orderId);
    floor.orders = [];
    send({ remove: { orders: keys } });
    return ok({ requested: keys.length });
  }
  if (path === "risk/circuit-breaker") {
    const state = body["state"] as TradingState;
    if (state === "active" && body["confirm"] !== "RESUME desk-1")
      return refuse(422, "CONFIRMATION_NEEDED", "confirm: expected RESUME desk-1");
    send(floor.switchTo(state, "ana", String(body["reason"])));
    send(floor.say(state === "halted" ? "critical" : "warn", "risk", `${state.toUpperCase()} by ana: ${String(body["reason"])}`));
    return ok(risk(floor));
  }
  if (path === "strategies") return create(floor, body, send);
  if (path === "risk/limits" || path === "system/actors/restart") return ok({});
  return refuse(404, "NOT_FOUND", `no route ${path}`);
}

function create(floor: SampleFloor, body: Body, send: (delta: FloorDelta) => void): Answer {
  const row: StrategyRow = {
    ...floor.strategies[0]!,
    id: String(body["id"]),
    strategy: String(body["strategy"]),
    venue: String(body["venue"]),
    symbol: String(body["symbol"]),
    state: body["start"] === true ? "warm-up" : "stopped",
    stateReason: "warming up: 0 of 30 bars",
    positionQuantity: "0",
    averagePrice: null,
    unrealisedPnl: "0",
    dayPnl: "0",
    signals: 0,
    lastWhy: "",
    lastWhyAtMs: null,
    spark: [],
  };
  floor.strategies = [...floor.strategies, row];
  send({ upsert: { strategies: { [row.id]: row } } });
  return { status: 201, body: detail(row) };
}

function strategyCommand(floor: SampleFloor, id: string, verb: string, body: Body, send: (delta: FloorDelta) => void): Answer {
  const row = floor.strategies.find((item) => item.id === id);
  if (row === undefined) return refuse(404, "NOT_FOUND", `strategy ${id} does not exist`);
  if (verb === "start" && id === "momo-sol")
    return refuse(409, "SUPERVISOR_OPEN", "5 restarts in 60 s. It may start again at 03:20:02, or after its params change.");
  if (verb === "parameters") {
    paramsOf.set(id, body["params"] as StrategyDetail["params"]);
    send(floor.change(id, { paramsVersion: row.paramsVersion + 1 }));
  } else {
    const state = verb === "start" ? "running" : verb === "pause" ? "paused" : "stopped";
    send(
      floor.change(id, {
        state,
        stateReason: state === "running" ? "" : `${state} by ana`,
        ...(body["close"] === true ? { positionQuantity: "0", unrealisedPnl: "0" } : {}),
      }),
    );
    send(floor.say("info", id, `${verb} by ana`));
  }
  return ok(detail(floor.strategies.find((item) => item.id === id)!));
}

function read(floor: SampleFloor, path: string): Answer {
  const [name = "", query = ""] = path.split("?");
  if (name === "strategies/definitions")
    return ok({
      items: [
        { name: "sma-cross", version: 1, title: "Moving average crossover", fields: FIELDS },
        { name: "grid", version: 1, title: "Grid", fields: FIELDS.slice(1) },
      ],
    });
  const strategy = /^strategies\/([^/]+)(?:\/(signals|performance))?$/.exec(name);
  if (strategy !== null) {
    const row = floor.strategies.find((item) => item.id === strategy[1]);
    if (row === undefined) return refuse(404, "NOT_FOUND", `strategy ${strategy[1]} does not exist`);
    if (strategy[2] === "signals") return ok({ items: signals(row), next: null });
    if (strategy[2] === undefined) return ok(detail(row));
    return ok({
      strategyId: row.id,
      realisedPnl: row.realisedPnl,
      unrealisedPnl: row.unrealisedPnl,
      feesPaid: "231.00",
      netPnl: "2335.10",
      dayPnl: row.dayPnl,
      fills: 176,
      closedTrades: 88,
      winRatio: 0.41,
      profitFactor: 1.28,
      volume: "1184250",
    });
  }
  switch (name) {
    case "fills":
      return ok({ items: floor.fills.filter((fill) => query.includes(encodeURIComponent(fill.symbol))), next: null });
    case "portfolio/equity":
      return ok({ items: floor.equity });
    case "risk/limits":
      return ok(risk(floor));
    case "risk/violations":
      return ok({
        items: [
          ["MAX_ORDER", "mm-eth-2", "118,200 of 100,000"],
          ["BOOK_STALE", "grid-sol-1", "age 1.9 s of 1.0 s"],
        ].map(([code, strategyId, reason], at) => ({
          atMs: START_MS - at * 90_000,
          account: "desk-1",
          strategyId,
          symbol: "ETH/USDT",
          code,
          reason,
          intentId: `v-${at}`,
        })),
        next: null,
      });
    case "market-data/instruments":
      return ok({
        items: MARKETS.map((item) => ({
          venue: item.venue,
          symbol: item.symbol,
          kind: "spot",
          tickSize: String(item.tick),
          lotSize: String(item.lot),
          minNotional: "5",
          makerFeeRate: "0.001",
          takerFeeRate: "0.001",
        })),
      });
    default:
      return refuse(404, "NOT_FOUND", `no route ${name}`);
  }
}
