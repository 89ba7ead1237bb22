/**
 * Durable append through the journal against a bare INSERT commit on the same server in the same run.
 *
 * Goals (2 cores, a quiet machine): p99 of one append at a time within 3 × the floor's p99; at least 40,000 fenced appends/s
 * with 64 in flight.
 * Not goals: comparing servers or disks, or a remote database; the ratio is what counts.
 * `node bench/journal.bench.ts [--quick]`. The last line is JSON; `hash` covers every stored version, so a run that
 * skipped work shows another one.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "../brokers/postgres/embedded-postgres.ts";
import type { NewEvent } from "../domain/journal/journal.ts";
import type { Clock } from "../domain/kernel/clock.ts";
import { LatencyRing } from "../mixins/journal/latency-ring.ts";
import { openPostgresJournal } from "../mixins/journal/postgres-journal.ts";
import type { PostgresJournal } from "../mixins/journal/postgres-journal.ts";

const quick = process.argv.includes("--quick");
const SINGLE = quick ? 300 : 3_000;
const MANY = quick ? 10_000 : 100_000;

const clock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

function submitted(number: number): NewEvent {
  const data = {
    orderId: `o-${number}`,
    strategyId: `sma-${number % 100}`,
    symbol: "BTC/USDT",
    side: "buy",
    quantity: "0.015",
    limitPrice: "61737.63",
    why: "fast crossed above slow",
  };
  return { type: "OrderSubmitted", schema: 1, atMs: 1_700_000_000_000 + number, data, correlationId: `i-${number}` };
}

/** One at a time, floor and journal alternating, so both see the same disk. */
async function single(journal: PostgresJournal, client: pg.Client): Promise<{ floor: LatencyRing; append: LatencyRing }> {
  await client.query("create table floor (id bigint primary key, data jsonb not null)");
  const [floor, append] = [new LatencyRing(SINGLE), new LatencyRing(SINGLE)];
  for (let number = -50; number < SINGLE; number++) {
    const event = submitted(number);
    const start = performance.now();
    await client.query({ name: "floor", text: "insert into floor values ($1, $2)", values: [number, JSON.stringify(event.data)] });
    const between = performance.now();
    await journal.append("bench/single", 1n, number + 50, [event]);
    if (number < 0) continue;
    floor.record(between - start);
    append.record(performance.now() - between);
  }
  return { floor, append };
}

/** Rows per second of unfenced 512-row inserts, one commit each, into a table with one key: what the server can do at all. */
async function bulkFloor(client: pg.Client): Promise<number> {
  await client.query("create table bulk_floor (id bigint primary key, data jsonb not null)");
  const start = performance.now();
  for (let first = 0; first < MANY; first += 512) {
    const ids = Array.from({ length: 512 }, (_, index) => first + index);
    const texts = ids.map((id) => JSON.stringify(submitted(id).data));
    const text = "insert into bulk_floor select * from unnest($1::bigint[], $2::jsonb[])";
    await client.query({ name: "bulk-floor", text, values: [ids, texts] });
  }
  return MANY / ((performance.now() - start) / 1_000);
}

/** `inFlight` actors, each with a stream of its own, appending as fast as they are acknowledged. */
async function concurrent(journal: PostgresJournal, inFlight: number): Promise<{ perSecond: number; versions: number[] }> {
  let issued = 0;
  const versions = Array.from({ length: inFlight }, () => 0);
  const start = performance.now();
  const actors = versions.map(async (_, actor) => {
    while (issued < MANY) {
      versions[actor] = await journal.append(`bench/${inFlight}/${actor}`, 1n, versions[actor]!, [submitted(issued++)]);
    }
  });
  await Promise.all(actors);
  return { perSecond: issued / ((performance.now() - start) / 1_000), versions };
}

const folder = await mkdtemp(join(tmpdir(), "dsta-bench-"));
const server = await startEmbeddedPostgres({ folder });
const journal = await openPostgresJournal({ url: server.url, clock, monotonicMs: () => performance.now() });
const client = new pg.Client({ connectionString: server.url });
await client.connect();
try {
  const { floor, append } = await single(journal, client);
  await concurrent(journal, 32);
  const at64 = await concurrent(journal, 64);
  const at512 = await concurrent(journal, 512);
  const bulk = await bulkFloor(client);
  const stored = await client.query<{ stream: string; count: string; top: string }>(
    "select stream, count(*) as count, max(version) as top from dsta.journal group by stream order by stream",
  );
  const expected = [...at64.versions, ...at512.versions].reduce((sum, version) => sum + version, 0);
  const kept = stored.rows.filter(({ stream }) => /\/(64|512)\//.test(stream)).reduce((sum, row) => sum + Number(row.count), 0);
  if (kept !== expected) throw new Error(`${expected} appends acknowledged, ${kept} stored`);
  const total = stored.rows.reduce((sum, row) => sum + Number(row.count), 0);
  const round = (value: number): number => Math.round(value * 1_000) / 1_000;
  const result = {
    bench: "journal",
    quick,
    floorP50Ms: round(floor.quantile(0.5)),
    floorP99Ms: round(floor.quantile(0.99)),
    appendP50Ms: round(append.quantile(0.5)),
    appendP99Ms: round(append.quantile(0.99)),
    p99Ratio: round(append.quantile(0.99) / floor.quantile(0.99)),
    appendsPerSecond64: Math.round(at64.perSecond),
    appendsPerSecond512: Math.round(at512.perSecond),
    floorRowsPerSecond512: Math.round(bulk),
    ratio64: round(at64.perSecond / bulk),
    ratio512: round(at512.perSecond / bulk),
    hash: createHash("sha256").update(String(total)).digest("hex").slice(0, 16),
  };
  const { appendP50Ms, appendP99Ms, floorP50Ms, floorP99Ms } = result;
  console.log(`one append: ${appendP50Ms}/${appendP99Ms} ms p50/p99, bare insert ${floorP50Ms}/${floorP99Ms} ms`);
  console.log(`in flight 64: ${result.appendsPerSecond64}/s (${result.ratio64} × bulk floor)`);
  console.log(`in flight 512: ${result.appendsPerSecond512}/s (${result.ratio512} × bulk floor)`);
  console.log(JSON.stringify(result));
} finally {
  await client.end();
  await journal.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
