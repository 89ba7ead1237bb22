/**
 * What is kept of a strategy instance for good: a fold of its stream `strategy/<id>`. Holds what it is, what it should
 * be doing, every parameter version, and the author's state. JSON throughout, so a snapshot is the record itself.
 */
import type { ParameterVersion, ParamValues, StrategyIsolation } from "../contract/views.ts";
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
  readonly isolation: StrategyIsolation;
  readonly desired: Desired;
  readonly reason: string;
  /** While paused: when it goes on by itself; null when a person has to say so. */
  readonly resumeAtMs: number | null;
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
      readonly isolation: StrategyIsolation;
    }
  | { readonly type: "ParametersChanged"; readonly params: ParamValues; readonly by: string; readonly note: string }
  | { readonly type: "StrategyStarted"; readonly by: string }
  | { readonly type: "StrategyPaused"; readonly by: string; readonly resumeAtMs?: number }
  | { readonly type: "StrategyStopped"; readonly by: string; readonly close: boolean }
  | { readonly type: "PositionClosed" }
  | { readonly type: "StrategyFailed"; readonly reason: string }
  | { readonly type: "StateSaved"; readonly saved: SavedState };

const VERSIONS_KEPT = 100;
/** 2 says how the instance is isolated; before that there was one way. */
const CREATED_SCHEMA = 2;
const ISOLATION_BEFORE: StrategyIsolation = "inline";

export function encodeStrategyEvent(event: StrategyEvent, atMs: number): NewEvent {
  const { type, ...data } = event;
  return { type, schema: type === "StrategyCreated" ? CREATED_SCHEMA : 1, atMs, data };
}

export function applyStrategyEvent(record: StrategyRecord | null, event: StrategyEvent, atMs: number): StrategyRecord {
  if (event.type === "StrategyCreated") {
    const { id, strategy, account, venue, symbol, params, by, isolation } = event;
    return {
      id,
      strategy,
      account,
      venue,
      symbol,
      createdAtMs: atMs,
      isolation,
      desired: "stopped",
      reason: "not started yet",
      resumeAtMs: null,
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
      return { ...record, desired: "running", reason: `started by ${event.by}`, resumeAtMs: null, closing: false };
    case "StrategyPaused":
      return { ...record, desired: "paused", ...pauseOf(event.by, event.resumeAtMs ?? null) };
    case "StrategyStopped":
      return { ...record, desired: "stopped", reason: `stopped by ${event.by}`, resumeAtMs: null, closing: event.close };
    case "PositionClosed":
      return { ...record, closing: false };
    case "StrategyFailed":
      return { ...record, desired: "failed", reason: event.reason, resumeAtMs: null };
    case "StateSaved":
      return { ...record, saved: event.saved };
  }
}

function pauseOf(by: string, resumeAtMs: number | null): Pick<StrategyRecord, "reason" | "resumeAtMs"> {
  const until = resumeAtMs === null ? "" : ` until ${new Date(resumeAtMs).toISOString()}`;
  return { reason: `paused by ${by}${until}`, resumeAtMs };
}

export function foldStrategy(record: StrategyRecord | null, stored: StoredEvent): StrategyRecord {
  const lifted = stored.type === "StrategyCreated" && stored.schema < CREATED_SCHEMA ? { isolation: ISOLATION_BEFORE } : {};
  return applyStrategyEvent(record, { ...lifted, ...stored.data, type: stored.type } as unknown as StrategyEvent, stored.atMs);
}

type EarlierRecord = Omit<StrategyRecord, "isolation" | "resumeAtMs"> & Partial<StrategyRecord>;

/** A snapshot as it was saved by this or an earlier version. */
export function recordOf(snapshot: unknown): StrategyRecord | null {
  return snapshot === null ? null : { isolation: ISOLATION_BEFORE, resumeAtMs: null, ...(snapshot as EarlierRecord) };
}

export function currentParams(record: StrategyRecord): ParameterVersion {
  return record.versions[0]!;
}
