/**
 * A strategy that holds the loop of one node of a mesh, on real nodes, NATS and PostgreSQL: that node ends itself; the
 * other one takes over what lived there, refuses to run the strategy, shows why, and trades on.
 */
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import type { OrderRow, StrategyDetail } from "../../domain/contract/views.ts";
import { startTestDatabase, temporaryFolder, type TestDatabase } from "./database.ts";
import { endAll, FloorProcess } from "./floor-process.ts";
import { startNats } from "./nats-server.ts";

const LONG_MS = 120_000;
const OWN = fileURLToPath(new URL("./own-strategies.ts", import.meta.url));
const folders: string[] = [];
const ends: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  await endAll(folders);
  for (const end of ends.toReversed()) await end();
}, LONG_MS);

async function node(name: string, database: TestDatabase, natsUrl: string): Promise<FloorProcess> {
  const folder = await temporaryFolder();
  folders.push(folder);
  const env = { DSTA_STRATEGIES: OWN, DSTA_NODE: name, DATABASE_URL: database.server.url, NATS_URL: natsUrl };
  return FloorProcess.start(folder, { env });
}

/** Asked while its node is still dying, the outcome is unknown (503): ask again. */
async function failed(floor: FloorProcess): Promise<StrategyDetail> {
  for (;;) {
    const { status, body } = await floor.api<StrategyDetail>("GET", "strategies/spins-1");
    if (status === 200 && body.state === "failed") return body;
    if (status !== 200 && status !== 503 && status !== 504) throw new Error(`${status} ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it(
  "is shed by its node, and refused by the one that takes over",
  async () => {
    const database = await startTestDatabase();
    ends.push(() => database.remove());
    const nats = await startNats({ jetstream: true });
    ends.push(() => nats.stop());
    const nodes = [await node("a", database, nats.url), await node("b", database, nats.url)] as const;
    await nodes[0].post("strategies", { id: "spins-1", strategy: "spins", symbol: "BTC/USDT", start: true });

    const first = await Promise.race(nodes.map((each) => each.ended.then(() => each)));
    expect(first.err).toMatch(/^strategy\/spins-1 held the event loop for \d{3} ms/m);
    const other = nodes.find((each) => each !== first)!;
    const name = first === nodes[0] ? "a" : "b";
    expect((await failed(other)).stateReason).toContain(`that ended node ${name}`);
    // What lived there is here now: risk reviews, execution sends, the venue fills.
    const { orderId } = await other.post<OrderRow>("orders", { symbol: "ETH/USDT", side: "buy", type: "market", quantity: "0.01" });
    await other.until<OrderRow>(`orders/${orderId}`, ({ status }) => status === "Filled");
    expect((await other.stop()).code).toBe(0);
  },
  LONG_MS,
);
