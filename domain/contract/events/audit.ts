/**
 * What counts as somebody's deed, and how the record of it reads in the audit log. Whatever changes limits, the trading
 * switch or a strategy is one, also when a part of the program did it by itself; an order's creation and cancellation
 * are when a person asked for them.
 */
import type { RecordedEvent } from "./envelope.ts";
import type { AuditEntry, AuditedAction } from "./system.ts";

type Data = Readonly<Record<string, unknown>>;

const DEEDS: Readonly<Record<string, AuditedAction>> = {
  "risk/LimitsChanged": "limits.change",
  "risk/TradingStateChanged": "trading.switch",
  "strategy/StrategyCreated": "strategy.create",
  "strategy/ParametersChanged": "strategy.parameters",
  "strategy/StrategyStarted": "strategy.start",
  "strategy/StrategyPaused": "strategy.pause",
  "strategy/StrategyStopped": "strategy.stop",
};

/** Parts of the program that cancel orders on their own. */
const MACHINES: ReadonlySet<unknown> = new Set(["supervisor", "risk", "system"]);

/** The entry a record gives, or null; `name` is the stream's name after its area. Fits the schema when the record does. */
export function auditOf(area: string, name: string, record: RecordedEvent): AuditEntry | null {
  const { type, data } = record;
  const action = DEEDS[`${area}/${type}`];
  if (action)
    return entry(action, name, data.by, data.reason ?? data.note, without(data, ["type", "atMs", "account", "by", "reason", "note"]));
  if (area !== "execution") return null;
  if (type === "OrderCancelRequested" && data.by !== data.strategyId && !MACHINES.has(data.by)) {
    return entry("order.cancel", data.orderId, data.by, data.reason, only(data, ["strategyId", "account", "symbol", "side"]));
  }
  const intent = data.intent as Data | undefined;
  if (type === "OrderSubmitted" && String(intent?.intentId).startsWith("manual.")) {
    // The intent says that it came by hand, not yet by whose.
    const terms = only({ ...intent }, ["strategyId", "account", "symbol", "side", "type", "quantity", "limitPrice"]);
    return entry("order.create", data.orderId, "manual", intent?.why, terms);
  }
  return null;
}

function entry(action: AuditedAction, target: unknown, by: unknown, reason: unknown, detail: Data): AuditEntry {
  return {
    by: by as string,
    action,
    target: target as string,
    reason: (reason ?? null) as string | null,
    detail,
  };
}

function without(data: Data, names: readonly string[]): Data {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !names.includes(key)));
}

function only(data: Data, names: readonly string[]): Data {
  return Object.fromEntries(Object.entries(data).filter(([key]) => names.includes(key)));
}
