/**
 * Commands on one strategy and on orders, each with how the stream shows that it happened.
 */
import type { ParamValues, StrategyState } from "../../../domain/contract/views.ts";
import { call } from "./api.ts";
import { command } from "./commands.ts";
import { sections, strategies } from "./floor.ts";

const path = (id: string): string => `strategies/${encodeURIComponent(id)}`;

function stateOf(id: string): StrategyState | undefined {
  return strategies.value.find((row) => row.id === id)?.state;
}

export function startStrategy(id: string): Promise<boolean> {
  return command({
    key: `strategy:${id}`,
    label: `Start ${id}`,
    strategyId: id,
    send: () => call("POST", `${path(id)}/start`, {}),
    shown: () => !["stopped", "paused"].includes(stateOf(id) ?? "stopped"),
  });
}

export function pauseStrategy(id: string): Promise<boolean> {
  return command({
    key: `strategy:${id}`,
    label: `Pause ${id}`,
    strategyId: id,
    send: () => call("POST", `${path(id)}/pause`, {}),
    shown: () => stateOf(id) === "paused",
  });
}

export function stopStrategy(id: string, close: boolean): Promise<boolean> {
  return command({
    key: `strategy:${id}`,
    label: close ? `Stop ${id} and close its position` : `Stop ${id}`,
    strategyId: id,
    send: () => call("POST", `${path(id)}/stop`, { close }),
    shown: () => ["stopped", "reducing"].includes(stateOf(id) ?? "stopped"),
  });
}

export function applyParams(id: string, params: ParamValues, expectedVersion: number, note: string): Promise<boolean> {
  return command({
    key: `params:${id}`,
    label: `Apply parameters of ${id}`,
    strategyId: id,
    send: () => call("PUT", `${path(id)}/parameters`, { params, expectedVersion, ...(note === "" ? {} : { note }) }),
    shown: () => (strategies.value.find((row) => row.id === id)?.paramsVersion ?? 0) > expectedVersion,
  });
}

export interface NewStrategy {
  readonly id: string;
  readonly strategy: string;
  readonly venue: string;
  readonly symbol: string;
  readonly params: ParamValues;
  readonly start: boolean;
}

export function createStrategy(wanted: NewStrategy): Promise<boolean> {
  return command({
    key: "strategy-new",
    label: `Start ${wanted.id}`,
    send: () => call("POST", "strategies", wanted),
    shown: () => stateOf(wanted.id) !== undefined,
  });
}

export function cancelOrder(orderId: string): Promise<boolean> {
  return command({
    key: `order:${orderId}`,
    label: `Cancel ${orderId}`,
    send: () => call("PUT", `orders/${encodeURIComponent(orderId)}/cancel`, {}),
    shown: () => {
      const order = sections.orders.value?.[orderId];
      return order === undefined || !["Working", "PartiallyFilled", "Pending"].includes(order.status);
    },
  });
}

export function cancelAllOrders(): Promise<boolean> {
  return command({ key: "cancel-all", label: "Cancel all orders", send: () => call("POST", "orders/cancel-all", {}) });
}

export function restartActor(actorId: string): Promise<boolean> {
  return command({
    key: `actor:${actorId}`,
    label: `Restart ${actorId}`,
    send: () => call("POST", "system/actors/restart", { actorId }),
  });
}
