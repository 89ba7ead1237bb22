/**
 * A node of a mesh for benches: the real directory, link, host and keeper over a real NATS connection, with the kinds
 * that a bench hosts on it. No journal and no Moleculer: what those cost is measured elsewhere.
 */
import { randomBytes } from "node:crypto";
import { connectNats } from "../../brokers/nats/connect.ts";
import { NatsKeyValue } from "../../brokers/nats/nats-key-value.ts";
import { NatsWire } from "../../brokers/nats/nats-wire.ts";
import { systemClock, systemPorts } from "../../brokers/system-ports.ts";
import { meshSubjects } from "../../domain/contract/mesh-subjects.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { KvDirectory } from "../../mixins/directory/kv-directory.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import { MeshFeed } from "../../mixins/feed/mesh-feed.ts";
import type { AnyActor } from "../../mixins/hosted/actor.ts";
import { ActorHost } from "../../mixins/hosted/host.ts";
import { ActorLink } from "../../mixins/link/link.ts";

export interface BenchNodeOptions {
  readonly url: string;
  readonly node: string;
  readonly definitions: readonly AnyActor[];
  readonly renewMs: number;
  readonly expiryMs: number;
}

export interface BenchNode {
  readonly directory: KvDirectory;
  readonly host: ActorHost;
  readonly link: ActorLink;
  readonly wire: NatsWire;
  readonly feed: MeshFeed;
  readonly close: () => Promise<void>;
}

const NAMESPACE = "bench";

function openFeed(wire: NatsWire, directory: KvDirectory, session: string): MeshFeed {
  const onError = (subject: string, error: unknown): void => void process.stderr.write(`${subject}: ${String(error)}\n`);
  const feed = new MeshFeed({
    local: new LocalFeed(onError),
    wire,
    subjects: meshSubjects(NAMESPACE),
    clock: systemClock,
    defer: queueMicrotask,
    session,
    areaOf: () => null,
    ownArea: "bench",
    onError,
  });
  const told = (): void => feed.membersChanged(directory.members().map(({ node }) => node));
  directory.onChange(told);
  told();
  return feed;
}

export async function joinMesh({ url, node, definitions, renewMs, expiryMs }: BenchNodeOptions): Promise<BenchNode> {
  const log = (level: string, text: string): void => {
    if (level === "error") process.stderr.write(`${node}: ${text}\n`);
  };
  const connection = await connectNats({ servers: [url], name: node });
  const wire = new NatsWire(node, connection, log);
  const bucket = (name: string): Promise<NatsKeyValue> =>
    NatsKeyValue.open({
      connection,
      bucket: `${NAMESPACE}-${name}`,
      replicas: 1,
      floorEpoch: 0n,
      timeoutMs: 2_000,
      clock: systemClock,
      elapsedMs: systemPorts.elapsedMs,
      log,
    });
  const [sessions, leases] = await Promise.all([bucket("sessions"), bucket("leases")]);
  const directory = new KvDirectory({
    node,
    roles: [],
    kinds: definitions.map(({ kind }) => kind),
    sessions,
    leases,
    renewMs,
    expiryMs,
    log,
    groupOf: (kind, id) => `${kind}:${id}`,
    random: seededRandom(randomBytes(8).toString("hex")),
    clock: systemClock,
    elapsedMs: systemPorts.elapsedMs,
    onStatus: (listener) => wire.onStatus(listener),
  });
  const life = randomBytes(8).toString("hex");
  const feed = openFeed(wire, directory, life);
  const link = new ActorLink({
    wire,
    directory,
    subjects: meshSubjects(NAMESPACE),
    areaOf: () => "bench",
    life,
    clock: systemClock,
    // As a node of the program has it.
    defer: queueMicrotask,
    receive: (kind, id, envelope) => host.receive(kind, id, envelope),
    wake: (kind, id) => host.wake(kind, id),
    deadLetter: (actorId, message, reason) => log("error", `${message} for ${actorId}: ${reason}`),
    log,
  });
  const host: ActorHost = new ActorHost({
    ...systemPorts,
    tradingClock: systemClock,
    feed,
    directory,
    remote: link,
    isUrgent: () => true,
    isFatal: () => false,
    announce: () => undefined,
    log: () => undefined,
    onDeadLetter: () => undefined,
    askTimeoutMs: 5_000,
  });
  for (const definition of definitions) host.register(definition);
  await directory.start();
  return {
    directory,
    host,
    link,
    wire,
    feed,
    async close() {
      await host.stop(definitions.map(({ kind }) => kind));
      link.close();
      feed.close();
      await directory.close();
      await connection.close();
    },
  };
}
