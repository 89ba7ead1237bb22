/**
 * Ties a node to the others through NATS: one connection carries the directory's buckets, messages between actors, the
 * feed and the outbox; Moleculer has one of its own for calls of services.
 */
import { randomBytes } from "node:crypto";
import type { NatsConnection } from "nats";
import type { Settings } from "../config/settings.ts";
import { meshSubjects } from "../domain/contract/mesh-subjects.ts";
import type { Desk } from "../domain/contract/desk.ts";
import { seededRandom } from "../domain/kernel/random.ts";
import { KvDirectory } from "../mixins/directory/kv-directory.ts";
import { LocalFeed } from "../mixins/feed/local-feed.ts";
import { MeshFeed } from "../mixins/feed/mesh-feed.ts";
import type { ActorHost } from "../mixins/hosted/host.ts";
import { ActorLink } from "../mixins/link/link.ts";
import { callHook } from "../mixins/link/call-hook.ts";
import type { LogLine } from "../topology/announcer.ts";
import { feedAreaOf } from "../topology/feed-areas.ts";
import { groupsOf } from "../topology/placement.ts";
import { areaOf, kindsOf } from "../topology/roles.ts";
import type { Closers } from "./closers.ts";
import type { Links, NodeIdentity } from "./links.ts";
import { connectNats, natsOptions } from "./nats/connect.ts";
import { JetStreamChannels } from "./nats/jet-stream-channels.ts";
import { type JetStreamOptions, JetStreamPublisher } from "./nats/jet-stream-publisher.ts";
import { NatsKeyValue } from "./nats/nats-key-value.ts";
import { NatsWire } from "./nats/nats-wire.ts";
import { natsSettings } from "./nats/settings.ts";
import { systemClock, systemPorts } from "./system-ports.ts";

export interface MeshLinkParts {
  readonly settings: Settings;
  readonly identity: NodeIdentity;
  readonly desk: Desk;
  /** Epochs of new leases are above it: the highest that the journal has seen. */
  readonly afterEpoch: bigint;
  readonly onFeedError: (subject: string, error: unknown) => void;
  readonly log: LogLine;
}

/** @throws {DstaError} NATS_UNREACHABLE, NATS_REFUSED, NODE_NAME_TAKEN, KV_UNAVAILABLE, CONFIG_INVALID */
export async function meshLinks(parts: MeshLinkParts, closers: Closers): Promise<Links> {
  const { settings, identity, log } = parts;
  const nats = natsSettings(settings, identity.nodeId);
  const connection = await connectNats(nats);
  closers.add("NATS", () => connection.close());
  const wire = new NatsWire(identity.nodeId, connection, log);
  const directory = await openDirectory(parts, connection, wire);
  await directory.whenNameFree();
  const subjects = meshSubjects(settings.namespace);
  const life = randomBytes(12).toString("hex");
  const feed = openFeed(parts, wire, directory, life);
  closers.add("feed", () => feed.close());
  let host: ActorHost | null = null;
  const link = new ActorLink({
    wire,
    directory,
    subjects,
    areaOf,
    areas: identity.roles,
    life,
    clock: systemClock,
    // Sooner than after the waiting input: a single call is a third faster, and a turn's messages still share a frame.
    defer: queueMicrotask,
    receive: (kind, id, envelope) => host!.receive(kind, id, envelope),
    wake: (kind, id) => host!.wake(kind, id),
    deadLetter: (actorId, message, reason) => host!.deadLetters.add(actorId, message, reason),
    log,
  });
  closers.add("link", () => link.close());
  const streams: JetStreamOptions = {
    connection,
    connected: () => wire.connected(),
    namespace: settings.namespace,
    replicas: settings.natsReplicas,
  };
  let draining = false;
  return {
    directory,
    feed,
    remote: link,
    transporter: { type: "NATS", options: await natsOptions(nats) },
    middlewares: [callHook({ directory, clock: systemClock, connected: () => wire.connected() })],
    publisher: new JetStreamPublisher(streams),
    channels: new JetStreamChannels(streams, systemClock),
    publish: (subject, bytes) => wire.send(subjects.out(subject), bytes),
    bind: (bound) => void (host = bound),
    join: () => directory.start(),
    pin: (actorId, kept) => directory.pin(actorId, kept),
    draining: () => draining,
    async drain() {
      draining = true;
      await directory.setDraining(true);
    },
    leave: () => directory.close(),
  };
}

async function openDirectory(
  { settings, identity, desk, afterEpoch, log }: MeshLinkParts,
  connection: NatsConnection,
  wire: NatsWire,
): Promise<KvDirectory> {
  const { namespace, natsReplicas: replicas, sessionRenewMs, sessionExpiryMs, placement } = settings;
  // An answer later than the session's expiry is of no use any more.
  const common = {
    connection,
    replicas,
    timeoutMs: Math.max(500, sessionExpiryMs),
    clock: systemClock,
    elapsedMs: systemPorts.elapsedMs,
    log,
  };
  const [sessions, leases] = await Promise.all([
    NatsKeyValue.open({ ...common, bucket: `${namespace}-sessions`, floorEpoch: 0n }),
    NatsKeyValue.open({ ...common, bucket: `${namespace}-leases`, floorEpoch: afterEpoch }),
  ]);
  return new KvDirectory({
    node: identity.nodeId,
    roles: identity.roles,
    kinds: kindsOf(identity.roles),
    sessions,
    leases,
    groupOf: groupsOf(desk, placement),
    random: seededRandom(randomBytes(16).toString("hex")),
    renewMs: sessionRenewMs,
    expiryMs: sessionExpiryMs,
    clock: systemClock,
    elapsedMs: systemPorts.elapsedMs,
    onStatus: (listener) => wire.onStatus(listener),
    log,
  });
}

function openFeed({ settings, identity, onFeedError }: MeshLinkParts, wire: NatsWire, directory: KvDirectory, session: string): MeshFeed {
  const feed = new MeshFeed({
    local: new LocalFeed(onFeedError),
    wire,
    subjects: meshSubjects(settings.namespace),
    clock: systemClock,
    defer: systemPorts.defer,
    session,
    areaOf: feedAreaOf,
    ownArea: identity.roles[0]!,
    onError: onFeedError,
  });
  const told = (): void => feed.membersChanged(directory.members().map(({ node }) => node));
  directory.onChange((change) => change.type === "members" && told());
  told();
  return feed;
}
