/**
 * Requests a second through the gateway: an authenticated GET with a checked parameter, against the floor of a bare
 * moleculer-web action that returns a payload of the same size, both on one broker, measured in turns in one run.
 * Goal: at least 0.9 of the floor. The floor has no body parser, no logging and one alias, which is its best case.
 * What is compared is requests per CPU second of the server's thread, its own cost: autocannon parses answers in
 * JavaScript and, on few cores, is slower than either server, so that wall-clock rates measure how long our headers
 * are to parse. The wall-clock rates are printed too.
 * Non-goals: TLS, many connections, bodies. `--quick` shortens the rounds.
 */
import { createHash } from "node:crypto";
import autocannon from "autocannon";
import { ServiceBroker } from "moleculer";
import ApiGateway from "moleculer-web";
import { createGateway, type GatewayService } from "../actors/core/gateway.service.ts";
import type { Feed } from "../domain/contract/subjects.ts";
import type { Clock } from "../domain/kernel/clock.ts";

const quick = process.argv.includes("--quick");
const ROUNDS = quick ? 3 : 7;
const ROUND_SECONDS = quick ? 1 : 4;
const CONNECTIONS = 20;
const GOAL = 0.9;

const clock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
const feed: Feed = {
  publish: () => undefined,
  subscribe: () => () => undefined,
  hasListeners: () => false,
  onGap: () => () => undefined,
};
const level = (at: number) => [`${50_000 + at}.5`, `${at}.25`];
const book = {
  venue: "sim",
  symbol: "BTC/USDT",
  quality: "LIVE",
  updateId: 1,
  bids: Array.from({ length: 10 }, (_, at) => level(-at)),
  asks: Array.from({ length: 10 }, (_, at) => level(at)),
};

const broker = new ServiceBroker({ logger: false, metrics: false });
broker.createService({ name: "market", actions: { orderbook: () => book } });
broker.createService({
  name: "bare",
  mixins: [ApiGateway],
  settings: {
    port: 0,
    ip: "127.0.0.1",
    logRequest: null,
    logResponse: null,
    routes: [{ path: "/api/v1", aliases: { "GET market-data/orderbook/:symbol": "market.orderbook" }, bodyParsers: false, logging: false }],
  },
});
broker.createService(
  createGateway({
    verifier: { verify: (token) => tokens.get(token) ?? Promise.reject(new Error("unknown token")) },
    clock,
    feed,
    settings: { port: 0, userPerMinute: Number.MAX_SAFE_INTEGER },
  }),
);
const token = "x".repeat(300);
const tokens = new Map([[token, { identity: { name: "bench", role: "Admin" as const }, session: null, expiresAtMs: Infinity }]]);
await broker.start();

const bare = broker.getLocalService("bare") as unknown as { server: { address(): { port: number } } };
const gateway = broker.getLocalService("gateway") as GatewayService;
const targets = { bare: `http://127.0.0.1:${bare.server.address().port}`, gateway: gateway.address!.url };
const path = "/api/v1/market-data/orderbook/BTC-USDT?depth=10";
const headers = { authorization: `Bearer ${token}` };

interface Rate {
  /** Requests per CPU second of this thread. */
  readonly cpu: number;
  readonly wall: number;
}

async function measure(url: string): Promise<Rate> {
  const before = process.threadCpuUsage();
  const result = await autocannon({ url: `${url}${path}`, headers, connections: CONNECTIONS, duration: ROUND_SECONDS, workers: 1 });
  const used = process.threadCpuUsage(before);
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} errors`);
  return { cpu: (result.requests.total * 1e6) / (used.user + used.system), wall: result.requests.total / result.duration };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const bodies = await Promise.all(Object.values(targets).map(async (url) => (await fetch(`${url}${path}`, { headers })).text()));
for (const url of Object.values(targets)) await measure(url);
const rates = { bare: [] as Rate[], gateway: [] as Rate[] };
for (let round = 0; round < ROUNDS; round++) {
  // The order turns, so that a drift of the machine hits both.
  const order = round % 2 === 0 ? (["bare", "gateway"] as const) : (["gateway", "bare"] as const);
  for (const name of order) rates[name].push(await measure(targets[name]));
}
const ratio = (kind: keyof Rate) => Number(median(rates.gateway.map((rate, round) => rate[kind] / rates.bare[round]![kind])).toFixed(3));
const middle = (name: keyof typeof rates, kind: keyof Rate) => Math.round(median(rates[name].map((rate) => rate[kind])));
const result = {
  bench: "gateway",
  ratio: ratio("cpu"),
  goal: GOAL,
  barePerCpuSecond: middle("bare", "cpu"),
  gatewayPerCpuSecond: middle("gateway", "cpu"),
  wallRatio: ratio("wall"),
  barePerSecond: middle("bare", "wall"),
  gatewayPerSecond: middle("gateway", "wall"),
  samePayload: bodies[0] === bodies[1],
  payloadBytes: Buffer.byteLength(bodies[0]!),
  hash: createHash("sha256").update(bodies.join()).digest("hex").slice(0, 16),
};
await broker.stop();
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
