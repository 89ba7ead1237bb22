/**
 * How fast actors come to life: 1,000 and 10,000 activations at once through the real ActorHost, and the bytes of one bare
 * active actor among 100,000. With `--nats` the leases are claimed in JetStream KV of a nats-server that the bench starts (file
 * storage, one replica), otherwise in the directory of one process.
 *
 * Goals: 1,000 within 0.2 s, 10,000 within 1 s, at most 2,048 bytes an actor. Floor, in the same run: the same number of
 * asynchronous steps that each put a small object into a Map; over NATS, plain puts of new keys, 256 in flight. Non-goals: what an
 * actor's own `activate` does (the journal), messages.
 * Run: node bench/activation.bench.ts [--quick] [--nats]
 */
import type { Clock } from "../domain/kernel/clock.ts";
import { internal } from "../domain/contract/message.ts";
import { LocalFeed } from "../mixins/feed/local-feed.ts";
import { defineActor } from "../mixins/hosted/actor.ts";
import type { KeyValue } from "../mixins/directory/key-value.ts";
import { type Directory, LocalDirectory } from "../mixins/hosted/directory.ts";
import { ActorHost } from "../mixins/hosted/host.ts";
import { startDirectory } from "../test/integration/mesh-directory.ts";
import { startNats } from "../test/integration/nats-server.ts";
import { bytesInUse, rounded } from "./measure.ts";

const quick = process.argv.includes("--quick");
const ROUNDS = quick ? 2 : 5;
const MANY = quick ? 20_000 : 100_000;

const messages = { note: internal<string>("cell", "note") };

const bare = defineActor<{ id: string }, typeof messages>({
  kind: "cell",
  key: ["id"],
  messages,
  mailbox: { control: 64, market: 64 },
  supervise: { baseMs: 100, maxMs: 5_000, maxRestarts: 5, windowMs: 60_000 },
  activate: (ctx) => ({ id: ctx.id }),
  handle: { note: () => undefined },
});

const clock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

function newHost(directory: Directory): ActorHost {
  const host = new ActorHost({
    tradingClock: clock,
    systemClock: clock,
    elapsedMs: () => performance.now(),
    feed: new LocalFeed((subject, error) => {
      throw new Error(`a listener of ${subject} failed`, { cause: error });
    }),
    directory,
    isUrgent: () => false,
    isFatal: () => false,
    announce: () => undefined,
    log: () => undefined,
    defer: (callback) => setImmediate(callback),
    onDeadLetter: () => undefined,
    askTimeoutMs: 5_000,
  });
  host.register(bare);
  return host;
}

let hash = 0;

/** Milliseconds of the fastest round; `once` gets ids that no other round has had. */
async function fastest(count: number, name: string, once: (ids: readonly string[]) => Promise<number>): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const ids = Array.from({ length: count }, (_, index) => `${name}-${count}-${round}-${index}`);
    await sessionInOrder();
    const startedMs = performance.now();
    const done = await once(ids);
    best = Math.min(best, performance.now() - startedMs);
    if (done !== count) throw new Error(`${done} of ${count} came to life`);
    hash = (Math.imul(hash, 31) + done) | 0;
  }
  return best;
}

async function activateAll(directory: Directory, ids: readonly string[]): Promise<number> {
  const host = newHost(directory);
  await Promise.all(ids.map((id) => host.activate("cell", id)));
  return host.size;
}

async function putAll(ids: readonly string[]): Promise<number> {
  const made = new Map<string, { id: string }>();
  await Promise.all(
    ids.map(async (id) => {
      made.set(id, await Promise.resolve({ id }));
    }),
  );
  return made.size;
}

async function bytesPerActor(count: number): Promise<number> {
  const ids = Array.from({ length: count }, (_, index) => `actor-${index}`);
  const directory = new LocalDirectory({ nodeId: "bench" });
  const host = newHost(directory);
  const empty = bytesInUse();
  await Promise.all(ids.map((id) => host.activate("cell", id)));
  const bytes = Math.round((bytesInUse() - empty) / count);
  if (host.size !== count) throw new Error(`${host.size} of ${count} came to life`);
  return bytes;
}

/** As the directory claims, without a directory. */
async function createAll(kv: Pick<KeyValue, "put">, ids: readonly string[]): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) await kv.put(`floor.${id}`, id, 0);
  };
  await Promise.all(Array.from({ length: 256 }, worker));
  return ids.length;
}

const nats = process.argv.includes("--nats") ? await startNats() : null;
const mesh = nats && (await startDirectory(nats.url, "bench"));
const directory = (): Directory => mesh?.directory ?? new LocalDirectory({ nodeId: "bench" });
const floor = (ids: readonly string[]): Promise<number> => (mesh ? createAll(mesh.leases, ids) : putAll(ids));

/** On a busy machine the round before may have cost the session. */
async function sessionInOrder(): Promise<void> {
  while (!directory().valid()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function measured() {
  try {
    return {
      floor1kMs: await fastest(1_000, "floor", floor),
      floor10kMs: await fastest(10_000, "floor", floor),
      activate1kMs: await fastest(1_000, "actor", (ids) => activateAll(directory(), ids)),
      activate10kMs: await fastest(10_000, "actor", (ids) => activateAll(directory(), ids)),
    };
  } finally {
    await mesh?.close();
    await nats?.stop();
  }
}

const { floor1kMs, floor10kMs, activate1kMs, activate10kMs } = await measured();
const bytes = await bytesPerActor(MANY);
console.log(
  JSON.stringify({
    bench: "activation",
    directory: mesh ? "nats" : "local",
    result: Math.round(10_000_000 / activate10kMs),
    floor: Math.round(10_000_000 / floor10kMs),
    ratio: rounded(floor10kMs / activate10kMs),
    unit: "activations/s",
    activate1kMs: rounded(activate1kMs, 1),
    activate10kMs: rounded(activate10kMs, 1),
    floor1kMs: rounded(floor1kMs, 1),
    floor10kMs: rounded(floor10kMs, 1),
    bytesPerActor: bytes,
    actors: MANY,
    hash,
  }),
);
