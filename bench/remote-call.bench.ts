/**
 * Asking an actor in another process: through ActorLink and through `broker.call` with the call hook, against a plain
 * remote call of Moleculer on the same nats-server, measured in turns in one run, 64 calls in flight, then one.
 * Goal: at most 1.2 times the plain call's time. The handlers answer at once; the params are those of a small order.
 * Non-goals: the actor's own mailbox (mailbox.bench.ts), large messages, the network. `--quick` shortens the rounds.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { type ActionSchema, ServiceBroker } from "moleculer";
import { connectNats } from "../brokers/nats/connect.ts";
import { NatsWire } from "../brokers/nats/nats-wire.ts";
import { systemClock } from "../brokers/system-ports.ts";
import { meshSubjects } from "../domain/contract/mesh-subjects.ts";
import type { Directory, Member } from "../mixins/hosted/directory.ts";
import { callHook } from "../mixins/link/call-hook.ts";
import { ActorLink } from "../mixins/link/link.ts";
import { startNats } from "../test/integration/nats-server.ts";
import { measureAsync, quantile, rounded } from "./measure.ts";

const quick = process.argv.includes("--quick");
const CALLS = quick ? 2_000 : 20_000;
const ALONE = quick ? 300 : 3_000;
const ROUNDS = quick ? 3 : 7;
const IN_FLIGHT = 64;
const GOAL = 1.2;
const PEER = "peer";
const PARAMS = { account: "sim:main", symbol: "BTC/USDT", side: "buy", quantity: "0.25", price: "50000.5", clientId: "bench-1" };

function directoryOf(nodeId: string): Directory {
  const members = ["bench", PEER].map((node): Member => ({
    node,
    roles: [],
    kinds: [],
    draining: false,
    pins: [],
    startedAtMs: 0,
    session: node,
  }));
  return {
    nodeId,
    locate: () => ({ node: PEER, epoch: 1n }),
    candidate: () => PEER,
    claim: () => Promise.reject(new Error("nothing is claimed here")),
    release: () => Promise.resolve(),
    valid: () => true,
    members: () => members,
    leases: () => [],
    onChange: () => () => undefined,
  };
}

/** One side: a broker and a link, on a connection each, as a node has them. */
async function openSide(nodeID: string, url: string) {
  const directory = directoryOf(nodeID);
  const connection = await connectNats({ servers: [url], name: nodeID });
  const link = new ActorLink({
    wire: new NatsWire(nodeID, connection, () => undefined),
    directory,
    subjects: meshSubjects("bench"),
    areaOf: () => "trading",
    life: nodeID,
    clock: systemClock,
    defer: queueMicrotask,
    receive: (_kind, _id, envelope) => {
      envelope.arrival?.taken();
      envelope.resolve?.(envelope.params);
    },
    wake: () => undefined,
    deadLetter: (actorId, message, reason) => {
      throw new Error(`${actorId} ${message}: ${reason}`);
    },
    log: () => undefined,
  });
  const broker = new ServiceBroker({
    nodeID,
    namespace: "bench",
    logger: false,
    metrics: false,
    validator: false,
    requestTimeout: 10_000,
    transporter: { type: "NATS", options: { servers: [url] } },
    middlewares: [callHook({ directory, clock: systemClock, connected: () => true })],
  });
  if (nodeID === PEER) {
    const echo = (ctx: { readonly params: unknown }): unknown => ctx.params;
    const routed = { actor: { kind: "risk", key: ["account"] }, handler: echo } as unknown as ActionSchema;
    broker.createService({ name: "risk", actions: { place: routed } });
    broker.createService({ name: "plain", actions: { place: echo as ActionSchema["handler"] & ((ctx: unknown) => unknown) } });
  }
  await broker.start();
  return { link, broker, connection };
}

/** Keeps a number of calls in flight until all are answered; the result says what was answered. */
async function inFlight(calls: number, width: number, call: () => Promise<unknown>): Promise<number> {
  let left = calls;
  let hash = 0;
  const worker = async (): Promise<void> => {
    while (left-- > 0) hash = (hash * 31 + JSON.stringify(await call()).length) >>> 0;
  };
  await Promise.all(Array.from({ length: width }, worker));
  return hash;
}

async function bench(): Promise<void> {
  const nats = await startNats({ jetstream: false });
  const child = fork(new URL(import.meta.url), ["--peer", nats.url], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  await once(child, "message");
  const { link, broker, connection } = await openSide("bench", nats.url);
  await broker.waitForServices(["risk", "plain"]);
  const ways = {
    plain: () => broker.call("plain.place", PARAMS),
    hook: () => broker.call("risk.place", PARAMS),
    link: () =>
      new Promise((resolve, reject) => {
        const deadlineMs = Date.now() + 10_000;
        link.send("risk", "sim:main", {
          name: "place",
          params: PARAMS,
          lane: "control",
          resolve,
          reject,
          deadlineMs,
          own: null,
          arrival: null,
        });
      }),
  };
  const names = Object.keys(ways) as (keyof typeof ways)[];
  const rates = { plain: [] as number[], hook: [] as number[], link: [] as number[] };
  const alone = { plain: [] as number[], hook: [] as number[], link: [] as number[] };
  const hashes = new Set<number>();
  for (const name of names) await inFlight(CALLS / 4, IN_FLIGHT, ways[name]);
  for (let round = 0; round < ROUNDS; round++) {
    // The order turns, so that a drift of the machine hits all.
    for (const name of [...names.slice(round % 3), ...names.slice(0, round % 3)]) {
      const rate = await measureAsync(1, CALLS, () => inFlight(CALLS, IN_FLIGHT, ways[name]));
      rates[name].push(rate.perSecond);
      hashes.add(rate.hash);
      alone[name].push((await measureAsync(1, ALONE, () => inFlight(ALONE, 1, ways[name]))).perSecond);
    }
  }
  const middle = (values: readonly number[]) =>
    quantile(
      values.toSorted((a, b) => a - b),
      0.5,
    );
  const ratio = (of: typeof rates, name: "hook" | "link") => rounded(middle(of.plain.map((plain, round) => plain / of[name][round]!)));
  const result = {
    bench: "remote-call",
    /** Times of the plain call, 64 in flight. */
    linkRatio: ratio(rates, "link"),
    hookRatio: ratio(rates, "hook"),
    linkRatioAlone: ratio(alone, "link"),
    hookRatioAlone: ratio(alone, "hook"),
    goal: GOAL,
    plainPerSecond: middle(rates.plain),
    hookPerSecond: middle(rates.hook),
    linkPerSecond: middle(rates.link),
    plainAloneUs: Math.round(1e6 / middle(alone.plain)),
    hookAloneUs: Math.round(1e6 / middle(alone.hook)),
    linkAloneUs: Math.round(1e6 / middle(alone.link)),
    sameAnswers: hashes.size === 1,
    hash: [...hashes][0],
  };
  link.close();
  await broker.stop();
  await connection.close();
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
  await nats.stop();
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

const peerAt = process.argv.indexOf("--peer");
if (peerAt > 0) {
  await openSide(PEER, process.argv[peerAt + 1]!);
  process.once("disconnect", () => process.exit(0));
  process.send?.("ready");
} else {
  await bench();
}
