/**
 * What is kept of a strategy instance for good: a fold of its stream `strategy/<id>`. Holds what it is, what it should
 * be doing, every parameter version, and the author's state. JSON throughout, so a snapshot is the record itself.
 */
import type { ParameterVersion, ParamValues } from "../contract/views.ts";
import type { NewEvent, StoredEvent } from "../journal/journal.ts";
import { invariant } from "../kernel/errors.ts";
import type { SavedState } from "./runner.ts";

export type Desired = "running" | "paused" | "stopped" | "failed";

export interface StrategyRecord {
  readonly id: string;
  readonly strategy: string;
  readonly account: string;
  readonly venue: string;
  readonly symbol: string;
  readonly createdAtMs: number;
  readonly desired: Desired;
  readonly reason: string;
  /** Stopped with the wish to close its position, which may not be closed yet. */
  readonly closing: boolean;
  /** Newest first. */
  readonly versions: readonly ParameterVersion[];
  readonly saved: SavedState | null;
}

export type StrategyEvent =
  | {
      readonly type: "StrategyCreated";
      readonly id: string;
      readonly strategy: string;
      readonly account: string;
      readonly venue: string;
      readonly symbol: string;
      readonly params: ParamValues;
      readonly by: string;
    }
  | { readonly type: "ParametersChanged"; readonly params: ParamValues; readonly by: string; readonly note: string }
  | { readonly type: "StrategyStarted"; readonly by: string }
  | { readonly type: "StrategyPaused"; readonly by: string }
  | { readonly type: "StrategyStopped"; readonly by: string; readonly close: boolean }
  | { readonly type: "PositionClosed" }
  | { readonly type: "StrategyFailed"; readonly reason: string }
  | { readonly type: "StateSaved"; readonly saved: SavedState };

const VERSIONS_KEPT = 100;

export function encodeStrategyEvent(event: StrategyEvent, atMs: number): NewEvent {
  const { type, ...data } = event;
  return { type, schema: 1, atMs, data };
}

export function applyStrategyEvent(record: StrategyRecord | null, event: StrategyEvent, atMs: number): StrategyRecord {
  if (event.type === "StrategyCreated") {
    const { id, strategy, account, venue, symbol, params, by } = event;
    return {
      id,
      strategy,
      account,
      venue,
      symbol,
      createdAtMs: atMs,
      desired: "stopped",
      reason: "not started yet",
      closing: false,
      saved: null,
      versions: [{ version: 1, params, by, atMs, note: "created" }],
    };
  }
  invariant(record, `${event.type} in the stream of a strategy that was never created`);
  switch (event.type) {
    case "ParametersChanged":
      return {
        ...record,
        versions: [
          { version: currentParams(record).version + 1, params: event.params, by: event.by, atMs, note: event.note },
          ...record.versions,
        ].slice(0, VERSIONS_KEPT),
      };
    case "StrategyStarted":
      return { ...record, desired: "running", reason: `started by ${event.by}`, closing: false };
    case "StrategyPaused":
      return { ...record, desired: "paused", reason: `paused by ${event.by}` };
    case "StrategyStopped":
      return { ...record, desired: "stopped", reason: `stopped by ${event.by}`, closing: event.close };
    case "PositionClosed":
      return { ...record, closing: false };
    case "StrategyFailed":
      return { ...record, desired: "failed", reason: event.reason };
    case "StateSaved":
      return { ...record, saved: event.saved };
  }
}

export function foldStrategy(record: StrategyRecord | null, stored: StoredEvent): StrategyRecord {
  return applyStrategyEvent(record, { ...stored.data, type: stored.type } as unknown as StrategyEvent, stored.atMs);
}

export function currentParams(record: StrategyRecord): ParameterVersion {
  return record.versions[0]!;
}
