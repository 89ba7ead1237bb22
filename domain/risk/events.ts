/**
 * What risk decides, as journaled in the stream `risk/<account>`. The risk book's state is the fold of these and of the
 * execution stream; on recovery this stream is folded first. `CODEC` turns them into JSON and back, exactly.
 */
import type { ViolationRow } from "../contract/views.ts";
import { type Codec, fields, flag, money, nullable, oneOf, text, whole } from "../journal/codec.ts";
import type { Decimal } from "../kernel/decimal.ts";
import { invalid } from "../kernel/errors.ts";
import type { OrderIntent } from "../order/types.ts";
import type { RiskLimits } from "./limits.ts";

export type TradingState = "active" | "reducing" | "halted";

interface Decided {
  readonly atMs: number;
  readonly account: string;
}

export interface IntentApproved extends Decided {
  readonly type: "IntentApproved";
  readonly intent: OrderIntent;
  readonly reservationId: string;
  /** Price the worst case is reserved at. */
  readonly reservePrice: Decimal;
  /** Price positions in the symbol were valued at. */
  readonly markPrice: Decimal;
}

export interface IntentRefused extends Decided {
  readonly type: "IntentRefused";
  readonly intent: OrderIntent;
  readonly code: string;
  readonly reason: string;
}

/** A reservation whose order never reached the execution stream. */
export interface ReservationReleased extends Decided {
  readonly type: "ReservationReleased";
  readonly intentId: string;
  readonly reason: string;
}

export interface TradingStateChanged extends Decided {
  readonly type: "TradingStateChanged";
  readonly from: TradingState;
  readonly to: TradingState;
  readonly by: string;
  readonly reason: string;
}

export interface LimitsChanged extends Decided {
  readonly type: "LimitsChanged";
  readonly limits: RiskLimits;
  /** Grows by 1 with each change. */
  readonly version: number;
  readonly by: string;
  readonly reason: string;
}

/** A halt has reached execution: what became of the open orders, and how many positions are kept. */
export interface HaltSettled extends Decided {
  readonly type: "HaltSettled";
  readonly cancelled: number;
  readonly unknown: number;
  readonly kept: number;
}

/** Equity the day's loss is counted from: the first one seen since 00:00 UTC. */
export interface RiskDayStarted extends Decided {
  readonly type: "RiskDayStarted";
  readonly dayStartMs: number;
  readonly equity: Decimal;
}

/** A control that failed after the review: a fill outside what was approved, or the day's loss reached. */
export interface LimitBreached extends Decided {
  readonly type: "LimitBreached";
  readonly code: string;
  readonly reason: string;
  readonly strategyId: string;
  readonly symbol: string;
  readonly intentId: string;
  /** Version in the execution stream of the event that broke it, or null when no event of it did. */
  readonly executionVersion: number | null;
}

export type RiskEvent =
  | IntentApproved
  | IntentRefused
  | ReservationReleased
  | TradingStateChanged
  | HaltSettled
  | LimitsChanged
  | RiskDayStarted
  | LimitBreached;

const decided = { atMs: whole, account: text };
const side = oneOf("buy", "sell");
const state = oneOf("active", "reducing", "halted");

export const orderIntentCodec: Codec<OrderIntent> = fields({
  intentId: text,
  strategyId: text,
  account: text,
  venue: text,
  symbol: text,
  side,
  type: oneOf("market", "limit"),
  quantity: money,
  limitPrice: nullable(money),
  timeInForce: oneOf("GTC", "IOC"),
  postOnly: flag,
  reduceOnly: flag,
  why: text,
  decidedAtMs: whole,
});

export const limitsCodec: Codec<RiskLimits> = fields({
  maxOrderNotional: money,
  maxPositionNotional: money,
  maxGrossNotional: money,
  maxOrdersPerSecond: whole,
  maxDailyLoss: money,
  maxPriceDeviationBps: whole,
  maxBookAgeMs: whole,
});

type ByType = { readonly [K in RiskEvent["type"]]: Codec<Extract<RiskEvent, { type: K }>> };

/** Codec of each event, for the journal's registry. */
export const RISK_EVENT_CODECS: ByType = {
  IntentApproved: fields({
    type: oneOf("IntentApproved"),
    ...decided,
    intent: orderIntentCodec,
    reservationId: text,
    reservePrice: money,
    markPrice: money,
  }),
  IntentRefused: fields({ type: oneOf("IntentRefused"), ...decided, intent: orderIntentCodec, code: text, reason: text }),
  ReservationReleased: fields({ type: oneOf("ReservationReleased"), ...decided, intentId: text, reason: text }),
  TradingStateChanged: fields({ type: oneOf("TradingStateChanged"), ...decided, from: state, to: state, by: text, reason: text }),
  HaltSettled: fields({ type: oneOf("HaltSettled"), ...decided, cancelled: whole, unknown: whole, kept: whole }),
  LimitsChanged: fields({ type: oneOf("LimitsChanged"), ...decided, limits: limitsCodec, version: whole, by: text, reason: text }),
  RiskDayStarted: fields({ type: oneOf("RiskDayStarted"), ...decided, dayStartMs: whole, equity: money }),
  LimitBreached: fields({
    type: oneOf("LimitBreached"),
    ...decided,
    code: text,
    reason: text,
    strategyId: text,
    symbol: text,
    intentId: text,
    executionVersion: nullable(whole),
  }),
};

/** An event as JSON for the journal. */
export function encodeRiskEvent(event: RiskEvent): Record<string, unknown> {
  return (RISK_EVENT_CODECS[event.type] as Codec<RiskEvent>).encode(event) as Record<string, unknown>;
}

/** @throws {DstaError} VALIDATION_ERROR naming the member that does not fit. */
export function decodeRiskEvent(json: unknown): RiskEvent {
  const type = typeof json === "object" && json !== null && "type" in json ? json.type : undefined;
  if (typeof type !== "string" || !Object.hasOwn(RISK_EVENT_CODECS, type))
    throw invalid("type", `one of ${Object.keys(RISK_EVENT_CODECS).join(", ")}`, type);
  return RISK_EVENT_CODECS[type as RiskEvent["type"]].decode(json, type);
}

/** The row of a refusal or a breach in the list of violations; null for other events. */
export function violationOf(event: RiskEvent): ViolationRow | null {
  const { atMs, account } = event;
  if (event.type === "IntentRefused") {
    const { strategyId, symbol, intentId } = event.intent;
    return { atMs, account, strategyId, symbol, code: event.code, reason: event.reason, intentId };
  }
  if (event.type === "LimitBreached") {
    const { strategyId, symbol, code, reason, intentId } = event;
    return { atMs, account, strategyId, symbol, code, reason, intentId };
  }
  return null;
}
