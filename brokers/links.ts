/**
 * What ties a node to others: who owns what, the way to actors elsewhere, the feed. In one process there is nobody else;
 * the same interfaces then cost nothing.
 */
import { hostname } from "node:os";
import type { BrokerOptions, Middleware } from "moleculer";
import { AUDIT_DURABLE } from "../actors/core/audit.service.ts";
import { NODE_NAME, NODE_NAME_RULE, type Settings } from "../config/settings.ts";
import type { StartOptions } from "../config/start-options.ts";
import { CHANNELS } from "../domain/contract/events.ts";
import { DstaError } from "../domain/kernel/errors.ts";
import type { Feed } from "../domain/contract/subjects.ts";
import { LocalFeed } from "../mixins/feed/local-feed.ts";
import { type Directory, LocalDirectory } from "../mixins/hosted/directory.ts";
import type { ActorHost } from "../mixins/hosted/host.ts";
import type { Remote } from "../mixins/hosted/remote.ts";
import type { ChannelSource } from "../mixins/outbox/channel-source.ts";
import type { EventPublisher } from "../mixins/outbox/event-publisher.ts";
import { LocalChannels } from "../mixins/outbox/local-channels.ts";
import type { LogLine } from "../topology/announcer.ts";
import { parseRoles, type Role, ROLES } from "../topology/roles.ts";
import { systemClock } from "./system-ports.ts";

export interface Links {
  readonly directory: Directory;
  readonly feed: Feed;
  readonly remote?: Remote;
  readonly transporter: BrokerOptions["transporter"];
  readonly middlewares: readonly Middleware[];
  /** Where the outbox's events go, and where durable consumers get them. */
  readonly publisher: EventPublisher;
  readonly channels: ChannelSource;
  /** Plain bytes for whoever listens outside; null where nobody can. */
  readonly publish: ((subject: string, bytes: Uint8Array) => void) | null;
  /** Messages from other nodes are given to this host from now on. */
  bind(host: ActorHost): void;
  /** Others may find this node from now on; its broker is started. */
  join(): Promise<void>;
  /** Keeps an actor on this node, or lets it go where it belongs. @throws {DstaError} PINS_FULL */
  pin(actorId: string, kept: boolean): Promise<void>;
  draining(): boolean;
  /** Nothing new is placed here from now on. */
  drain(): Promise<void>;
  /** Told to the others: this node is gone. Its actors have ended. */
  leave(): Promise<void>;
}

export interface NodeIdentity {
  readonly nodeId: string;
  readonly roles: readonly Role[];
  /** It is one of several; else it is the whole floor. */
  readonly meshed: boolean;
}

/** @throws {DstaError} CONFIG_INVALID for roles without a mesh, or a mesh without a shared database */
export function identityOf(settings: Settings, options: StartOptions): NodeIdentity {
  const wished = options.roles ?? settings.roles;
  const roles = parseRoles(wished);
  // A replay is a floor of its own, whatever the environment says.
  if (options.replay.length > 0 || settings.natsUrl === undefined) {
    if (roles.length < ROLES.length) throw wrong("--roles", "NATS_URL, for a node with some roles is one of several", "roles without it");
    return { nodeId: "floor-1", roles, meshed: false };
  }
  if (settings.databaseUrl === undefined) throw wrong("DATABASE_URL", "a PostgreSQL that all nodes share, when NATS_URL is set", "none");
  const name = roles.length === ROLES.length ? "all" : roles.join("-");
  const given = options.node ?? settings.node;
  if (given !== undefined && !NODE_NAME.test(given)) throw wrong("--node", NODE_NAME_RULE, JSON.stringify(given));
  return {
    nodeId: given ?? `${name}-${hostname().replace(/[^A-Za-z0-9_-]/g, "-")}-${process.pid}`,
    roles,
    meshed: true,
  };
}

function wrong(field: string, expected: string, got: string): DstaError {
  return new DstaError("CONFIG_INVALID", `${field}: expected ${expected}, got ${got}`, { data: { field, expected, got } });
}

export interface LocalParts {
  readonly nodeId: string;
  /** Every epoch is above it: the highest that the journal has seen. */
  readonly afterEpoch: bigint;
  readonly onFeedError: (subject: string, error: unknown) => void;
  readonly log: LogLine;
}

/** One process. */
export function localLinks({ nodeId, afterEpoch, onFeedError, log }: LocalParts): Links {
  const channels = new LocalChannels({
    durables: { [CHANNELS.audit.subject]: [AUDIT_DURABLE] },
    clock: systemClock,
    onDeadLetter: (durable, { id, subject }, reason) => log("error", `consumer ${durable} gave up ${subject} ${id}: ${reason}`),
  });
  return {
    directory: new LocalDirectory({ nodeId, afterEpoch }),
    feed: new LocalFeed(onFeedError),
    transporter: null,
    middlewares: [],
    publisher: channels,
    channels,
    publish: null,
    bind: () => undefined,
    join: () => Promise.resolve(),
    // The whole floor is in this process: every actor stays where it is.
    pin: () => Promise.resolve(),
    draining: () => false,
    drain: () => Promise.resolve(),
    leave: () => Promise.resolve(),
  };
}
