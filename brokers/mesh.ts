/**
 * The Moleculer broker of a process and the services it hosts. One service a kind of actor, however many actors;
 * the built-ins that would act behind an actor's back (retry, breaker, bulkhead) stay off for them.
 */
import { type BrokerOptions, ServiceBroker } from "moleculer";
import type { Logger } from "pino";
import type { Auth } from "../actors/core/auth.service.ts";
import { floorService, type FloorDeps } from "../actors/core/floor.service.ts";
import { createGateway } from "../actors/core/gateway.service.ts";
import type { GatewaySettings } from "../actors/core/gateway-deps.ts";
import { marketService } from "../actors/data/market.service.ts";
import { positionsFacade, riskFacade } from "../actors/trading/account-facades.ts";
import { ordersService } from "../actors/trading/orders.service.ts";
import { strategiesService } from "../actors/trading/strategies.service.ts";
import type { Feed } from "../domain/contract/subjects.ts";
import { actorService } from "../mixins/hosted/service.ts";
import { strategies, strategyNamed } from "../strategies/index.ts";
import type { Floor } from "../topology/floor.ts";
import type { Clock } from "../domain/kernel/clock.ts";
import { MeshLogger } from "./mesh-logger.ts";
import { replCommands } from "./repl-commands.ts";
import { newId, systemClock } from "./system-ports.ts";

export interface MeshParts extends Omit<FloorDeps, "host"> {
  readonly nodeId: string;
  readonly floor: Floor;
  readonly feed: Feed;
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

/** One service a kind of actor, and the stateless ones in front of them. */
export function hostServices(broker: ServiceBroker, parts: MeshParts): void {
  const { floor, desk, journal } = parts;
  const { host } = floor;
  for (const definition of floor.definitions.values()) {
    const facade =
      definition.kind === "positions" ? positionsFacade(desk, host) : definition.kind === "risk" ? riskFacade(desk, host, journal) : {};
    broker.createService(actorService(definition, host, facade));
  }
  broker.createService(marketService(desk, host));
  broker.createService(
    strategiesService({ desk, host, journal, clock: parts.tradingClock, definitions: strategies, definitionOf: strategyNamed }),
  );
  broker.createService(ordersService({ desk, host, journal, clock: parts.tradingClock, newId }));
  broker.createService(floorService({ ...parts, host }));
  broker.createService(parts.auth.schema);
  broker.createService(createGateway({ verifier: parts.auth.verifier, clock: systemClock, feed: parts.feed, settings: parts.gateway }));
}

export function meshOptions({ nodeId, logger, onStopped }: MeshParts): BrokerOptions {
  return {
    namespace: "dsta",
    nodeID: nodeId,
    logger: new MeshLogger(logger),
    // Params are checked by the gateway and by each actor's contract, with zod: once, with the field named.
    validator: false,
    // Moleculer's default is none: a lost answer would be waited for without end.
    requestTimeout: 10_000,
    retryPolicy: { enabled: false },
    circuitBreaker: { enabled: false },
    bulkhead: { enabled: false },
    // Built-in metrics cost 11 times a hot local call: actors count for themselves.
    metrics: false,
    tracking: { enabled: true, shutdownTimeout: 2_000 },
    replOptions: { delimiter: "dsta $", customCommands: replCommands },
    // The REPL, a signal and a fatal error all end the process by stopping the broker: resting belongs here.
    stopped: onStopped,
    // Signals are handled where the process was started.
    skipProcessEventRegistration: true,
  };
}
