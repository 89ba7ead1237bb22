/**
 * The audit log of a floor without NATS: the relay actor carries the journal's records to the audit service in the same
 * process, which keeps them in a table and answers who did what.
 */
import pg from "pg";
import { ServiceBroker } from "moleculer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUDIT_DURABLE, auditService } from "../../actors/core/audit.service.ts";
import { AuditStore } from "../../actors/core/audit-store.ts";
import { relayActor } from "../../actors/core/relay.actor.ts";
import { relayMessages } from "../../domain/contract/actors/relay.ts";
import type { AuditRow } from "../../domain/contract/views.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import { LocalDirectory } from "../../mixins/hosted/directory.ts";
import { ActorHost } from "../../mixins/hosted/host.ts";
import { actorService } from "../../mixins/hosted/service.ts";
import { openPostgresJournal, type PostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import { PostgresCheckpoints } from "../../mixins/outbox/checkpoints.ts";
import { LocalChannels } from "../../mixins/outbox/local-channels.ts";
import { sampleRecords } from "../unit/outbox-samples.ts";
import { machineClock, startTestDatabase, type TestDatabase } from "./database.ts";

interface Page {
  readonly items: readonly AuditRow[];
  readonly next: string | null;
}

let database: TestDatabase;
let journal: PostgresJournal;
let pool: pg.Pool;
let broker: ServiceBroker;
let host: ActorHost;
const announced: string[] = [];
const dead: string[] = [];

const admin = { meta: { user: { name: "root", role: "Admin" } } };
const ada = { meta: { user: { name: "ada", role: "Trader" } } };

function list(params: Record<string, unknown>, options: object = admin): Promise<Page> {
  return broker.call("audit.list", { of: "everyone", limit: 100, ...params }, options);
}

async function untilEntries(count: number): Promise<readonly AuditRow[]> {
  const deadlineMs = Date.now() + 20_000;
  for (;;) {
    const { items } = await list({});
    if (items.length >= count) return items;
    if (Date.now() > deadlineMs) throw new Error(`${items.length} of ${count} entries after 20 s; ${announced.join("; ")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

beforeAll(async () => {
  database = await startTestDatabase();
  const { url } = database.server;
  journal = await openPostgresJournal({ url, clock: machineClock, monotonicMs: () => performance.now() });
  pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on("error", () => undefined);
  const checkpoints = new PostgresCheckpoints(pool);
  await Promise.all([
    checkpoints.prepare(),
    new PostgresCheckpoints(pool).prepare(),
    new AuditStore(pool).prepare(),
    new AuditStore(pool).prepare(),
  ]);
  const channels = new LocalChannels({
    durables: { "audit.logs": [AUDIT_DURABLE] },
    clock: machineClock,
    onDeadLetter: (durable, { id }, reason) => void dead.push(`${durable} ${id} ${reason}`),
  });
  host = new ActorHost({
    tradingClock: machineClock,
    systemClock: machineClock,
    elapsedMs: () => performance.now(),
    defer: (callback) => void setImmediate(callback),
    feed: new LocalFeed(() => undefined),
    directory: new LocalDirectory({ nodeId: "n1" }),
    isUrgent: () => false,
    isFatal: () => false,
    announce: (severity, source, text) => void announced.push(`${severity} ${source} ${text}`),
    log: () => undefined,
    onDeadLetter: () => undefined,
    askTimeoutMs: 5_000,
  });
  const relay = relayActor({ journal, checkpoints, publisher: channels, systemClock: machineClock });
  host.register(relay);
  // Before the consumer is there: nothing may pass it by.
  await write();
  await host.activate("relay", "main");
  await new Promise((resolve) => setTimeout(resolve, 200));
  broker = new ServiceBroker({ logger: false, validator: false });
  broker.createService(actorService(relay, host));
  broker.createService(auditService({ pool, source: channels, clock: machineClock, onTrouble: (text) => void announced.push(text) }));
  await broker.start();
});

afterAll(async () => {
  await broker.stop();
  await host.stop(["relay"]);
  await pool.end();
  await journal.close();
  await database.remove();
});

async function write(): Promise<void> {
  for (const { stream, version, type, schema, atMs, data } of sampleRecords()) {
    await journal.append(stream, 1n, version - 1, [{ type, schema, atMs, data }]);
  }
}

describe("the audit log", () => {
  it("holds every deed that was journaled, newest first", async () => {
    const entries = await untilEntries(9);
    expect(entries.map(({ by, action, target }) => `${by} ${action} ${target}`)).toEqual([
      "ada strategy.stop sma-btc-1",
      "ada strategy.pause sma-btc-1",
      "ada strategy.parameters sma-btc-1",
      "ada strategy.start sma-btc-1",
      "ada strategy.create sma-btc-1",
      "ada limits.change sim:main",
      "ada trading.switch sim:main",
      "manual order.create o-1",
      "ada order.cancel o-1",
    ]);
    expect(entries[6]).toMatchObject({ reason: "news", detail: { from: "active", to: "halted" } });
    expect(dead).toEqual([]);
  });

  it("is paged without gaps or repeats", async () => {
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page: Page = await list({ limit: 2, ...(before === undefined ? {} : { before }) });
      seen.push(...page.items.map(({ eventId }) => eventId));
      before = page.next ?? undefined;
    } while (before !== undefined);
    expect(seen).toEqual((await list({})).items.map(({ eventId }) => eventId));
  });

  it("shows everybody his own deeds, and those of others only with the permission", async () => {
    expect((await list({ of: "me" }, ada)).items).toHaveLength(8);
    expect((await list({ of: "me" })).items).toHaveLength(0);
    await expect(list({}, ada)).rejects.toMatchObject({ type: "FORBIDDEN", code: 403 });
    expect((await list({ of: "me" }, {})).items).toHaveLength(9);
  });

  it("stores a repeat once and refuses to be rewritten", async () => {
    const store = new AuditStore(pool);
    const [entry] = await store.page({ by: null, limit: 1 });
    await store.add({ ...entry!, by: "mallory" });
    expect((await list({})).items[0]).toMatchObject({ by: "ada" });
    for (const sql of ["update dsta.audit_entry set by_name = 'x'", "delete from dsta.audit_entry", "truncate dsta.audit_entry"]) {
      await expect(pool.query(sql)).rejects.toThrow(/append-only/);
    }
  });

  it("the relay shows where it stands, and goes on after a restart", async () => {
    expect(await broker.call("relay.status", { name: "main" })).toMatchObject({ caughtUp: true, trouble: null });
    await expect(broker.call("relay.status", { name: "No Name" })).rejects.toMatchObject({ type: "VALIDATION_ERROR" });
    await host.restart("relay/main");
    await journal.append("strategy/other", 1n, 0, [{ type: "StrategyPaused", schema: 1, atMs: 1, data: { by: "bob" } }]);
    const [newest] = await untilEntries(10);
    expect(newest).toMatchObject({ by: "bob", action: "strategy.pause", target: "other" });
    expect(await host.ask(relayMessages.status, "main", { name: "main" })).toMatchObject({ published: 2 });
  });

  it("a fenced activation fails, and its supervisor starts one with a later epoch", async () => {
    const { epoch } = await host.ask(relayMessages.status, "main", { name: "main" });
    await new PostgresCheckpoints(pool).take("main", BigInt(epoch) + 1n);
    await journal.append("strategy/other", 1n, 1, [{ type: "StrategyPaused", schema: 1, atMs: 2, data: { by: "bob" } }]);
    await untilEntries(11);
    const deadlineMs = Date.now() + 10_000;
    while (!host.find("relay/main")!.lastError?.includes("later activation")) {
      if (Date.now() > deadlineMs) throw new Error("the relay was not fenced within 10 s");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await journal.append("strategy/other", 1n, 2, [{ type: "StrategyPaused", schema: 1, atMs: 3, data: { by: "bob" } }]);
    await untilEntries(12);
    expect(await host.ask(relayMessages.status, "main", { name: "main" })).toMatchObject({ epoch: String(BigInt(epoch) + 1n) });
    expect(await journal.highestEpoch()).toBe(BigInt(epoch) + 1n);
  });
});
