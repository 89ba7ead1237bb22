/**
 * A real cluster as operators and traders use it: four nodes on nats-server and PostgreSQL, started by `dsta cluster`.
 * One cluster for the whole story: trade through it, hand actors over, empty a node, end nodes in order and by force,
 * end it all, and start it again on the same journal.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ActorRow, BookView, DeadLetterRow, FillRow, OrderRow, RiskView, StrategyDetail } from "../../domain/contract/views.ts";
import { ClusterProcess, endClusters, strays } from "./cluster-process.ts";
import { Peer, showsFill } from "./stream-peer.ts";

interface Items<T> {
  readonly items: readonly T[];
}

const folder = mkdtempSync(join(tmpdir(), "dsta-cluster-"));
const QUICK = "quick-btc";
const BOOK = "market-data/orderbook/btc-usdt?depth=1";
const VITAL = ["connection/sim:main", "execution/sim:main", "positions/sim:main", "risk/sim:main"] as const;
const WORKERS = ["exchange-1", "exchange-2", "exchange-3"] as const;

let cluster: ClusterProcess;
/** Starts of each node, to wait for the next one. */
const starts = new Map<string, number>(WORKERS.map((node) => [node, 1]));

const holderOf = async (actorId: string): Promise<string> => {
  const actors = await cluster.actorsWhen((nodeOf) => nodeOf.has(actorId));
  return actors.get(actorId)!;
};
const everybodyActive = (rows: readonly ActorRow[]): boolean =>
  VITAL.every((id) => rows.some(({ actorId, state }) => actorId === id && state === "active")) &&
  rows.every(({ state }) => state === "active");
const allActiveOff = (node: string) =>
  cluster.actorsWhen((_nodeOf, rows) => everybodyActive(rows) && rows.every((row) => row.node !== node));

/** A small order by hand, to its fill: the way to every actor of the account is open. */
async function trade(side: "buy" | "sell", node?: string): Promise<OrderRow> {
  const wish = { symbol: "BTC/USDT", side, type: "market", quantity: "0.001", why: "the test trades by hand" };
  const { orderId } = await cluster.send<OrderRow>("POST", "orders", wish, node);
  return cluster.until<OrderRow>(`orders/${orderId}`, ({ status }) => status === "Filled");
}

async function restarted(node: string): Promise<void> {
  starts.set(node, starts.get(node)! + 1);
  await cluster.readyTimes(node, starts.get(node)!);
}

beforeAll(async () => {
  cluster = await ClusterProcess.start(folder);
});
afterAll(() => endClusters([cluster], [folder]));

describe("four nodes", () => {
  it("show themselves with their roles, and every actor once", async () => {
    const nodes = await cluster.nodes();
    expect(nodes.map(({ nodeId, roles }) => [nodeId, roles])).toEqual([
      ["core-1", ["core", "data"]],
      ...WORKERS.map((node) => [node, ["exchange", "trading"]]),
    ]);
    await cluster.actorsWhen((_nodeOf, rows) => everybodyActive(rows));
    const { items } = await cluster.get<Items<ActorRow>>("system/actors");
    expect(new Set(items.map(({ actorId }) => actorId)).size).toBe(items.length);
    await cluster.until<{ status: string; trading: string }>("health", ({ status, trading }) => status === "ok" && trading === "active");
  });

  it("take orders and strategies through the node that serves people", async () => {
    const order = await trade("buy");
    expect(order).toMatchObject({ filledQuantity: "0.001", side: "buy" });
    const params = { fast: 2, slow: 5, interval: "1s" };
    await cluster.send("POST", "strategies", { id: QUICK, strategy: "sma-cross", venue: "sim", symbol: "BTC/USDT", params });
    await cluster.send("POST", `strategies/${QUICK}/start`);
    await cluster.until<StrategyDetail>(`strategies/${QUICK}`, ({ state }) => state === "running");
    await cluster.send("PUT", `strategies/${QUICK}/parameters`, { params: { ...params, slow: 6 }, note: "slower" });
    await cluster.send("POST", `strategies/${QUICK}/stop`);
    await cluster.until<StrategyDetail>(`strategies/${QUICK}`, ({ state }) => state === "stopped");
    await cluster.send("POST", `strategies/${QUICK}/start`);
    const detail = await cluster.until<StrategyDetail>(`strategies/${QUICK}`, ({ state }) => state === "running");
    expect([detail.paramsVersion, detail.params["slow"]]).toEqual([2, 6]);
  });

  it("stop trading together, and go on together", async () => {
    await cluster.send("POST", "risk/circuit-breaker", { state: "halted", reason: "the test halts" });
    const wish = { symbol: "BTC/USDT", side: "buy", type: "market", quantity: "0.001", why: "must not pass" };
    expect((await cluster.api("POST", "orders", wish)).status).toBeGreaterThanOrEqual(400);
    expect((await cluster.get<RiskView>("risk/limits")).state).toBe("halted");
    await cluster.send("POST", "risk/circuit-breaker", { state: "active", reason: "the test goes on", confirm: "RESUME desk-1" });
    await trade("sell");
  });

  it("tell the stream of the serving node what happens on the others", async () => {
    const { url, token } = cluster.run();
    const peer = await new Peer(`${url}/api/v1/trading/stream?access_token=${token}`).open();
    await peer.until(({ type }) => type === "snapshot");
    const { orderId } = await trade("buy");
    await peer.until(showsFill(orderId));
    await peer.close();
  });
});

