/**
 * When a mesh is well again: every actor that should live does, once, on a node that answers; every book is live; nothing
 * is unclear about orders; and an order by REST is filled. Measures from a moment the test names.
 */
import type { ActorRow, OrderRow } from "../../../domain/contract/views.ts";
import type { MeshCluster } from "./mesh-cluster.ts";

export interface Recovery {
  /** Until an order sent after the moment was filled, ms. */
  readonly orderMs: number;
  /** Until all of the above held, ms. */
  readonly wholeMs: number;
  /** What was missing last. */
  readonly last: string;
}

interface Health {
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

/** Nothing to do with a node that is away for good. */
const NEEDED = new Set(["start", "journal", "books", "connection", "orders", "risk", "actors"]);
const LIMIT_MS = 60_000;
const POLL_MS = 40;
const PATIENCE_MS = 1_000;
const PROBE = { symbol: "BTC/USDT:USDT", quantity: "0.002", type: "market" };

let probes = 0;

/** Ids of the actors that have to live again after each fault. Bars live when somebody asks. */
export async function keptActors(cluster: MeshCluster): Promise<ReadonlySet<string>> {
  const { items } = await cluster.get<{ items: ActorRow[] }>("system/actors");
  return new Set(items.filter(({ kind }) => kind !== "bars").map(({ actorId }) => actorId));
}

/** @param sinceMs of performance.now() */
export async function recovered(cluster: MeshCluster, kept: ReadonlySet<string>, sinceMs: number): Promise<Recovery> {
  const [orderMs, { wholeMs, last }] = await Promise.all([orderFilled(cluster, sinceMs), allWell(cluster, kept, sinceMs)]);
  return { orderMs, wholeMs: Math.max(orderMs, wholeMs), last: orderMs > wholeMs ? "an order" : last };
}

/** Since then; a client with patience for a second: after that it tries another order. */
export async function orderFilled(cluster: MeshCluster, sinceMs: number): Promise<number> {
  let [last, ms] = ["", 0];
  while (ms < LIMIT_MS) {
    const side = probes++ % 2 === 0 ? "buy" : "sell";
    try {
      const key = { "idempotency-key": `probe-${probes}` };
      const { status, body } = await cluster.api<OrderRow>("POST", "orders", { ...PROBE, side }, key, PATIENCE_MS);
      last = `${status} ${JSON.stringify(body)}`;
      if (status === 201 && (await isFilled(cluster, body))) return performance.now() - sinceMs;
    } catch (error) {
      last = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    ms = performance.now() - sinceMs;
  }
  throw new Error(`no order was filled within ${LIMIT_MS / 1_000} s: ${last}\n${cluster.logs()}`);
}

async function isFilled(cluster: MeshCluster, order: OrderRow): Promise<boolean> {
  if (order.status === "Filled") return true;
  const untilMs = performance.now() + PATIENCE_MS;
  while (performance.now() < untilMs) {
    const { status } = await cluster.get<OrderRow>(`orders/${encodeURIComponent(order.orderId)}`);
    if (status === "Filled") return true;
    if (status === "Canceled" || status === "Expired" || status === "Rejected") return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

async function allWell(cluster: MeshCluster, kept: ReadonlySet<string>, sinceMs: number): Promise<Omit<Recovery, "orderMs">> {
  let last = "nothing";
  for (;;) {
    const missing = await unwell(cluster, kept).catch((error: unknown) => [String(error)]);
    const wholeMs = performance.now() - sinceMs;
    if (missing.length === 0) return { wholeMs, last };
    last = missing.join("; ").slice(0, 2_000);
    if (wholeMs > LIMIT_MS) throw new Error(`not well within ${LIMIT_MS / 1_000} s: ${last}\n${cluster.logs()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What is missing now. */
async function unwell(cluster: MeshCluster, kept: ReadonlySet<string>): Promise<string[]> {
  const [actors, health] = await Promise.all([cluster.get<{ items: ActorRow[] }>("system/actors"), cluster.api<Health>("GET", "health")]);
  const found = health.body.checks.filter(({ name, ok }) => NEEDED.has(name) && !ok).map(({ name, detail }) => `${name}: ${detail}`);
  const living = new Map<string, string>();
  for (const { actorId, state, node } of actors.items) {
    if (state !== "active" && state !== "passive") continue;
    if (kept.has(actorId) && living.has(actorId)) found.push(`${actorId} lives on ${living.get(actorId)} and ${node}`);
    living.set(actorId, node);
  }
  for (const id of kept) if (!living.has(id)) found.push(`${id} does not live`);
  return found;
}
