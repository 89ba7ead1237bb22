/** The quarantine in a real PostgreSQL: shared by all who connect, one record an actor, and a database that is gone says so. */
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PostgresQuarantine } from "../../mixins/quarantine/postgres-quarantine.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";

const record = { actorId: "strategy/a", reason: "held the event loop", node: "floor-1", atMs: 1_700_000_000_123 };
let database: TestDatabase;
let pools: pg.Pool[];

beforeAll(async () => {
  database = await startTestDatabase();
  pools = [1, 2].map(() => new pg.Pool({ connectionString: database.server.url, max: 2 }).on("error", () => undefined));
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.remove();
});

it("is made by nodes that start together, and shared by them", async () => {
  const [one, two] = pools.map((pool) => new PostgresQuarantine(pool)) as [PostgresQuarantine, PostgresQuarantine];
  await Promise.all([one.prepare(), two.prepare(), one.prepare()]);
  expect(await two.of(record.actorId)).toBeNull();
  await one.put(record);
  expect(await two.of(record.actorId)).toEqual(record);
  await two.put({ ...record, node: "floor-2", atMs: 1_700_000_000_999 });
  expect(await one.of(record.actorId)).toMatchObject({ node: "floor-2", atMs: 1_700_000_000_999 });
  expect(await one.of("strategy/b")).toBeNull();
  await two.clear(record.actorId);
  expect(await one.of(record.actorId)).toBeNull();
});

it("says that it is not available, and that trying again may help", async () => {
  const pool = new pg.Pool({ connectionString: "postgres://nobody@127.0.0.1:9/nothing", connectionTimeoutMillis: 500 });
  await expect(new PostgresQuarantine(pool).of("strategy/a")).rejects.toMatchObject({ type: "QUARANTINE_UNAVAILABLE", retryable: true });
  await pool.end();
});
