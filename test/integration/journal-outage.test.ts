/**
 * The server is stopped for two seconds under load, and answers get lost on the wire: appends wait and go on, nothing is
 * lost or doubled, and who may not wait that long hears JOURNAL_UNAVAILABLE.
 */
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openCluster } from "../../brokers/postgres/cluster.ts";
import type { Cluster } from "../../brokers/postgres/cluster.ts";
import { startEmbeddedPostgres } from "../../brokers/postgres/embedded-postgres.ts";
import { startPostmaster, stopPostmaster } from "../../brokers/postgres/postmaster.ts";
import type { Postmaster } from "../../brokers/postgres/postmaster.ts";
import { openPostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import type { PostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import { collect, noted, numbers } from "../unit/journal-suite.ts";
import { machineClock, temporaryFolder } from "./database.ts";

const OUTAGE_MS = 2_000;

let folder: string;
let cluster: Cluster;
let server: Postmaster;
let url: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  // Once with its keeper, which makes the database; then without, so that it stays away as long as the test wants.
  const kept = await startEmbeddedPostgres({ folder });
  await kept.stop();
  cluster = await openCluster(folder);
  server = await startPostmaster(cluster, kept.port);
  url = kept.url;
}, 60_000);
afterAll(async () => {
  await stopPostmaster(server);
  await rm(folder, { recursive: true, force: true });
});

function open(address: string, maxAwayMs: number): Promise<PostgresJournal> {
  return openPostgresJournal({ url: address, clock: machineClock, monotonicMs: () => performance.now(), maxAwayMs });
}

it("appends wait for the server and go on, or fail when they may not wait so long", { timeout: 60_000 }, async () => {
  const [patient, hasty] = await Promise.all([open(url, 30_000), open(url, 200)]);
  await hasty.append("hasty", 1n, 0, [noted(1)]);
  let running = true;
  const acknowledged = Array.from({ length: 32 }, () => 0);
  const writers = acknowledged.map(async (_, index) => {
    while (running) {
      const version = acknowledged[index]!;
      acknowledged[index] = await patient.append(`patient/${index}`, 1n, version, [noted(version + 1)]);
    }
  });
  const total = (): number => acknowledged.reduce((sum, version) => sum + version, 0);
  while (total() < 1_000) await new Promise(setImmediate);
  await stopPostmaster(server);
  const [refused] = await Promise.all([hasty.append("hasty", 1n, 1, [noted(2)]).catch((error: unknown) => error), pause(OUTAGE_MS)]);
  expect(refused).toMatchObject({ type: "JOURNAL_UNAVAILABLE", retryable: true });
  expect([patient.health().ok, hasty.health().ok]).toEqual([false, false]);
  const before = total();
  server = await startPostmaster(cluster, server.port);
  while (total() < before + 1_000) await new Promise(setImmediate);
  running = false;
  await Promise.all(writers);
  for (const [index, version] of acknowledged.entries()) {
    const stored = numbers(await collect(patient.read(`patient/${index}`, 0)));
    expect(stored).toEqual(Array.from({ length: version }, (_, position) => position + 1));
  }
  expect(await hasty.append("hasty", 1n, 1, [noted(2)])).toBe(2);
  await Promise.all([patient.close(), hasty.close()]);
});

it("an append whose answer got lost is acknowledged and stands once", { timeout: 30_000 }, async () => {
  const wire = await cuttingWire(server.port);
  const journal = await open(url.replace(`:${server.port}/`, `:${wire.port}/`), 20_000);
  await journal.append("lost", 1n, 0, [noted(1)]);
  for (let version = 1; version <= 5; version++) {
    wire.cutNextAnswer();
    const results = await Promise.all([
      journal.append("lost", 1n, version, [noted(version + 1)]),
      journal.append(`lost/${version}`, 1n, 0, [noted(1)]),
    ]);
    expect(results).toEqual([version + 1, 1]);
  }
  expect(wire.cuts()).toBe(5);
  expect(numbers(await collect(journal.read("lost", 0)))).toEqual([1, 2, 3, 4, 5, 6]);
  await journal.close();
  wire.close();
});

interface CuttingWire {
  readonly port: number;
  /** The next answer of the server is swallowed and its connection cut: what it acknowledged, nobody heard. */
  cutNextAnswer(): void;
  cuts(): number;
  close(): void;
}

async function cuttingWire(target: number): Promise<CuttingWire> {
  let armed = false;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on("data", (bytes) => far.write(bytes));
    far.on("data", (bytes) => {
      if (!armed) return void near.write(bytes);
      armed = false;
      cuts += 1;
      near.destroy();
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    cutNextAnswer: () => (armed = true),
    cuts: () => cuts,
    close: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
