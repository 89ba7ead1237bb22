/** State of a strategy actor, and the one way its record changes: journal, then fold. */
import type { BookQuality } from "../../domain/market/events.ts";
import type { PositionRow, TradingState } from "../../domain/contract/views.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { applyStrategyEvent, encodeStrategyEvent, type StrategyEvent, type StrategyRecord } from "../../domain/strategy/record.ts";
import type { SavedState } from "../../domain/strategy/runner.ts";
import { RefusalGate } from "../../domain/strategy/refusal-gate.ts";
import type { ActorContext } from "../../mixins/hosted/actor.ts";
import type { EventStream } from "../../mixins/journal/event-stream.ts";
import type { RunnerPorts, Session } from "./strategy-session.ts";

export interface StrategyActorState {
  readonly stream: EventStream;
  record: StrategyRecord;
  readonly definition: AnyStrategy;
  readonly simulated: boolean;
  readonly runners: RunnerPorts;
  /** Null while it does not watch: stopped or failed. */
  session: Session | null;
  readonly subscribed: Set<string>;
  /** Intents that risk has not answered yet, by id. */
  readonly placing: Map<string, OrderIntent>;
  /** Those of them that were on their way when the session began. */
  carried: Set<string>;
  readonly gate: RefusalGate;
  trading: TradingState;
  bookQuality: BookQuality;
  position: PositionRow | null;
  signals: number;
  lastWhy: string;
  lastWhyAtMs: number | null;
  readonly spark: number[];
  lastSparkMs: number;
  savedState: string;
  /** As of the last thing that left this activation: a new session goes on counting there. Null before the first. */
  left: SavedState | null;
  snapshotVersion: number;
  shown: string;
}

type Given = "stream" | "record" | "definition" | "simulated" | "runners";

export function newStrategyState(parts: Pick<StrategyActorState, Given>): StrategyActorState {
  return {
    ...parts,
    session: null,
    subscribed: new Set(),
    placing: new Map(),
    carried: new Set(),
    gate: new RefusalGate(),
    trading: "active",
    bookQuality: "RESYNC",
    position: null,
    signals: 0,
    lastWhy: "",
    lastWhyAtMs: null,
    spark: [],
    lastSparkMs: 0,
    savedState: JSON.stringify([parts.record.saved?.state ?? {}, parts.record.saved?.stop ?? null]),
    left: null,
    snapshotVersion: parts.stream.version,
    shown: "",
  };
}

export type StrategyCtx = ActorContext<StrategyActorState>;

const SNAPSHOT_EVENTS = 500;

export async function commit(ctx: StrategyCtx, event: StrategyEvent): Promise<void> {
  const { stream } = ctx.state;
  const atMs = ctx.clock.now();
  await stream.append([encodeStrategyEvent(event, atMs)]);
  ctx.state.record = applyStrategyEvent(ctx.state.record, event, atMs);
  if (stream.version - ctx.state.snapshotVersion < SNAPSHOT_EVENTS) return;
  ctx.state.snapshotVersion = stream.version;
  await stream.saveSnapshot(ctx.state.record);
}
