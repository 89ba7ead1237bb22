/** Directories of several nodes in this process on a real nats-server, each with a connection of its own. */
import { connectNats } from "../../brokers/nats/connect.ts";
import { NatsKeyValue } from "../../brokers/nats/nats-key-value.ts";
import { NatsWire } from "../../brokers/nats/nats-wire.ts";
import { elapsedMs, newId, systemClock } from "../../brokers/system-ports.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { KvDirectory } from "../../mixins/directory/kv-directory.ts";
import type { DirectoryChange } from "../../mixins/hosted/directory.ts";

export interface MeshDirectory {
  readonly name: string;
  readonly directory: KvDirectory;
  readonly changes: DirectoryChange[];
  readonly lines: string[];
  readonly leases: NatsKeyValue;
  /** As SIGKILL: the connection is gone and nothing is said. */
  kill(): Promise<void>;
  /** In order. */
  close(): Promise<void>;
}

export async function startDirectory(url: string, name: string, floorEpoch = 0n): Promise<MeshDirectory> {
  const lines: string[] = [];
  const log = (level: string, text: string) => void lines.push(`${level} ${text}`);
  const connection = await connectNats({ servers: [url], name });
  const wire = new NatsWire(name, connection, log);
  const bucket = { connection, replicas: 1, floorEpoch, timeoutMs: 4_000, clock: systemClock, elapsedMs, log };
  const [sessions, leases] = await Promise.all([
    NatsKeyValue.open({ ...bucket, bucket: "sessions", floorEpoch: 0n }),
    NatsKeyValue.open({ ...bucket, bucket: "leases" }),
  ]);
  const directory = new KvDirectory({
    node: name,
    roles: ["trading"],
    kinds: ["strategy"],
    sessions,
    leases,
    groupOf: (kind, id) => `${kind}/${id}`,
    clock: systemClock,
    elapsedMs,
    random: seededRandom(newId()),
    // Far from what a busy machine makes late: these tests are about who owns, not how fast.
    renewMs: 500,
    expiryMs: 4_000,
    onStatus: (listener) => wire.onStatus(listener),
    log,
  });
  const changes: DirectoryChange[] = [];
  directory.onChange((change) => changes.push(change));
  await directory.start();
  const end = async () => {
    sessions.close();
    leases.close();
    await connection.close();
  };
  return {
    name,
    directory,
    changes,
    lines,
    leases,
    kill: end,
    close: async () => {
      await directory.close();
      await end();
    },
  };
}
