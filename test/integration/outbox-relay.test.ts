/**
 * From the journal on a real PostgreSQL to the streams of a real nats-server, whatever dies on the way: each event is
 * in its stream once, in commit order.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { connect, type NatsConnection } from "nats";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { JetStreamPublisher } from "../../brokers/nats/jet-stream-publisher.ts";
import { publicEventsOf } from "../../domain/contract/events.ts";
import { openPostgresJournal, type PostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import { PostgresCheckpoints } from "../../mixins/outbox/checkpoints.ts";
import { OutboxRelay } from "../../mixins/outbox/relay.ts";
import { machineClock, startTestDatabase, type TestDatabase } from "./database.ts";
import { type NatsServer, startNats } from "./nats-server.ts";

const RELAY = fileURLToPath(new URL("./relay-process.ts", import.meta.url));

let database: TestDatabase;
let nats: NatsServer;
let journal: PostgresJournal;
let connection: NatsConnection;
let pool: pg.Pool;
let epoch = 0n;
let namespace = "";
const versions = new Map<string, number>();
let onUp = (): void => undefined;

beforeAll(async () => {
  database = await startTestDatabase(({ state }) => state === "up" && onUp());
  nats = await startNats();
  const { url } = database.server;
  journal = await openPostgresJournal({ url, clock: machineClock, monotonicMs: () => performance.now(), maxAwayMs: 60_000 });
  pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on("error", () => undefined);
  await new PostgresCheckpoints(pool).prepare();
  connection = await connect({ servers: nats.url, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
});

afterAll(async () => {
  await connection.close();
  await pool.end();
  await journal.close();
  await nats.stop();
  await database.remove();
});

// Every test begins with a new mesh over the same journal: its relay publishes all there is.
beforeEach(async () => {
  namespace = `r${Math.random().toString(36).slice(2, 8)}`;
  await pool.query("delete from dsta.outbox");
});

async function write(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const stream = `strategy/s-${index % 5}`;
    const version = versions.get(stream) ?? 0;
    const by = index % 2 ? "ada" : "bob";
    await journal.append(stream, 1n, version, [{ type: "StrategyPaused", schema: 1, atMs: index, data: { by } }]);
    versions.set(stream, version + 1);
  }
}

/** Ids that the journal's records give, of one stream of the mesh, in commit order. */
async function expected(subject: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after = 0n; ;) {
    const page = await journal.readAll(after, 1_000);
    ids.push(...page.flatMap(publicEventsOf).flatMap((event) => (event.subject === subject ? [event.id] : [])));
    if (page.length < 1_000) return ids;
    after = page.at(-1)!.position;
  }
}

async function published(stream: "events" | "audit"): Promise<string[]> {
  const manager = await connection.jetstreamManager();
  const info = await manager.streams.info(`${namespace}-${stream}`).catch(() => null);
  if (!info || info.state.messages === 0) return [];
  const ids: string[] = [];
  const consumer = await connection.jetstream().consumers.get(`${namespace}-${stream}`);
  const messages = await consumer.fetch({ max_messages: info.state.messages, expires: 5_000 });
  for await (const message of messages) ids.push(message.headers!.get("Nats-Msg-Id"));
  return ids;
}

async function untilAllPublished(): Promise<void> {
  const [events, audit] = [await expected("system.events"), await expected("audit.logs")];
  await until(async () => {
    const manager = await connection.jetstreamManager();
    const state = async (stream: string) => (await manager.streams.info(`${namespace}-${stream}`)).state.messages;
    return (await state("events")) >= events.length && (await state("audit")) >= audit.length;
  }, "everything is published");
  expect(await published("events")).toEqual(events);
  expect(await published("audit")).toEqual(audit);
}

async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadlineMs = Date.now() + 40_000;
  for (;;) {
    if (await Promise.resolve(isTrue()).catch(() => false)) return;
    if (Date.now() > deadlineMs) throw new Error(`not within 40 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function relayHere(ends: unknown[] = []): OutboxRelay {
  const relay = new OutboxRelay("main", ++epoch, {
    journal,
    checkpoints: new PostgresCheckpoints(pool),
    publisher: new JetStreamPublisher({ connection, namespace, replicas: 1, connected: () => true }),
    toPublic: publicEventsOf,
    clock: machineClock,
    onTrouble: () => undefined,
    onEnd: (error) => void ends.push(error),
  });
  relay.start();
  return relay;
}

function relayProcess(): ChildProcess {
  const given = [RELAY, database.server.url, nats.url, namespace, String(++epoch)];
  return spawn(process.execPath, given, { stdio: ["ignore", "pipe", "inherit"] });
}

async function heard(child: ChildProcess, word: string): Promise<void> {
  for await (const [bytes] of on(child)) if (String(bytes).includes(word)) return;
}

async function* on(child: ChildProcess): AsyncGenerator<[Buffer]> {
  for (;;) yield (await once(child.stdout!, "data")) as [Buffer];
}

describe("the relay between a real journal and real streams", () => {
  it("killed at any moment and started again, loses and doubles nothing", async () => {
    await write(300);
    let writing = true;
    const writer = (async () => {
      while (writing) await write(10);
    })();
    for (const afterMs of [30, 90, 200, 400]) {
      const child = relayProcess();
      await heard(child, "started");
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    writing = false;
    await writer;
    const last = relayHere();
    await untilAllPublished();
    await last.stop();
  });

  it("of two, the one with the older epoch stops, and the streams hold one list", async () => {
    await write(200);
    const old = relayProcess();
    await heard(old, "started");
    const exited = once(old, "exit") as Promise<[number]>;
    const fenced = heard(old, "fenced");
    const ends: unknown[] = [];
    const young = relayHere(ends);
    await write(300);
    await fenced;
    expect((await exited)[0]).toBe(3);
    await untilAllPublished();
    expect(ends).toEqual([]);
    await young.stop();
    const { rows } = await pool.query<{ epoch: string }>("select epoch from dsta.outbox where name = 'main'");
    expect(rows[0]!.epoch).toBe(String(epoch));
  });

  it("catches up after NATS was away for 2 s, and after PostgreSQL was killed", async () => {
    const relay = relayHere();
    await write(100);
    await nats.kill();
    const writing = write(100);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await nats.restart();
    await writing;
    await untilAllPublished();
    const back = new Promise<void>((resolve) => (onUp = resolve));
    process.kill(database.server.pid(), "SIGKILL");
    await back;
    await write(100);
    await untilAllPublished();
    expect(relay.status().trouble).toBeNull();
    await relay.stop();
  });

  it("goes on where it stood after an orderly stop", async () => {
    const first = relayHere();
    await write(50);
    await untilAllPublished();
    await first.stop();
    await write(50);
    const second = relayHere();
    await untilAllPublished();
    expect(second.status().published).toBe(100);
    await second.stop();
  });
});
