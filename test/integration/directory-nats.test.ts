/** The directory on a real nats-server: races, pauses and restarts of the server, loss of a bucket, death of a node. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectNats } from "../../brokers/nats/connect.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { type MeshDirectory, startDirectory } from "./mesh-directory.ts";
import { type NatsServer, startNats } from "./nats-server.ts";

let server: NatsServer;
let nodes: MeshDirectory[];

beforeEach(async () => {
  server = await startNats();
  nodes = [];
});

afterEach(async () => {
  await Promise.allSettled(nodes.map((node) => node.close()));
  await server.stop();
});

async function start(...names: string[]): Promise<MeshDirectory[]> {
  const started = await Promise.all(names.map((name) => startDirectory(server.url, name)));
  nodes.push(...started);
  await until(() => started.every(({ directory }) => directory.members().length === nodes.length));
  return started;
}

async function until(condition: () => boolean, withinMs = 20_000): Promise<number> {
  const startMs = performance.now();
  while (!condition()) {
    if (performance.now() - startMs > withinMs) throw new Error(`not so within ${withinMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - startMs;
}

const told = (node: MeshDirectory) => node.changes.map(({ type }) => type).filter((type) => type !== "members");
const left = (node: MeshDirectory) => node.changes.flatMap((change) => (change.type === "members" ? change.left : []));
const epochs = (node: MeshDirectory) => [...node.directory.leases()].map(({ id, node: owner, epoch }) => `${id} ${owner} ${epoch}`).sort();

describe("the directory on NATS", () => {
  it("gives 500 raced keys to one node each, with an epoch of its own", async () => {
    const three = await start("a", "b", "c");
    const races = Array.from({ length: 500 }, (_, id) =>
      Promise.allSettled(three.map(({ directory }) => directory.claim("strategy", `s${id}`))),
    );
    const outcomes = await Promise.all(races);
    const won = outcomes.map((race) => race.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])));
    const refusals = outcomes.flat().flatMap((outcome) => (outcome.status === "rejected" ? [messageOf(outcome.reason)] : []));
    expect(refusals.filter((reason) => !reason.includes("lives on"))).toEqual([]);
    expect(won.map((winners) => winners.length)).toEqual(Array.from({ length: 500 }, () => 1));
    expect(new Set(won.map(([lease]) => lease!.epoch)).size).toBe(500);
    await until(() => three.every((node) => epochs(node).length === 500));
    expect(epochs(three[1]!)).toEqual(epochs(three[0]!));
  });

  it("claims, gives back and claims again", async () => {
    const [a, b] = await start("a", "b");
    const first = await a!.directory.claim("strategy", "x");
    await a!.directory.release("strategy", "x", first.epoch);
    expect(a!.directory.locate("strategy", "x")).toBeNull();
    await until(() => [...b!.directory.leases()].length === 0);
    const second = await b!.directory.claim("strategy", "x");
    expect(second.epoch > first.epoch).toBe(true);
    await until(() => a!.directory.locate("strategy", "x")?.node === "b");
  });

  it("fences a killed node within about an expiry; who takes over has a higher epoch", async () => {
    const [a, b, c] = await start("a", "b", "c");
    const first = await a!.directory.claim("strategy", "x");
    await a!.kill();
    const tookMs = await until(() => [b!, c!].every((node) => left(node).includes("a")));
    expect(tookMs).toBeGreaterThan(300);
    const second = await b!.directory.claim("strategy", "x");
    expect(second.epoch > first.epoch).toBe(true);
    expect(told(b!)).toEqual([]);
  });

  it("goes on with the same sessions and epochs when the server stood still for 2 s", async () => {
    const three = await start("a", "b", "c");
    const [a] = three;
    await a!.directory.claim("strategy", "x");
    await until(() => three.every((node) => epochs(node).length === 1));
    const before = [epochs(a!), a!.directory.members()];
    server.pause();
    await until(() => three.every(({ directory }) => !directory.valid()));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    server.resume();
    await until(() => three.every(({ directory }) => directory.valid()));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect([epochs(a!), a!.directory.members()]).toEqual(before);
    for (const node of three) expect([told(node), left(node)]).toEqual([[], []]);
    await three[1]!.directory.claim("strategy", "y");
  });

  it("goes on with the same sessions and epochs when the server was killed and is back after 2 s", async () => {
    const three = await start("a", "b", "c");
    const [a, b] = three;
    await a!.directory.claim("strategy", "x");
    await until(() => three.every((node) => epochs(node).length === 1));
    const before = [epochs(a!), a!.directory.members()];
    await server.kill();
    await until(() => three.every(({ directory }) => !directory.valid()));
    await expect(a!.directory.claim("strategy", "y")).rejects.toMatchObject({ type: "DIRECTORY_UNAVAILABLE", retryable: true });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await server.restart();
    await until(() => three.every(({ directory }) => directory.valid()));
    await until(() => b!.directory.locate("strategy", "x")?.node === "a");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect([epochs(a!), a!.directory.members()]).toEqual(before);
    for (const node of three) expect([told(node), left(node)]).toEqual([[], []]);
    const lease = await b!.directory.claim("strategy", "y");
    await until(() => a!.directory.locate("strategy", "y")?.epoch === lease.epoch);
  });

  it.each(["KV_leases", "KV_sessions"])(
    "ends every session when %s is deleted, and claims above all earlier epochs afterwards",
    async (stream) => {
      const three = await start("a", "b", "c");
      const [a, b] = three;
      const first = await a!.directory.claim("strategy", "x");
      const connection = await connectNats({ servers: [server.url], name: "operator" });
      await (await connection.jetstreamManager()).streams.delete(stream);
      await connection.close();
      await until(() => three.every((node) => told(node).length === 2));
      for (const node of three) expect(told(node)).toEqual(["lost", "regained"]);
      expect(a!.directory.locate("strategy", "x")).toBeNull();
      await until(() => three.every(({ directory }) => directory.members().length === 3));
      const second = await b!.directory.claim("strategy", "x");
      expect(second.epoch > first.epoch).toBe(true);
      await until(() => a!.directory.locate("strategy", "x")?.node === "b");
    },
  );

  it("refuses a second living node of one name, and lets a new process take a dead one's", async () => {
    const [a] = await start("a");
    const first = await a!.directory.claim("strategy", "x");
    await expect(startDirectory(server.url, "a")).rejects.toMatchObject({ type: "NODE_NAME_TAKEN" });
    await a!.kill();
    nodes = [];
    const [again] = await start("a");
    expect((await again!.directory.claim("strategy", "x")).epoch > first.epoch).toBe(true);
  });

  it("begins a new life above epochs that the journal has seen and the bucket did not give", async () => {
    const [a] = await start("a");
    const first = await a!.directory.claim("strategy", "x");
    await a!.close();
    nodes = [];
    const floor = first.epoch + 1_000n;
    const above = await startDirectory(server.url, "a", floor);
    nodes.push(above);
    expect((await above.directory.claim("strategy", "x")).epoch > floor).toBe(true);
  });
});
