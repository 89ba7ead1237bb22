/**
 * Messages per second through the real ActorHost with 10,000 actors: `tell` to handlers that return at once (`result`) and
 * to handlers that return a promise, and the bytes of one bare active actor that has handled a message.
 *
 * Goals: 2.5 million messages/s to synchronous handlers; at most 2,048 bytes per actor. Floor: a Map look-up of the same
 * actor and a direct call of the same handler, in the same run. Non-goals: asks, feeds, timers, other nodes, the journal.
 * Run: node bench/mailbox.bench.ts [--quick]
 */
import { internal } from "../domain/contract/message.ts";
import type { Clock } from "../domain/kernel/clock.ts";
import { LocalFeed } from "../mixins/feed/local-feed.ts";
import { defineActor } from "../mixins/hosted/actor.ts";
import { LocalDirectory } from "../mixins/hosted/directory.ts";
import { ActorHost } from "../mixins/hosted/host.ts";
import { bytesInUse, measure, measureAsync, rounded } from "./measure.ts";

const quick = process.argv.includes("--quick");
const ACTORS = 10_000;
const PER_ACTOR = quick ? 20 : 100;
const ROUNDS = quick ? 3 : 9;

interface Counter {
  sum: number;
}

const messages = { add: internal<number>("counter", "add", "market"), addLater: internal<number>("counter", "addLater", "market") };

/** Messages handled, by all actors. */
let handled = 0;

const counter = defineActor<Counter, typeof messages>({
  kind: "counter",
  key: ["id"],
  messages,
  mailbox: { control: 64, market: 1_024 },
  supervise: { baseMs: 100, maxMs: 5_000, maxRestarts: 5, windowMs: 60_000 },
  activate: () => ({ sum: 0 }),
  handle: {
    add: (ctx, amount) => {
      handled += 1;
      ctx.state.sum = (ctx.state.sum + amount) | 0;
    },
    addLater: async (ctx, amount) => {
      await Promise.resolve();
      handled += 1;
      ctx.state.sum = (ctx.state.sum + amount) | 0;
    },
  },
});

const clock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

function newHost(): ActorHost {
  const host = new ActorHost({
    tradingClock: clock,
    systemClock: clock,
    elapsedMs: () => performance.now(),
    feed: new LocalFeed((subject, error) => {
      throw new Error(`a listener of ${subject} failed`, { cause: error });
    }),
    directory: new LocalDirectory({ nodeId: "bench" }),
    isUrgent: () => false,
    isFatal: () => false,
    announce: () => undefined,
    log: () => undefined,
    defer: (callback) => setImmediate(callback),
    onDeadLetter: () => undefined,
    askTimeoutMs: 5_000,
  });
  host.register(counter);
  return host;
}

async function quiet(host: ActorHost): Promise<void> {
  while (!host.quiet) await new Promise((resolve) => setImmediate(resolve));
}

const ids = Array.from({ length: ACTORS }, (_, index) => `actor-${index}`);

/** Tells in waves of `wave` per actor, so that no mailbox fills, and returns how many were handled. */
async function tellAll(host: ActorHost, message: (typeof messages)["add"], wave: number): Promise<number> {
  const before = handled;
  for (let sent = 0; sent < PER_ACTOR; sent += wave) {
    for (let count = 0; count < wave; count++) for (let index = 0; index < ACTORS; index++) host.tell(message, ids[index]!, count);
    await quiet(host);
  }
  if (host.deadLetters.total > 0) throw new Error(`${host.deadLetters.total} dead letters`);
  return handled - before;
}

/** What any mailbox costs more than: find the actor, call its handler. */
function callAll(states: Map<string, { state: Counter }>): number {
  for (let sent = 0; sent < PER_ACTOR; sent++)
    for (let index = 0; index < ACTORS; index++) void counter.handle.add(states.get(ids[index]!)! as never, 1);
  return PER_ACTOR;
}

const empty = bytesInUse();
const host = newHost();
for (const id of ids) host.tell(messages.add, id, 0);
await quiet(host);
const bytesPerActor = Math.round((bytesInUse() - empty) / ACTORS);

const states = new Map(ids.map((id) => [id, { state: { sum: 0 } }]));
const floor = measure(ROUNDS, ACTORS * PER_ACTOR, () => callAll(states));
const sync = await measureAsync(ROUNDS, ACTORS * PER_ACTOR, () => tellAll(host, messages.add, 10));
const later = await measureAsync(ROUNDS, ACTORS * PER_ACTOR, () => tellAll(host, messages.addLater, 10));
const sums = ids.reduce((hash, id) => (Math.imul(hash, 31) + (host.find(`counter/${id}`)!.state as Counter).sum) | 0, 0);
console.log(
  JSON.stringify({
    bench: "mailbox",
    result: sync.perSecond,
    floor: floor.perSecond,
    ratio: rounded(sync.perSecond / floor.perSecond),
    unit: "messages/s",
    median: sync.medianPerSecond,
    async: later.perSecond,
    asyncMedian: later.medianPerSecond,
    bytesPerActor,
    actors: ACTORS,
    hash: sums,
  }),
);
