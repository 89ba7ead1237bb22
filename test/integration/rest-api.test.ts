/**
 * The REST contract against the running program: every route of the table answers a success that fits its schema, and
 * refuses with the status, the type and the field that the contract names.
 */
import { copyFileSync, readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPassword } from "../../actors/core/password.ts";
import { openCluster, SUPERUSER } from "../../brokers/postgres/cluster.ts";
import { findPostmaster } from "../../brokers/postgres/postmaster.ts";
import { can, type Role } from "../../domain/access/roles.ts";
import { routes } from "../../domain/contract/routes.ts";
import type {
  BookView,
  FillRow,
  BacktestReport,
  OrderRow,
  PortfolioPnl,
  PositionRow,
  ResearchRun,
  RiskView,
  SignalRow,
  StrategyDetail,
  StrategyRow,
  ViolationRow,
} from "../../domain/contract/views.ts";
import { add, type Decimal, decimal, div, format, mul, quantize, sub, ZERO } from "../../domain/kernel/decimal.ts";
import { DATA } from "../golden/candle-files.ts";
import { endAll, FloorProcess } from "./floor-process.ts";
import { RestClient } from "./rest-client.ts";

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
interface Login {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const PASSWORD = "correct-horse-battery";
const DATA_SET = "binance-solusdt-1h-full-columns.csv.gz";
let folder: string;
let dataFolder: string;
let floor: FloorProcess;
let api: RestClient;
/** One client per role. */
const people = new Map<Role, RestClient>();

const sum = (values: readonly string[]): string => format(values.reduce((all, value) => add(all, decimal(value)), ZERO));

async function addPerson(name: string, role: Role): Promise<void> {
  const cluster = await openCluster(folder);
  const server = (await findPostmaster(cluster))!;
  const client = new pg.Client({
    connectionString: `postgres://${SUPERUSER}:${encodeURIComponent(cluster.password)}@127.0.0.1:${server.port}/dsta`,
  });
  await client.connect();
  try {
    await client.query("insert into dsta.access_user (name, role, password_hash, created_at_ms, updated_at_ms) values ($1, $2, $3, 0, 0)", [
      name,
      role,
      await hashPassword(PASSWORD),
    ]);
  } finally {
    await client.end();
  }
}

const book = (symbol: string) => api.ok<BookView>("GET market-data/orderbook/{symbol}", { symbol, depth: 5 });

/** `bps` better (for us) than the touch of that side: a price that rests. */
async function restingPrice(symbol: string, side: "buy" | "sell", bps: number, tick: string): Promise<string> {
  const { bids, asks } = await book(symbol);
  const touch = decimal(side === "buy" ? bids[0]![0] : asks[0]![0]);
  const away = div(mul(touch, decimal(String(bps))), decimal("10000"));
  return format(quantize(side === "buy" ? sub(touch, away) : add(touch, away), decimal(tick), "down"));
}

const SPACE = { fast: { from: 5, to: 15, step: 5 }, slow: { from: 30, to: 40, step: 10 } };

function backtest(params: object = {}) {
  return { strategies: [{ strategy: "sma-cross", params }], data: { files: [DATA_SET] } };
}

/** A run to its end. */
const finished = (id: string): Promise<ResearchRun> =>
  until(
    () => api.ok<ResearchRun>("GET backtest/{id}", { id }),
    ({ state }) => !["queued", "running"].includes(state),
  );

const order = (more: object) => ({ symbol: "BTC/USDT", side: "buy", type: "limit", quantity: "0.001", ...more });

async function until<T>(read: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (fits(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const settled = (id: string): Promise<OrderRow> =>
  until(
    () => api.ok<OrderRow>("GET orders/{id}", { id }),
    ({ status }) => !["Pending", "CancelPending"].includes(status),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsta-rest-"));
  dataFolder = await mkdtemp(join(tmpdir(), "dsta-rest-data-"));
  copyFileSync(join(DATA, "candles", DATA_SET), join(dataFolder, DATA_SET));
  floor = await FloorProcess.start(folder, { env: { DSTA_ADMIN_PASSWORD: PASSWORD, DSTA_RESEARCH_DATA: dataFolder } });
  const { token } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as { token: string };
  api = new RestClient(floor.url, token);
  people.set("Admin", api);
  // Tests order faster than a person does.
  await api.ok("PUT risk/limits", { limits: { maxOrdersPerSecond: 1_000 }, reason: "tests" });
  for (const role of ["Trader", "Analyst", "Bot"] as const) {
    await addPerson(role.toLowerCase(), role);
    const login = await api.as(null).ok<Login>("POST auth/login", { name: role.toLowerCase(), password: PASSWORD });
    people.set(role, api.as(login.accessToken));
  }
});
afterAll(() => endAll([folder, dataFolder]));

describe("who may", () => {
  it("logs in, refreshes once, and logs out", async () => {
    const login = await api.ok<Login>("POST auth/login", { name: "admin", password: PASSWORD });
    expect(await api.as(login.accessToken).ok("GET auth/validate")).toMatchObject({ name: "admin", role: "Admin" });
    const next = await api.ok<Login>("POST auth/refresh", { refreshToken: login.refreshToken });
    expect((await api.refused("POST auth/refresh", { refreshToken: login.refreshToken })).status).toBe(401);
    // A token used twice was stolen: whoever holds the new one is out, too.
    expect((await api.as(next.accessToken).refused("GET auth/validate")).status).toBe(401);
    const other = api.as((await api.ok<Login>("POST auth/login", { name: "admin", password: PASSWORD })).accessToken);
    await other.ok("POST auth/logout");
    expect((await other.refused("GET auth/validate")).status).toBe(401);
    expect((await api.refused("POST auth/login", { name: "admin", password: "wrong password" })).status).toBe(401);
  });

  it.each(routes.filter(({ permission }) => permission !== "open").map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s needs a token and the permission",
    async (name, route) => {
      const params = Object.fromEntries([...route.path.matchAll(/\{(\w+)\}/g)].map(([, param]) => [param!, "x"]));
      expect(await api.as(null).refused(name, params)).toMatchObject({ status: 401, type: "AUTH_REQUIRED" });
      // One address may ask a hundred times a minute without a valid token: where it changes something is where it matters.
      if (route.method !== "GET")
        expect(await api.as("not-a-token").refused(name, params)).toMatchObject({ status: 401, type: "TOKEN_INVALID" });
      for (const [role, person] of people) {
        if (!can(role, route.permission))
          expect(await person.refused(name, params), role).toMatchObject({ status: 403, type: "FORBIDDEN" });
      }
    },
  );

  it("lets an analyst look and not order, a trader order and not change limits", async () => {
    const wish = order({ price: await restingPrice("BTC-USDT", "buy", 50, "0.01") });
    expect((await people.get("Analyst")!.refused("POST orders", wish)).status).toBe(403);
    await people.get("Analyst")!.ok("GET orders");
    const placed = await people.get("Trader")!.ok<OrderRow>("POST orders", wish);
    expect(placed.why).toBe("by hand, trader");
    await people.get("Trader")!.ok("PUT orders/{id}/cancel", { id: placed.orderId });
    expect((await people.get("Trader")!.refused("PUT risk/limits", { limits: {}, reason: "x" })).status).toBe(403);
  });
});

describe("parameters", () => {
  it.each([
    ["GET orders", { limit: 101 }, "limit"],
    ["GET orders", { limit: 0 }, "limit"],
    ["GET orders", { before: "abc" }, "before"],
    ["GET fills", { nonsense: 1 }, "nonsense"],
    ["GET market-data/orderbook/{symbol}", { symbol: "BTCUSDT" }, "symbol"],
    ["GET market-data/orderbook/{symbol}", { symbol: "BTC-USDT", depth: 5_001 }, "depth"],
    ["GET market-data/ohlcv/{symbol}", { symbol: "BTC-USDT", interval: "7s" }, "interval"],
    ["POST orders", { symbol: "BTC/USDT", side: "hold", type: "market", quantity: "1" }, "side"],
    ["POST orders", { symbol: "BTC/USDT", side: "buy", type: "market", quantity: "-1" }, "quantity"],
    ["POST orders", { symbol: "BTC/USDT", side: "buy", type: "market", quantity: 1 }, "quantity"],
    ["POST orders", { symbol: "BTC/USDT", side: "buy", type: "market", quantity: "1e5" }, "quantity"],
    ["POST orders", { symbol: "BTC/USDT", side: "buy", type: "limit", quantity: "1" }, "price"],
    ["POST orders", { symbol: "BTC/USDT", side: "buy", type: "market", quantity: "1", price: "5" }, "price"],
    ["POST orders", { symbol: "BTC/USDT", side: "buy", type: "market", quantity: "1", postOnly: true }, "postOnly"],
    ["POST orders", { symbol: "BTC/USDT", side: "buy", type: "market", quantity: "1", hidden: true }, "hidden"],
    ["POST strategies", { id: "bad id!", strategy: "grid", symbol: "BTC/USDT" }, "id"],
    ["POST strategies", { id: "x-1", strategy: "sma-cross", symbol: "BTC/USDT", params: { fast: 1 } }, "params.fast"],
    ["POST strategies", { id: "x-1", strategy: "sma-cross", symbol: "BTC/USDT", params: { speed: 1 } }, "params.speed"],
    ["PUT risk/limits", { limits: { maxOrderNotional: "x" }, reason: "r" }, "limits.maxOrderNotional"],
    ["PUT risk/limits", { limits: { maxEverything: 1 }, reason: "r" }, "limits.maxEverything"],
    ["PUT risk/limits", { limits: { maxOrderNotional: "1000" } }, "reason"],
    ["POST risk/circuit-breaker", { state: "off", reason: "r" }, "state"],
    ["GET system/events", { limit: "many" }, "limit"],
    ["GET backtest/runs", { limit: 101 }, "limit"],
    ["GET backtest/compare", { runs: "bt-1" }, "runs"],
    ["GET backtest/{id}/results", { id: "bt-1", points: 1 }, "points"],
    ["POST backtest/run", { ...backtest(), cash: "-1" }, "cash"],
    ["POST backtest/run", { ...backtest({ fast: 10_000 }) }, "strategies.0.params.fast"],
    ["POST backtest/run", { ...backtest({ speed: 1 }) }, "strategies.0.params.speed"],
    ["POST backtest/run", { ...backtest(), strategies: [{ strategy: "none" }] }, "strategies.0.strategy"],
    ["POST backtest/optimize", { backtest: backtest(), space: { speed: { from: 1, to: 2 } } }, "space.speed"],
    ["POST backtest/optimize", { backtest: backtest(), space: SPACE, objectives: ["beauty"] }, "objectives"],
    ["POST backtest/validate", { ...backtest(), fill: "magic" }, "fill"],
  ])("%s %j names %s", async (name, params, field) => {
    const refusal = await api.refused(name, params);
    expect(refusal).toMatchObject({ status: 422, type: "VALIDATION_ERROR" });
    expect(String(refusal.data["field"])).toBe(field);
    expect(refusal.message).toContain(field.split(".").at(-1));
  });

  it.each([
    ["GET orders/{id}", { id: "none" }],
    ["PUT orders/{id}/cancel", { id: "none" }],
    ["GET strategies/{id}", { id: "none" }],
    ["POST strategies/{id}/start", { id: "none" }],
    ["PUT strategies/{id}/parameters", { id: "none", params: {} }],
    ["GET strategies/{id}/performance", { id: "none" }],
    ["GET strategies/{id}/signals", { id: "none" }],
    ["GET positions/{symbol}", { symbol: "DOGE-USDT" }],
    ["GET market-data/orderbook/{symbol}", { symbol: "NONE-USDT" }],
    ["GET market-data/ohlcv/{symbol}", { symbol: "NONE-USDT" }],
    ["GET market-data/orderbook/{symbol}", { symbol: "BTC-USDT", venue: "nowhere" }],
    ["POST orders", { symbol: "NONE/USDT", side: "buy", type: "market", quantity: "1" }],
    ["POST strategies", { id: "x-1", strategy: "none", symbol: "BTC/USDT" }],
    ["POST system/actors/restart", { actorId: "book/none" }],
    ["POST system/actors/move", { actorId: "book/none" }],
    ["POST system/nodes/drain", { node: "none" }],
    ["GET backtest/{id}", { id: "bt-none" }],
    ["GET backtest/{id}/results", { id: "bt-none" }],
    ["GET backtest/{id}/trades", { id: "bt-none" }],
    ["GET backtest/{id}/chart", { id: "bt-none" }],
    ["GET backtest/{id}/trials", { id: "op-none" }],
    ["GET backtest/{id}/report", { id: "bt-none" }],
    ["GET backtest/compare", { runs: "bt-none,bt-other" }],
    ["POST backtest/{id}/cancel", { id: "bt-none" }],
    ["POST backtest/{id}/resume", { id: "bt-none" }],
    ["POST backtest/{id}/rerun", { id: "bt-none" }],
    ["POST backtest/monte-carlo", { run: "bt-none" }],
  ])("%s %j is not found", async (name, params) => {
    expect(await api.refused(name, params)).toMatchObject({ status: 404, type: "NOT_FOUND" });
  });

  it("takes every spelling of a symbol", async () => {
    for (const [symbol, means] of [
      ["BTC-USDT", "BTC/USDT"],
      ["BTC/USDT", "BTC/USDT"],
      ["btc-usdt", "BTC/USDT"],
      ["ETH-USDT:USDT", "ETH/USDT:USDT"],
      ["ETH/USDT:USDT", "ETH/USDT:USDT"],
    ] as const) {
      expect((await api.ok<BookView>("GET market-data/orderbook/{symbol}", { symbol })).symbol).toBe(means);
      expect(await api.ok("GET market-data/ohlcv/{symbol}", { symbol, interval: "1s", limit: 5 })).toMatchObject({
        symbol: means,
        interval: "1s",
      });
    }
  });
});

describe("orders", () => {
  it("rests, is listed, is canceled, and cannot be canceled again", async () => {
    const placed = await api.ok<OrderRow>(
      "POST orders",
      order({ price: await restingPrice("BTC-USDT", "buy", 50, "0.01"), postOnly: true }),
    );
    expect(placed).toMatchObject({
      strategyId: "manual",
      type: "limit",
      timeInForce: "GTC",
      postOnly: true,
      status: expect.stringMatching(/Pending|Working/) as string,
    });
    expect((await settled(placed.orderId)).status).toBe("Working");
    const active = await api.ok<{ items: OrderRow[] }>("GET orders/active", { strategyId: "manual" });
    expect(active.items.map(({ orderId }) => orderId)).toContain(placed.orderId);
    expect((await api.ok<OrderRow>("PUT orders/{id}/cancel", { id: placed.orderId })).status).toBe("CancelPending");
    expect((await settled(placed.orderId)).status).toBe("Canceled");
    expect(await api.refused("PUT orders/{id}/cancel", { id: placed.orderId })).toMatchObject({ status: 409, type: "ORDER_NOT_OPEN" });
  });

  it("fills at once, and its fills and position agree", async () => {
    const placed = await api.ok<OrderRow>("POST orders", { symbol: "SOL/USDT", side: "buy", type: "market", quantity: "10", why: "test" });
    const done = await until(
      () => api.ok<OrderRow & { fills: FillRow[] }>("GET orders/{id}", { id: placed.orderId }),
      ({ status, fills, filledQuantity }) => status === "Filled" && sum(fills.map(({ quantity }) => quantity)) === filledQuantity,
    );
    expect(done).toMatchObject({ filledQuantity: "10", why: "test", timeInForce: "IOC" });
    expect(await api.refused("PUT orders/{id}/cancel", { id: placed.orderId })).toMatchObject({ status: 409, type: "ORDER_NOT_OPEN" });
    const fills = await api.ok<Page<FillRow>>("GET fills", { orderId: placed.orderId });
    expect(fills.items).toEqual(done.fills.toReversed());
    const { byStrategy } = await api.ok<{ byStrategy: PositionRow[] }>("GET positions/{symbol}", { symbol: "SOL-USDT" });
    expect(byStrategy.find(({ strategyId }) => strategyId === "manual")).toMatchObject({ quantity: "10" });
    const mine = await api.ok<{ items: PositionRow[] }>("GET positions", { strategyId: "manual" });
    expect(mine.items.map(({ symbol }) => symbol)).toContain("SOL/USDT");
  });

  it.each([
    ["below the least notional", { quantity: "0.00001" }, /NOTIONAL|LOT|QUANTITY/],
    ["between two ticks", { price: "tick" }, /TICK_SIZE/],
    ["finer than a lot", { quantity: "0.001000000001" }, /LOT_SIZE/],
    ["far above the market", { price: "far" }, /PRICE_DEVIATION/],
    ["above the order limit", { quantity: "2" }, /ORDER_NOTIONAL/],
    ["short on spot", { symbol: "XRP/USDT", side: "sell", quantity: "100", type: "market", strategyId: undefined }, /SHORT_NOT_ALLOWED/],
    ["reducing what is not held", { symbol: "BTC/USDT:USDT", reduceOnly: true, quantity: "0.01", type: "market" }, /REDUCE_ONLY_EXCEEDS/],
  ])("%s is refused by name and leaves nothing", async (_name, wish, code) => {
    const rest = await restingPrice("BTC-USDT", "buy", 50, "0.01");
    const prices: Record<string, string> = {
      tick: `${rest.split(".")[0]!}.001`,
      far: format(mul(decimal(rest), decimal("1.2"))).split(".")[0]!,
    };
    const given = wish as { price?: string; type?: string };
    const price = given.type === "market" ? {} : { price: given.price === undefined ? rest : prices[given.price] };
    const refusal = await api.refused("POST orders", { ...order(wish), ...price });
    expect(refusal.status).toBe(422);
    expect(refusal.type).toMatch(code);
    const [newest] = (await api.ok<Page<ViolationRow>>("GET risk/violations", { strategyId: "manual", limit: 1 })).items;
    expect(newest).toMatchObject({ code: refusal.type, reason: refusal.message, intentId: refusal.data["intentId"] });
    const { items } = await api.ok<Page<OrderRow>>("GET orders", { strategyId: "manual", limit: 100 });
    expect(items.map(({ intentId }) => intentId)).not.toContain(refusal.data["intentId"]);
  });

  it("does not take with post-only, and leaves nothing resting with IOC", async () => {
    const { asks, bids } = await book("BTC-USDT");
    const crossing = await api.ok<OrderRow>("POST orders", order({ price: asks[0]![0], postOnly: true }));
    expect(await settled(crossing.orderId)).toMatchObject({ status: "Rejected", filledQuantity: "0" });
    const away = await api.ok<OrderRow>(
      "POST orders",
      order({ price: format(sub(decimal(bids[0]![0]), decimal("50"))), timeInForce: "IOC" }),
    );
    expect(await settled(away.orderId)).toMatchObject({ status: "Expired", filledQuantity: "0" });
  });

  it("is placed once for one idempotency key, whether in the header or the body", async () => {
    const wish = order({ price: await restingPrice("BTC-USDT", "buy", 60, "0.01") });
    const first = await api.ok<OrderRow>("POST orders", wish, { "idempotency-key": "key-1" });
    const again = await api.ok<OrderRow>("POST orders", { ...wish, idempotencyKey: "key-1" });
    expect(again.orderId).toBe(first.orderId);
    const both = await Promise.all(Array.from({ length: 5 }, () => api.ok<OrderRow>("POST orders", { ...wish, idempotencyKey: "key-2" })));
    expect(new Set(both.map(({ orderId }) => orderId)).size).toBe(1);
    expect(await api.refused("POST orders", { ...wish, idempotencyKey: "key-1" }, { "idempotency-key": "other" })).toMatchObject({
      status: 422,
      data: { field: "idempotencyKey" },
    });
    expect(await api.refused("POST orders", { ...wish, quantity: "0.002", idempotencyKey: "key-1" })).toMatchObject({
      status: 422,
      type: "BAD_INTENT",
    });
    const { requested } = await api.ok<{ requested: number }>("POST orders/cancel-all", { strategyId: "manual" });
    expect(requested).toBeGreaterThanOrEqual(2);
  });

  it("walks pages that grow meanwhile, each row once", async () => {
    const price = await restingPrice("BTC-USDT", "buy", 80, "0.01");
    for (let count = 0; count < 12; count++) await api.ok("POST orders", order({ price }));
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const page: Page<OrderRow> = await api.ok<Page<OrderRow>>("GET orders", {
        strategyId: "manual",
        limit: 5,
        ...(next === null ? {} : { before: next }),
      });
      seen.push(...page.items.map(({ orderId }) => orderId));
      if (page.next !== null) await api.ok("POST orders", order({ price }));
      next = page.next;
    } while (next !== null);
    expect(new Set(seen).size).toBe(seen.length);
    const { items } = await api.ok<Page<OrderRow>>("GET orders", { strategyId: "manual", limit: 100 });
    const older = items.map(({ orderId }) => orderId).slice(items.findIndex(({ orderId }) => orderId === seen[0]));
    expect(seen).toEqual(older);
    await api.ok("POST orders/cancel-all", { strategyId: "manual" });
  });
});

describe("risk", () => {
  it("judges the next order by the new limit", async () => {
    const wish = order({ price: await restingPrice("BTC-USDT", "buy", 50, "0.01"), quantity: "0.1" });
    const { orderId } = await api.ok<OrderRow>("POST orders", wish);
    const changed = await api.ok<RiskView>("PUT risk/limits", { limits: { maxOrderNotional: "1000" }, reason: "tighter" });
    expect(changed.limits.maxOrderNotional).toBe("1000");
    expect(await api.refused("POST orders", wish)).toMatchObject({ status: 422, type: "ORDER_NOTIONAL" });
    await api.ok("PUT risk/limits", { limits: { maxOrderNotional: "50000" }, reason: "back" });
    expect((await api.ok<RiskView>("GET risk/limits")).limitsVersion).toBe(changed.limitsVersion + 1);
    await api.ok("PUT orders/{id}/cancel", { id: orderId });
  });

  it("lets no order out while halted, cancels what was open, and resumes only when it is meant", async () => {
    const price = await restingPrice("BTC-USDT", "buy", 50, "0.01");
    const { orderId } = await api.ok<OrderRow>("POST orders", order({ price }));
    expect((await api.ok<RiskView>("POST risk/circuit-breaker", { state: "halted", reason: "test" })).state).toBe("halted");
    expect(await api.refused("POST orders", order({ price }))).toMatchObject({ status: 422, type: "TRADING_HALTED" });
    expect((await settled(orderId)).status).toBe("Canceled");
    await until(
      () => api.ok<{ items: OrderRow[] }>("GET orders/active"),
      ({ items }) => items.length === 0,
    );
    const [newest] = (await api.ok<Page<OrderRow>>("GET orders", { limit: 1 })).items;
    const events = (await api.ok<{ items: { code: string }[] }>("GET system/events", { limit: 100 })).items;
    expect(events.map(({ code }) => code)).toContain("TRADING_HALTED");
    expect((await api.ok<Page<OrderRow>>("GET orders", { limit: 1 })).items[0]!.orderId).toBe(newest!.orderId);
    for (const confirm of [undefined, "RESUME", "resume desk-1"]) {
      expect(await api.refused("POST risk/circuit-breaker", { state: "active", reason: "test", confirm })).toMatchObject({
        status: 422,
        type: "CONFIRMATION_REQUIRED",
        data: { field: "confirm", expected: "RESUME desk-1" },
      });
    }
    expect((await api.ok<RiskView>("POST risk/circuit-breaker", { state: "active", reason: "test", confirm: "RESUME desk-1" })).state).toBe(
      "active",
    );
    const { orderId: next } = await api.ok<OrderRow>("POST orders", order({ price }));
    await api.ok("PUT orders/{id}/cancel", { id: next });
  });
});

describe("strategies", () => {
  const id = "rest-1";

  it("lives through create, start, parameters, pause, stop with close", async () => {
    const { items } = await api.ok<{ items: { name: string }[] }>("GET strategies/definitions");
    expect(items.map(({ name }) => name)).toContain("grid");
    const wish = { id, strategy: "grid", symbol: "XRP/USDT", params: { levels: 3, stepBps: 2 } };
    expect(await api.ok<StrategyDetail>("POST strategies", wish)).toMatchObject({ id, state: "stopped", paramsVersion: 1 });
    expect(await api.refused("POST strategies", wish)).toMatchObject({ status: 409, type: "STRATEGY_EXISTS", data: { field: "id" } });
    expect(await api.refused("POST strategies/{id}/pause", { id })).toMatchObject({ status: 409 });
    await api.ok("POST strategies/{id}/start", { id });
    await until(
      () => api.ok<Page<SignalRow>>("GET strategies/{id}/signals", { id, limit: 100 }),
      ({ items: rows }) => rows.length >= 3,
    );
    const changed = await api.ok<StrategyDetail>("PUT strategies/{id}/parameters", {
      id,
      params: { levels: 2 },
      note: "fewer",
      expectedVersion: 1,
    });
    expect(changed).toMatchObject({ paramsVersion: 2, params: { levels: 2, stepBps: 2 } });
    expect(await api.refused("PUT strategies/{id}/parameters", { id, params: { levels: 4 }, expectedVersion: 1 })).toMatchObject({
      status: 409,
      data: { field: "expectedVersion", expected: 2, got: 1 },
    });
    expect(await api.refused("PUT strategies/{id}/parameters", { id, params: { levels: 0 } })).toMatchObject({
      status: 422,
      data: { field: "params.levels" },
    });
    const restored = await api.ok<StrategyDetail>("PUT strategies/{id}/parameters", {
      id,
      params: { ...changed.versions.at(-1)!.params },
      note: "restore v1",
    });
    expect(restored.versions.map(({ version, note, params }) => [version, note, params["levels"]])).toEqual([
      [3, "restore v1", 3],
      [2, "fewer", 2],
      [1, "created", 3],
    ]);
    expect((await api.ok<StrategyDetail>("POST strategies/{id}/pause", { id })).state).toBe("paused");
    expect((await api.ok<StrategyDetail>("POST strategies/{id}/start", { id })).state).toMatch(/running/);
    expect((await api.ok<StrategyDetail>("POST strategies/{id}/stop", { id, close: true })).state).toBe("stopped");
    await until(
      () => api.ok<StrategyDetail>("GET strategies/{id}", { id }),
      ({ positionQuantity }) => positionQuantity === "0",
    );
    expect(
      (await api.ok<{ items: OrderRow[] }>("GET orders/active", { strategyId: id })).items.filter(
        ({ status }) => status !== "CancelPending",
      ),
    ).toEqual([]);
    const { items: rows } = await api.ok<{ items: StrategyRow[] }>("GET strategies");
    expect(rows.map((row) => row.id)).toContain(id);
  });

  it("performances add up to the account", async () => {
    await api.ok("POST risk/circuit-breaker", { state: "halted", reason: "stand still" });
    await until(
      () => api.ok<{ items: OrderRow[] }>("GET orders/active"),
      ({ items }) => items.length === 0,
    );
    const { items } = await api.ok<{ items: StrategyRow[] }>("GET strategies");
    type Performance = Record<"realisedPnl" | "feesPaid", string> & { fills: number };
    const all = await Promise.all(items.map((row) => api.ok<Performance>("GET strategies/{id}/performance", { id: row.id })));
    const manual = (await api.ok<PortfolioPnl>("GET portfolio/pnl")).byStrategy.filter(({ strategyId }) => strategyId === "manual");
    const pnl = await api.ok<PortfolioPnl>("GET portfolio/pnl");
    for (const name of ["realisedPnl", "feesPaid"] as const) expect(sum([...all, ...manual].map((row) => row[name])), name).toBe(pnl[name]);
    const net: Decimal = sub(add(decimal(pnl.realisedPnl), decimal(pnl.unrealisedPnl)), decimal(pnl.feesPaid));
    expect([pnl.netPnl, pnl.equity]).toEqual([format(net), format(add(decimal(pnl.startEquity), net))]);
    await api.ok("GET portfolio/equity", { points: 10 });
    await api.ok("POST risk/circuit-breaker", { state: "active", reason: "go on", confirm: "RESUME desk-1" });
  });
});

describe("research", () => {
  it("runs a backtest and answers about it", async () => {
    expect((await api.ok<{ items: { name: string }[] }>("GET research/data")).items.map(({ name }) => name)).toEqual([DATA_SET]);
    const { id } = await api.ok<{ id: string }>("POST backtest/run", backtest({ fast: 10, slow: 30 }));
    const run = await finished(id);
    expect(run).toMatchObject({ state: "done", by: "local-operator", symbols: ["SOL/USDT"], error: null });
    const report = await api.ok<BacktestReport>("GET backtest/{id}/results", { id, points: 50 });
    expect([report.run.hash, report.equity.length, report.trades.length]).toEqual([run.hash, 50, 50]);
    const { items: trades, total } = await api.ok<{ items: object[]; total: number }>("GET backtest/{id}/trades", { id, limit: 7 });
    expect([trades.length, total]).toEqual([7, report.tradesTotal]);
    expect((await api.ok<{ bars: object[] }>("GET backtest/{id}/chart", { id, points: 100 })).bars.length).toBeLessThanOrEqual(100);
    expect(await api.ok<string>("GET backtest/{id}/report", { id, format: "trades.csv" })).toMatch(/^[a-zA-Z,]+\r?\n/);
    expect(await api.refused("GET backtest/{id}/trades", { id, limit: 0 })).toMatchObject({ status: 422, data: { field: "limit" } });
    expect(await api.refused("POST backtest/{id}/resume", { id })).toMatchObject({ status: 409, type: "RUN_NOT_RESUMABLE" });
  });

  it("repeats it to the same numbers, compares both, and judges it", async () => {
    const [first] = (await api.ok<Page<ResearchRun>>("GET backtest/runs", { limit: 1 })).items;
    const again = await finished((await api.ok<{ id: string }>("POST backtest/{id}/rerun", { id: first!.id })).id);
    expect(again).toMatchObject({ state: "done", hash: first!.hash, dataHash: first!.dataHash, metrics: first!.metrics });
    const comparison = await api.ok<{ differences: object[] }>("GET backtest/compare", { runs: `${first!.id},${again.id}`, points: 10 });
    expect(comparison.differences).toEqual([]);
    const monteCarlo = await api.ok<{ id: string }>("POST backtest/monte-carlo", { run: first!.id, paths: 100 });
    expect(await finished(monteCarlo.id)).toMatchObject({ state: "done", kind: "monte-carlo" });
    const validation = await api.ok<{ id: string }>("POST backtest/validate", backtest({ fast: 10, slow: 30 }));
    expect(await api.ok("POST backtest/{id}/cancel", { id: validation.id })).toMatchObject({ state: "cancelled" });
    await api.ok("POST backtest/{id}/resume", { id: validation.id });
    await api.ok("POST backtest/{id}/cancel", { id: validation.id });
  });

  it("searches, and lists its trials", async () => {
    const { id } = await api.ok<{ id: string }>("POST backtest/optimize", { backtest: backtest(), space: SPACE });
    expect(await finished(id)).toMatchObject({ state: "done", kind: "optimize", error: null });
    const { items, total } = await api.ok<{ items: object[]; total: number }>("GET backtest/{id}/trials", { id });
    expect([items.length, total]).toEqual([6, 6]);
    await api.ok("GET backtest/{id}/results", { id, points: 10 });
  });
});

describe("the system", () => {
  it("shows its parts and restarts one", async () => {
    expect(await api.as(null).ok("GET health")).toMatchObject({ status: "ok", mode: "paper" });
    await api.ok("GET health");
    await api.ok("GET market-data/instruments");
    await api.ok("GET system/nodes");
    await api.ok("GET system/status");
    await api.ok("GET system/dead-letters");
    const own = await api.ok<{ items: { by: string; action: string }[] }>("GET users/audit-log", { limit: 100 });
    expect(new Set(own.items.map(({ by }) => by)).size).toBeLessThanOrEqual(1);
    const all = await api.ok<{ items: { by: string; action: string }[] }>("GET users/audit-log", { of: "everyone", limit: 100 });
    expect(all.items.map(({ action }) => action)).toEqual(expect.arrayContaining(["trading.switch", "limits.change", "strategy.stop"]));
    const { items } = await api.ok<{ items: { actorId: string; restarts: number }[] }>("GET system/actors", { kind: "bars" });
    const [actor] = items;
    const row = await api.ok<{ restarts: number; state: string }>("POST system/actors/restart", { actorId: actor!.actorId });
    expect(row).toMatchObject({ state: "active", restarts: actor!.restarts + 1 });
    // The whole floor is here: everything belongs where it is, and nothing can leave.
    const { actorId } = actor!;
    expect(await api.ok("POST system/actors/move", { actorId })).toEqual({ actorId });
    const { remaining } = await api.ok<{ remaining: number }>("POST system/nodes/drain", { node: "floor-1" });
    expect(remaining).toBeGreaterThan(24);
  });

  it("answered every route of the table with a success that fits", () => {
    const missing = routes.map(({ method, path }) => `${method} ${path}`).filter((name) => !api.succeeded.has(name));
    expect(missing).toEqual([]);
  });

  it("stops in order", async () => {
    expect((await floor.stop()).code).toBe(0);
  });
});
