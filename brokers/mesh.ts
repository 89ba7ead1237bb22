/**
 * The Moleculer broker of a node and the services of its roles. One service a kind of actor, however many actors; what
 * faces people (gateway, auth, floor, market, orders, strategies) on nodes with the role `core`; `node` everywhere.
 */
import { type ActionSchema, type BrokerOptions, type Middleware, ServiceBroker } from "moleculer";
import type { Pool } from "pg";
import type { Logger } from "pino";
import { auditService } from "../actors/core/audit.service.ts";
import type { Auth } from "../actors/core/auth.service.ts";
import { Fleet } from "../actors/core/fleet.ts";
import { floorService, type FloorDeps } from "../actors/core/floor.service.ts";
import { createGateway } from "../actors/core/gateway.service.ts";
import type { GatewaySettings } from "../actors/core/gateway-deps.ts";
import { type NodeDeps, nodeService } from "../actors/core/node.service.ts";
import { marketService } from "../actors/data/market.service.ts";
import { researchService } from "../actors/data/research.service.ts";
import { positionsFacade, riskFacade } from "../actors/trading/account-facades.ts";
import { ordersService } from "../actors/trading/orders.service.ts";
import { strategiesService } from "../actors/trading/strategies.service.ts";
import { MESH_POLICY } from "../config/mesh.ts";
import type { Feed } from "../domain/contract/subjects.ts";
import type { Directory } from "../mixins/hosted/directory.ts";
import { actorService } from "../mixins/hosted/service.ts";
import { ErrorRegenerator } from "../mixins/link/error-regenerator.ts";
import type { ChannelSource } from "../mixins/outbox/channel-source.ts";
import type { Catalogue } from "../strategies/catalogue.ts";
import type { Floor } from "../topology/floor.ts";
import type { Role } from "../topology/roles.ts";
import type { Clock } from "../domain/kernel/clock.ts";
import { MeshLogger } from "./mesh-logger.ts";
import type { NodeResearch } from "./research.ts";
import { promptOptions } from "./prompt/prompt.ts";
import { newId, systemClock } from "./system-ports.ts";

export interface MeshParts extends Omit<FloorDeps, "host" | "fleet">, Omit<NodeDeps, "host"> {
  readonly nodeId: string;
  readonly roles: readonly Role[];
  readonly namespace: string;
  readonly directory: Directory;
  /** How brokers reach each other; null in one process. */
  readonly transporter: BrokerOptions["transporter"];
  readonly middlewares: readonly Middleware[];
  readonly floor: Floor;
  readonly feed: Feed;
  readonly pool: Pool;
  /** Where durable consumers get the outbox's events. */
  readonly channels: ChannelSource;
  readonly catalogue: Catalogue;
  readonly research: NodeResearch | null;
  readonly logger: Logger;
  readonly auth: Auth;
  readonly tradingClock: Clock;
  readonly gateway: Partial<GatewaySettings>;
  /** Called when every service has stopped: puts the floor to rest and gives back what the process holds. */
  readonly onStopped: () => Promise<void>;
}

export function createMesh(parts: MeshParts): ServiceBroker {
  const broker = new ServiceBroker(meshOptions(parts));
  hostServices(broker, parts);
  return broker;
}

/** One service a kind of actor, and on a node that serves people the stateless ones in front of them. */
export function hostServices(broker: ServiceBroker, parts: MeshParts): void {
  const { floor, desk, journal, roles } = parts;
  const { host } = floor;
  const facades = roles.includes("core") ? { positions: positionsFacade(desk, host), risk: riskFacade(desk, host, journal) } : {};
  for (const definition of floor.definitions.values()) {
    broker.createService(actorService(definition, host, (facades as Facades)[definition.kind]));
  }
  for (const [name, actions] of Object.entries<Record<string, ActionSchema>>(facades)) {
    if (!floor.definitions.has(name)) broker.createService({ name, actions });
  }
  broker.createService(nodeService({ ...parts, host }));
  if (parts.research !== null) broker.createService(parts.research.store);
  if (roles.includes("core")) serveFloor(broker, parts);
}

type Facades = Readonly<Record<string, Record<string, ActionSchema>>>;

function serveFloor(broker: ServiceBroker, parts: MeshParts): void {
  const { floor, desk, journal, feed, directory } = parts;
  const { strategies, strategyNamed } = parts.catalogue;
  const { host } = floor;
  const fleet = new Fleet({
    directory,
    clock: systemClock,
    call: (nodeID, action, params, timeout) => broker.call(`node.${action}`, params, { nodeID, timeout }),
  });
  broker.createService(marketService(desk, host));
  broker.createService(
    strategiesService({ desk, host, journal, feed, clock: parts.tradingClock, definitions: strategies, definitionOf: strategyNamed }),
  );
  broker.createService(ordersService({ desk, host, journal, clock: parts.tradingClock, newId }));
  const codeVersion = parts.research?.codeVersion ?? parts.version;
  broker.createService(researchService({ host, journal, feed, clock: systemClock, newId, codeVersion, definitionOf: strategyNamed }));
  broker.createService(floorService({ ...parts, host, fleet }));
  broker.createService(parts.auth.schema);
  const onTrouble = (text: string): void => parts.logger.warn(text);
  broker.createService(auditService({ pool: parts.pool, source: parts.channels, clock: systemClock, onTrouble }));
  broker.createService(createGateway({ verifier: parts.auth.verifier, clock: systemClock, feed, settings: parts.gateway }));
}

export function meshOptions({ nodeId, namespace, transporter, middlewares, logger, onStopped }: MeshParts): BrokerOptions {
  return {
    ...MESH_POLICY,
    namespace,
    nodeID: nodeId,
    transporter: transporter ?? null,
    middlewares: [...middlewares],
    logger: new MeshLogger(logger),
    errorRegenerator: new ErrorRegenerator(),
    // Params are checked by the gateway and by each actor's contract, with zod: once, with the field named.
    validator: false,
    // Moleculer's default is none: a lost answer would be waited for without end.
    requestTimeout: 10_000,
    // Built-in metrics cost 11 times a hot local call: actors count for themselves.
    metrics: false,
    tracking: { enabled: true, shutdownTimeout: 2_000 },
    replOptions: promptOptions,
    // The REPL, a signal and a fatal error all end the process by stopping the broker: resting belongs here.
    stopped: onStopped,
    // Signals are handled where the process was started.
    skipProcessEventRegistration: true,
  };
}
