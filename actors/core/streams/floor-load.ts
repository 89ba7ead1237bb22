/**
 * Loads the whole `FloorState` by calls. All or nothing: a part that does not answer fails the load, so that a client
 * never takes a missing section for an empty one.
 */
import type { ServiceBroker } from "moleculer";
import type { Identity } from "../../../domain/access/roles.ts";
import type { FloorState, FloorStatus } from "../../../domain/contract/stream.ts";
import type {
  ActorRow,
  DeadLetterRow,
  EquityPoint,
  EventRow,
  FillRow,
  NodeRow,
  OrderRow,
  PortfolioPnl,
  PositionRow,
  ResearchRun,
  StrategyRow,
} from "../../../domain/contract/views.ts";
import { MAX_RUNS, positionKey } from "./floor-state.ts";

/** The gateway itself reads only. */
const GATEWAY: Identity = { name: "gateway", role: "Analyst" };
const TIMEOUT_MS = 5_000;
const PAGE = 100;

interface Items<T> {
  readonly items: readonly T[];
}

export function callAsGateway<T>(broker: ServiceBroker, action: string, params: Record<string, unknown> = {}): Promise<T> {
  return broker.call<T, Record<string, unknown>>(action, params, { timeout: TIMEOUT_MS, meta: { user: GATEWAY } });
}

export async function loadFloor(broker: ServiceBroker): Promise<FloorState> {
  const call = <T>(action: string, params: Record<string, unknown> = {}) => callAsGateway<T>(broker, action, params);
  const [status, pnl, equity, strategies, positions, orders, fills, events, nodes, actors, deadLetters, research] = await Promise.all([
    call<FloorStatus>("floor.status"),
    call<PortfolioPnl>("positions.pnl"),
    call<Items<EquityPoint>>("positions.equity", { points: 500 }),
    call<Items<StrategyRow>>("strategies.list"),
    call<Items<PositionRow>>("positions.list"),
    call<Items<OrderRow>>("orders.active"),
    call<Items<FillRow>>("orders.fills", { limit: PAGE }),
    call<Items<EventRow>>("floor.events", { limit: PAGE }),
    call<Items<NodeRow>>("floor.nodes"),
    call<Items<ActorRow>>("floor.actors"),
    call<Items<DeadLetterRow>>("floor.deadLetters"),
    call<Items<ResearchRun>>("research.runs", { limit: MAX_RUNS }),
  ]);
  return {
    ...status,
    pnl,
    equity: [...equity.items],
    strategies: keyed(strategies.items, (row) => row.id),
    positions: keyed(positions.items, positionKey),
    orders: keyed(orders.items, (row) => row.orderId),
    fills: [...fills.items],
    events: [...events.items],
    nodes: keyed(nodes.items, (row) => row.nodeId),
    actors: keyed(actors.items, (row) => row.actorId),
    deadLetters: [...deadLetters.items],
    research: keyed(research.items, (row) => row.id),
  };
}

function keyed<T>(rows: readonly T[], key: (row: T) => string): Record<string, T> {
  return Object.fromEntries(rows.map((row) => [key(row), row]));
}
