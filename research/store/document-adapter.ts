/**
 * Where research documents are kept, as an adapter of moleculer-db: a file in the data folder, or MongoDB. The driver of
 * MongoDB is loaded only when it is used, and its server is looked for once before the program says it is ready: the
 * mixin itself would try for ever in silence.
 */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import db, { type DbAdapter } from "moleculer-db";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";

export const DOCUMENTS_COLLECTION = "research_runs";
const CONNECT_LIMIT_MS = 5_000;

/** A torn last line after a crash is one of few lines: it is left out, and its run says that its results are gone. */
const TORN_LINES = { corruptAlertThreshold: 1 } as const;

export async function fileAdapter(path: string): Promise<DbAdapter> {
  await mkdir(dirname(path), { recursive: true });
  return new db.MemoryAdapter({ filename: path, ...TORN_LINES });
}

/** @throws {DstaError} CONFIG_INVALID when no server answers at the address within 5 s */
export async function mongoAdapter(url: string): Promise<DbAdapter> {
  const { default: MongoAdapter } = await import("moleculer-db-adapter-mongo");
  const make = (): DbAdapter =>
    new MongoAdapter(url, {
      useNewUrlParser: true,
      useUnifiedTopology: true,
      serverSelectionTimeoutMS: CONNECT_LIMIT_MS,
      connectTimeoutMS: CONNECT_LIMIT_MS,
    });
  const probe = make();
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const service = { schema: { collection: DOCUMENTS_COLLECTION }, logger: quiet };
  probe.init({} as Parameters<DbAdapter["init"]>[0], service as unknown as Parameters<DbAdapter["init"]>[1]);
  try {
    await probe.connect();
  } catch (error) {
    throw new DstaError("CONFIG_INVALID", `MONGO_URL: expected a MongoDB that answers, got ${messageOf(error)}`, {
      data: { field: "MONGO_URL" },
      cause: error,
    });
  } finally {
    await probe.disconnect();
  }
  return make();
}
