/**
 * The feed over a real NATS server: three nodes with a connection each, a server that is killed and comes back, and a
 * publisher in a process of its own that is killed.
 */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { connectNats } from "../../brokers/nats/connect.ts";
import { NatsWire } from "../../brokers/nats/nats-wire.ts";
import { meshSubjects } from "../../domain/contract/mesh-subjects.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import { MeshFeed } from "../../mixins/feed/mesh-feed.ts";
import { areaOfSubject, top, trade } from "../simulation/mesh/feed-nodes.ts";
import { machineClock } from "./database.ts";
import { startNats, type NatsServer } from "./nats-server.ts";

const TOP = subjects.top("sim", "BTC/USDT");
const TRADE = subjects.trade("sim", "BTC/USDT");

interface Node {
  readonly feed: MeshFeed;
  readonly wire: NatsWire;
  readonly gaps: string[];
}

let server: NatsServer;
const connections: NatsConnection[] = [];
const children: ChildProcess[] = [];
const feeds: MeshFeed[] = [];

beforeAll(async () => {
  server = await startNats({ jetstream: false });
});

afterEach(async () => {
  for (const feed of feeds.splice(0)) feed.close();
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
});

afterAll(() => server.stop());

async function startNode(name: string): Promise<Node> {
  const connection = await connectNats({ servers: [server.url], name });
  connections.push(connection);
  const wire = new NatsWire(name, connection, () => undefined);
  const feed = new MeshFeed({
    local: new LocalFeed(fail),
    wire,
    subjects: meshSubjects("test"),
    clock: machineClock,
    defer: (callback) => void setImmediate(callback),
    session: `${name} ${process.hrtime.bigint()}`,
    areaOf: areaOfSubject,
    ownArea: "exchange",
    onError: fail,
    limits: { beatMs: 100 },
  });
  feeds.push(feed);
  const gaps: string[] = [];
  feed.onGap((lost) => void gaps.push(...lost));
  await connection.flush();
  return { feed, wire, gaps };
}

function fail(subject: string, error: unknown): void {
  throw new Error(`${subject} failed`, { cause: error });
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 20_000, interval: 5 }).toBe(true);
}

function listen({ feed }: Node, subject: string): unknown[] {
  const heard: unknown[] = [];
  feed.subscribe(subject, (message) => heard.push(message));
  return heard;
}

it("carries everything in order between three nodes", async () => {
  const [a, b, c] = [await startNode("a"), await startNode("b"), await startNode("c")];
  for (const { feed } of [a, b, c]) feed.membersChanged(["a", "b", "c"]);
  const [atB, atC] = [listen(b, TRADE), listen(c, TRADE)];
  const tops = listen(c, TOP);
  await until(() => a.feed.hasListeners(TOP) && a.feed.hasListeners(TRADE));
  await new Promise(setImmediate);
  const all = Array.from({ length: 20_000 }, (_, number) => trade(number));
  for (const [index, one] of all.entries()) {
    a.feed.publish(TRADE, one);
    a.feed.publish(TOP, top(index));
    if (index % 50 === 0) await new Promise(setImmediate);
  }
  await until(() => atC.length === all.length && tops.at(-1) !== undefined && atB.length + b.feed.stats().strangers >= 1);
  expect(atC).toEqual(all);
  await until(() => (atB.at(-1) as { quantity: number } | undefined)?.quantity === all.length - 1);
  expect(tops.at(-1)).toEqual(top(all.length - 1));
  expect(c.gaps).toEqual([]);
});

it("goes on after the server was killed, with a notice and the newest value", async () => {
  const [a, b] = [await startNode("a"), await startNode("b")];
  for (const { feed } of [a, b]) feed.membersChanged(["a", "b"]);
  const [tops, trades] = [listen(b, TOP), listen(b, TRADE)];
  await until(() => a.feed.hasListeners(TOP) && a.feed.hasListeners(TRADE));
  a.feed.publish(TRADE, trade(1));
  await until(() => trades.length === 1);
  await server.kill();
  await until(() => !a.wire.connected() && !b.wire.connected());
  a.feed.publish(TRADE, trade(2));
  a.feed.publish(TOP, top(2));
  const bars = listen(b, subjects.bar("sim", "BTC/USDT", "1m"));
  await server.restart();
  await until(() => tops.length > 0);
  expect(tops.at(-1)).toEqual(top(2));
  expect(b.gaps).toContain(TRADE);
  await until(() => a.feed.hasListeners(subjects.bar("sim", "BTC/USDT", "1m")));
  a.feed.publish(TRADE, trade(3));
  await until(() => trades.length === 2);
  expect(trades).toEqual([trade(1), trade(3)]);
  expect(bars).toEqual([]);
});

it("hears a publisher in another process, its death, and its next life", async () => {
  const b = await startNode("b");
  const [tops, trades] = [listen(b, TOP), listen(b, TRADE)];
  b.feed.membersChanged(["b", "publisher"]);
  const first = startPublisher(0);
  await until(() => trades.length >= 500 && tops.length > 0);
  first.kill("SIGKILL");
  await new Promise((resolve) => first.once("exit", resolve));
  b.feed.membersChanged(["b"]);
  expect(b.gaps).toEqual([TRADE]);
  const numbers = trades.map((one) => (one as { quantity: number }).quantity);
  expect(numbers).toEqual(Array.from(numbers, (_, index) => numbers[0]! + index));
  b.feed.membersChanged(["b", "publisher"]);
  startPublisher(1_000_000);
  await until(() => (trades.at(-1) as { quantity: number }).quantity >= 1_000_000);
  expect(b.gaps).toEqual([TRADE, TRADE]);
});

function startPublisher(from: number): ChildProcess {
  const child = fork(fileURLToPath(new URL("feed-publisher.ts", import.meta.url)), [server.url, String(from)], { stdio: "inherit" });
  children.push(child);
  return child;
}
