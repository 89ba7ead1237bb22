/** One floor a database: alone or as nodes of one mesh, and free as soon as a holder is gone. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import pg from "pg";
import { claimDatabase, type DatabaseClaim } from "../../brokers/postgres/database-claim.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
const claims: DatabaseClaim[] = [];

async function claim(shared: boolean): Promise<DatabaseClaim> {
  const taken = await claimDatabase({ url: database.server.url, shared, onTrouble: () => undefined });
  claims.push(taken);
  return taken;
}

beforeAll(async () => {
  database = await startTestDatabase();
});

afterAll(async () => {
  for (const taken of claims) await taken.release();
  await database.remove();
});

describe("a database", () => {
  it("is held by the nodes of a mesh together, and refused to a floor of its own", async () => {
    const nodes = [await claim(true), await claim(true)];
    await expect(claim(false)).rejects.toMatchObject({ type: "DATABASE_IN_USE", data: { field: "DATABASE_URL" } });
    for (const node of nodes) await node.release();
    const alone = await claim(false);
    await expect(claim(true)).rejects.toMatchObject({ type: "DATABASE_IN_USE" });
    await alone.release();
  });

  it("is claimed again after its holder's connection was cut", async () => {
    await claim(false);
    const client = new pg.Client({ connectionString: database.server.url });
    await client.connect();
    const holders = "select pid from pg_stat_activity where application_name = 'dsta-claim'";
    const before = (await client.query<{ pid: number }>(holders)).rows[0]!.pid;
    await client.query("select pg_terminate_backend($1)", [before]);
    const locks = `
      select 1 from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and a.application_name = 'dsta-claim' and pid <> $1`;
    while ((await client.query(locks, [before])).rowCount === 0) await client.query("select pg_sleep(0.05)");
    await expect(claim(true)).rejects.toMatchObject({ type: "DATABASE_IN_USE" });
    await client.end();
  });
});
