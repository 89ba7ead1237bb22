/** State of a risk actor, how its book follows execution, and the one way it changes: journal, fold, then tell. */
import type { TradingSwitch } from "../../domain/contract/stream.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import type { Journal, NewEvent, StoredEvent } from "../../domain/journal/journal.ts";
import type { Bar, BookTop } from "../../domain/market/events.ts";
import { decodeOrderEvent } from "../../domain/order/codec.ts";
import { decodeRiskEvent, encodeRiskEvent, type RiskEvent, violationOf } from "../../domain/risk/events.ts";
import type { RiskBook } from "../../domain/risk/risk-book.ts";
import { snapshotRisk } from "../../domain/risk/risk-snapshot.ts";
import type { ActorContext } from "../../mixins/hosted/actor.ts";
import type { EventStream } from "../../mixins/journal/event-stream.ts";

export interface RiskDeps {
  readonly journal: Journal;
  /** Whether a venue has order books; without them its bars give the price. */
  hasBooks(venue: string): boolean;
}

export interface RiskActorState {
  readonly stream: EventStream;
  readonly book: RiskBook;
  readonly journal: Journal;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly tops: Map<string, BookTop>;
  readonly bars: Map<string, Bar>;
  readonly watched: Set<string>;
  snapshotVersion: number;
  /** Intents approved before this activation that execution was not known to have. */
  inherited: ReadonlySet<string>;
  /** This activation has heard the account's equity: the loss of the day can be judged. */
  knowsEquity: boolean;
}

export type RiskCtx = ActorContext<RiskActorState>;

const SNAPSHOT_EVENTS = 2_000;

export function decodeStored(stored: StoredEvent): RiskEvent {
  return decodeRiskEvent(stored.data);
}

function encodeStored(event: RiskEvent): NewEvent {
  const data = encodeRiskEvent(event);
  if (event.type !== "IntentApproved" && event.type !== "IntentRefused") return { type: event.type, schema: 1, atMs: event.atMs, data };
  // Who and what at the top level: queries match there.
  const { strategyId, symbol, intentId } = event.intent;
  return { type: event.type, schema: 1, atMs: event.atMs, data: { ...data, strategyId, symbol }, correlationId: intentId };
}

/** Journals events and applies those the book has not seen; announces what people must know. */
export async function commit(ctx: RiskCtx, events: readonly RiskEvent[]): Promise<void> {
  if (events.length === 0) return;
  const { stream, book } = ctx.state;
  await stream.append(events.map(encodeStored));
  for (const event of events) {
    book.apply(event);
    tell(ctx, event);
  }
  if (stream.version - ctx.state.snapshotVersion < SNAPSHOT_EVENTS) return;
  ctx.state.snapshotVersion = stream.version;
  await stream.saveSnapshot(snapshotRisk(book));
}

function tell(ctx: RiskCtx, event: RiskEvent): void {
  const violation = violationOf(event);
  if (violation) ctx.announce("warn", `${violation.strategyId} ${violation.symbol}: ${violation.reason}`, violation.code);
  if (event.type === "TradingStateChanged") {
    ctx.announce(
      event.to === "active" ? "info" : "critical",
      `trading ${event.from} → ${event.to} by ${event.by}: ${event.reason}`,
      `TRADING_${event.to.toUpperCase()}`,
    );
  }
  if (event.type === "TradingStateChanged" || event.type === "HaltSettled")
    ctx.publish(subjects.floor("trading"), tradingSwitch(ctx.state.book));
}

export function tradingSwitch(book: RiskBook): TradingSwitch {
  return { ...book.trading, ...(book.halt ?? { cancelled: 0, unknown: 0, kept: 0 }) };
}

/** Follows the execution stream from where the book stands. */
export async function catchUp(ctx: RiskCtx): Promise<void> {
  const { journal, book } = ctx.state;
  for await (const stored of journal.read(`execution/${ctx.id}`, book.appliedVersion)) {
    await commit(ctx, book.onOrderEvent(decodeOrderEvent(stored), stored.version));
  }
}

/** Reads what is missing up to `version`: an event is in the journal before anybody hears of it. */
export async function follow(ctx: RiskCtx, version: number): Promise<void> {
  if (version > ctx.state.book.appliedVersion) await catchUp(ctx);
}