describe("operators", () => {
  it("hand a strategy over to a node, where it stays", async () => {
    const from = await holderOf(`strategy/${QUICK}`);
    const to = WORKERS.find((node) => node !== from)!;
    await cluster.send("POST", "system/actors/move", { actorId: `strategy/${QUICK}`, node: to });
    await cluster.actorsWhen((nodeOf, rows) => nodeOf.get(`strategy/${QUICK}`) === to && everybodyActive(rows));
    // The keepers look at everything once a second, and hand over what is not where it belongs: three seconds of market later they have.
    const { receivedAtMs: movedAtMs } = await cluster.get<BookView>(BOOK);
    await cluster.until<BookView>(BOOK, ({ receivedAtMs }) => receivedAtMs - movedAtMs > 3_000);
    expect(await holderOf(`strategy/${QUICK}`)).toBe(to);
    expect((await cluster.get<StrategyDetail>(`strategies/${QUICK}`)).state).toBe("running");
  });

  it("empty a node; trading goes on; started again it takes back what belongs to it", async () => {
    const before = await cluster.actorsWhen((_nodeOf, rows) => everybodyActive(rows));
    const node = before.get("execution/sim:main")!;
    expect(await cluster.send("POST", "system/nodes/drain", { node })).toEqual({ remaining: 0 });
    await allActiveOff(node);
    expect((await cluster.nodes()).find(({ nodeId }) => nodeId === node)).toMatchObject({ draining: true, actors: 0 });
    await trade("sell");
    cluster.signal(node, "SIGTERM");
    await restarted(node);
    const after = await cluster.actorsWhen((nodeOf, rows) => everybodyActive(rows) && nodeOf.get("execution/sim:main") === node);
    const unlike = (await cluster.nodes()).filter(({ draining }) => draining);
    expect(unlike).toEqual([]);
    for (const [actorId, holder] of after) if (holder === node) expect([actorId, before.get(actorId)]).toEqual([actorId, node]);
  });

  it("end a node in order: its actors are elsewhere before it has gone", async () => {
    const node = await holderOf("execution/sim:main");
    const pid = cluster.pidOf(node);
    cluster.signal(node, "SIGTERM");
    await cluster.actorsWhen((nodeOf, rows) => everybodyActive(rows) && nodeOf.get("execution/sim:main") !== node);
    await trade("buy");
    await restarted(node);
    expect(cluster.out).toContain(`${node}: stopped; the next start continues from here`);
    expect(cluster.pidOf(node)).not.toBe(pid);
    await cluster.actorsWhen((nodeOf, rows) => everybodyActive(rows) && nodeOf.get("execution/sim:main") === node);
  });
});

describe("a node that dies", () => {
  it("loses nothing: its actors live elsewhere, strategies carry on, and every message arrives", async () => {
    const before = await cluster.actorsWhen((_nodeOf, rows) => everybodyActive(rows));
    const node = before.get("connection/sim:main")!;
    expect(before.get("execution/sim:main")).toBe(node);
    const known = await cluster.get<Items<FillRow>>("fills?limit=100");
    cluster.signal(node, "SIGKILL");
    await allActiveOff(node);
    await cluster.until<{ health: { nodesUp: number; nodesTotal: number } }>(
      "system/status",
      ({ health }) => health.nodesUp === 3 && health.nodesTotal === 4,
    );
    const order = await trade("sell");
    const seen = new Set(known.items.map(({ tradeId }) => tradeId));
    await cluster.until<Items<FillRow>>("fills?limit=100", ({ items }) =>
      items.some(({ tradeId, strategyId }) => !seen.has(tradeId) && strategyId !== order.strategyId),
    );
    expect((await cluster.get<StrategyDetail>(`strategies/${QUICK}`)).state).toBe("running");
    const orders = await cluster.get<Items<OrderRow>>("orders/active");
    expect(orders.items.filter(({ status }) => status === "Unknown")).toEqual([]);
    expect((await cluster.get<Items<DeadLetterRow>>("system/dead-letters")).items).toEqual([]);
    await restarted(node);
    await cluster.actorsWhen((nodeOf, rows) => everybodyActive(rows) && nodeOf.get("connection/sim:main") === node);
    await cluster.until<{ status: string }>("health", ({ status }) => status === "ok");
  });

  it("also when it serves people: same address, and the local token that is written anew", async () => {
    const { url } = cluster.run();
    cluster.signal("core-1", "SIGKILL");
    await cluster.readyTimes("core-1", 2);
    expect(cluster.run().url).toBe(url);
    await trade("buy");
  });
});

describe("the launcher", () => {
  it("ends everything on Ctrl-C, and continues from the journal at the next start", async () => {
    const orders = (await cluster.get<Items<OrderRow>>("orders?limit=100")).items.filter(({ strategyId }) => strategyId !== QUICK);
    expect(strays(folder).length).toBeGreaterThan(5);
    expect(await cluster.stop()).toEqual({ code: 0, signal: null });
    expect(strays(folder)).toEqual([]);
    cluster = await ClusterProcess.start(folder);
    await cluster.actorsWhen((nodeOf, rows) => everybodyActive(rows) && nodeOf.has(`strategy/${QUICK}`));
    const known = new Set((await cluster.get<Items<OrderRow>>("orders?limit=100")).items.map(({ orderId }) => orderId));
    const byHand = orders.filter(({ why }) => why === "the test trades by hand");
    expect(byHand.length).toBeGreaterThan(3);
    for (const { orderId } of byHand) expect(known).toContain(orderId);
    await trade("sell");
  });
});
