/**
 * From a book's top published on one node to the order of a strategy on another node arriving back at the desk of the
 * first: feed there, a decision, an actor message back, both through a real nats-server, at 20,000 ticks a second.
 *
 * Goals: p50 ≤ 250 µs, p99 ≤ 1.5 ms. Floor in the same run, in alternating rounds: bare NATS messages of 32 bytes there
 * and back at the same pace. Non-goals: risk review and journal (tick-to-order.bench.ts, journal.bench.ts).
 * Run: node bench/mesh-tick-to-order.bench.ts [--quick]
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { subjects } from "../domain/contract/subjects.ts";
import type { BookTop } from "../domain/market/events.ts";
import { startNats } from "../test/integration/nats-server.ts";
import { deskActor } from "./mesh/desk.ts";
import { joinMesh } from "./mesh/node.ts";
import { BARE_ORDER, BARE_TICK, ORDER_EVERY, SYMBOLS } from "./mesh/ticks.ts";
import { quantile, rounded } from "./measure.ts";

const quick = process.argv.includes("--quick");
const SECONDS = quick ? 1 : 4;
const ROUNDS = quick ? 1 : 5;
const TICKS_PER_MS = 20;
const DECIDER = fileURLToPath(new URL("./mesh/decider.ts", import.meta.url));

const sentMs = new Float64Array(SECONDS * 1_000 * TICKS_PER_MS + 1);
let latencies: number[] = [];
const onOrder = (tick: number): void => void latencies.push(performance.now() - sentMs[tick]!);

const nats = await startNats();
const node = await joinMesh({ url: nats.url, node: "floor", definitions: [deskActor(onOrder)], renewMs: 200, expiryMs: 1_000 });
const { feed } = node;
await node.host.activate("desk", "main");
const decider = fork(DECIDER, [JSON.stringify({ url: nats.url })]);
await new Promise<void>((resolve, reject) => {
  decider.once("message", () => resolve());
  decider.once("exit", () => reject(new Error("the decider ended before it was ready")));
});
const topSubjects = SYMBOLS.map((symbol) => subjects.top("sim", symbol));
while (!topSubjects.every((subject) => feed.hasListeners(subject))) await new Promise((resolve) => setTimeout(resolve, 5));
node.wire.listen(BARE_ORDER, (bytes) => onOrder(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)));

function topAt(tick: number): BookTop {
  const price = 50_000 + (tick % 1_000);
  const nowMs = Date.now();
  return {
    venue: "sim",
    symbol: SYMBOLS[tick % SYMBOLS.length]!,
    quality: "LIVE",
    updateId: tick,
    bidPrice: price,
    bidQuantity: 5,
    askPrice: price + 1,
    askQuantity: 7,
    venueTimeMs: nowMs,
    receivedAtMs: nowMs,
  };
}

/** Paced by the clock, a millisecond's worth of ticks spread over the turns in it; resolves when every order is back. */
async function pace(send: (tick: number) => void): Promise<readonly number[]> {
  latencies = [];
  const total = SECONDS * 1_000 * TICKS_PER_MS;
  const startMs = performance.now();
  for (let tick = 1; tick <= total;) {
    const due = Math.min(total, Math.floor((performance.now() - startMs) * TICKS_PER_MS));
    for (; tick <= due; tick++) {
      sentMs[tick] = performance.now();
      send(tick);
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  for (const untilMs = performance.now() + 5_000; latencies.length < total / ORDER_EVERY && performance.now() < untilMs;) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return latencies.toSorted((a, b) => a - b);
}

const bare = new Uint8Array(32);
const bareView = new DataView(bare.buffer);
const mesh: number[] = [];
const floor: number[] = [];
for (let round = -1; round < ROUNDS; round++) {
  const viaMesh = await pace((tick) => feed.publish(topSubjects[tick % SYMBOLS.length]!, topAt(tick)));
  const viaNats = await pace((tick) => {
    bareView.setUint32(0, tick, true);
    node.wire.send(BARE_TICK, bare.slice());
  });
  // The first round only warms both ways up.
  if (round < 0) continue;
  mesh.push(...viaMesh);
  floor.push(...viaNats);
}
decider.disconnect();
await node.close();
await nats.stop();

const sorted = (values: number[]): number[] => values.toSorted((a, b) => a - b);
const us = (values: number[], share: number): number => rounded(quantile(sorted(values), share) * 1_000, 0);
const result = {
  bench: "mesh-tick-to-order",
  orders: mesh.length,
  p50Us: us(mesh, 0.5),
  p99Us: us(mesh, 0.99),
  bareP50Us: us(floor, 0.5),
  bareP99Us: us(floor, 0.99),
};
console.log(`mesh      p50 ${result.p50Us} µs, p99 ${result.p99Us} µs (goal 250 and 1,500)`);
console.log(`bare NATS p50 ${result.bareP50Us} µs, p99 ${result.bareP99Us} µs`);
console.log(
  JSON.stringify({ ...result, p50Ratio: rounded(result.p50Us / result.bareP50Us), p99Ratio: rounded(result.p99Us / result.bareP99Us) }),
);
