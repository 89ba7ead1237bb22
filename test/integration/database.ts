/** A real embedded PostgreSQL in a temporary data folder, and the machine's clock, for tests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataFolder } from "../../brokers/postgres/data-folder.ts";
import { startEmbeddedPostgres } from "../../brokers/postgres/embedded-postgres.ts";
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from "../../brokers/postgres/embedded-postgres.ts";
import type { Clock } from "../../domain/kernel/clock.ts";

export const machineClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface TestDatabase {
  readonly folder: string;
  readonly server: EmbeddedPostgres;
  remove(): Promise<void>;
}

export async function startTestDatabase(onChange?: EmbeddedPostgresOptions["onChange"]): Promise<TestDatabase> {
  const path = await temporaryFolder();
  const folder = await openDataFolder(path, { kind: "test" });
  const server = await startEmbeddedPostgres({ folder: path, ...(onChange ? { onChange } : {}) });
  return {
    folder: path,
    server,
    remove: async () => {
      await server.stop();
      await folder.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "dsta-test-"));
}
