/**
 * A process that only relays: `node relay-process.ts <database url> <NATS url> <namespace> <epoch>`. Says "fenced" and
 * ends when its epoch is; is meant to be killed otherwise.
 */
import { connect } from "nats";
import pg from "pg";
import { JetStreamPublisher } from "../../brokers/nats/jet-stream-publisher.ts";
import { publicEventsOf } from "../../domain/contract/events.ts";
import { openPostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import { PostgresCheckpoints } from "../../mixins/outbox/checkpoints.ts";
import { OutboxRelay } from "../../mixins/outbox/relay.ts";
import { machineClock } from "./database.ts";

const [url, servers, namespace, epoch] = process.argv.slice(2) as [string, string, string, string];
const pool = new pg.Pool({ connectionString: url, max: 2 });
pool.on("error", () => undefined);
const checkpoints = new PostgresCheckpoints(pool);
await checkpoints.prepare();
const journal = await openPostgresJournal({ url, clock: machineClock, monotonicMs: () => performance.now() });
const connection = await connect({ servers, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
const relay = new OutboxRelay("main", BigInt(epoch), {
  journal,
  checkpoints,
  publisher: new JetStreamPublisher({ connection, namespace, replicas: 1, connected: () => true }),
  toPublic: publicEventsOf,
  clock: machineClock,
  onTrouble: () => undefined,
  onEnd: (error) => {
    console.log((error as { type?: string }).type === "FENCED" ? "fenced" : String(error));
    process.exit(3);
  },
});
relay.start();
console.log("started");
