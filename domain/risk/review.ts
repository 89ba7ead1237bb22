/**
 * The review every order passes before it exists: the only maker of an `ApprovedIntent`.
 *
 * Pure: reads the risk book and the market, changes neither. An approval reserves the order's worst case once its event
 * is applied; `decide` does both at once, and is what an actor calls, so that no second intent is judged in between.
 * An order that only shrinks its owner's position, working orders counted, is refused by no amount, loss or switch short
 * of a halt: a limit never traps a position. Exact: notionals are compared undivided (see exposure.ts).
 */
import { checkOrderNumbers, type Instrument } from "../instrument/instrument.ts";
import { type Decimal, format, max, ZERO } from "../kernel/decimal.ts";
import type { BookTop } from "../market/events.ts";
import type { OrderIntent } from "../order/types.ts";
import { type ApprovedIntent, reservationIdOf } from "../order/approved.ts";
import type { IntentApproved, IntentRefused } from "./events.ts";
import { closable, NEW_OWNER, type Owner, shown } from "./exposure.ts";
import { faultOf } from "./intent-form.ts";
import { type Prices, pricesOf, staleness } from "./market-prices.ts";
import { type FirstDecision, isSameOrder } from "./reservation.ts";
import type { RiskBook } from "./risk-book.ts";

/** An intent may be asked for again after a node was lost; one decided longer ago than this is not acted on any more. */
export const INTENT_AGE_MAX_MS = 10_000;

/** Open reservations of one account; one more is refused. */
export const OPEN_ORDERS_MAX = 20_000;

export interface ReviewMarket {
  /** Null when the symbol is not known at the venue. */
  readonly instrument: Instrument | null;
  readonly top: BookTop | null;
  /** Price where there is no book (venues with bars only), with its time. Used only when `top` is null. */
  readonly markPrice: Decimal | null;
  readonly markAtMs: number | null;
  readonly nowMs: number;
}

/** A refusal's `code` is one of these, or the type of the instrument rule the numbers break (LOT_SIZE, TICK_SIZE, …). */
export type RefusalCode =
  | "BAD_INTENT"
  | "INTENT_STALE"
  | "UNKNOWN_INSTRUMENT"
  | "TRADING_HALTED"
  | "BOOK_STALE"
  | "REDUCE_ONLY_EXCEEDS"
  | "SHORT_NOT_ALLOWED"
  | "REDUCING_ONLY"
  | "DAILY_LOSS"
  | "ORDER_RATE"
  | "TOO_MANY_OPEN_ORDERS"
  | "PRICE_DEVIATION"
  | "ORDER_NOTIONAL"
  | "POSITION_LIMIT"
  | "GROSS_LIMIT";

/** `event` is null when the intent was decided before: the first decision stands and is journaled already. */
export type Decision =
  | { readonly kind: "approved"; readonly intent: ApprovedIntent; readonly event: IntentApproved | null }
  | { readonly kind: "refused"; readonly code: string; readonly reason: string; readonly event: IntentRefused | null };

interface Refusal {
  readonly code: string;
  readonly reason: string;
}

/** The worst case of the order to be. */
interface Exposed {
  readonly owner: Readonly<Owner>;
  readonly prices: Prices;
  /** Price the order's worst case is counted at: the highest it may be valued at, or the mid when it only closes. */
  readonly reservePrice: Decimal;
  /** It only shrinks its owner's position. */
  readonly shrinks: boolean;
}

/** Judges an intent. The same intent id gets its first decision again. */
export function review(book: RiskBook, intent: OrderIntent, market: ReviewMarket): Decision {
  const first = book.decisionOf(intent.intentId);
  if (first) return again(book, first, intent, market.nowMs);
  const prices = pricesOf(market, intent);
  const refusal = formRefusal(book, intent, market, prices);
  if (refusal) return refused(book, intent, refusal, market.nowMs);

  const exposed = exposure(book, intent, prices!);
  const broken = directionRefusal(book, intent, exposed, market) ?? amountRefusal(book, intent, exposed, market);
  if (broken) return refused(book, intent, broken, market.nowMs);

  const reservationId = reservationIdOf(intent.intentId, book.nextApproval);
  const { reservePrice } = exposed;
  return {
    kind: "approved",
    intent: approve(intent, reservationId),
    event: {
      type: "IntentApproved",
      atMs: market.nowMs,
      account: book.account,
      intent,
      reservationId,
      reservePrice,
      markPrice: prices!.mid,
    },
  };
}

/** Reviews and applies the decision: what it reserves is reserved before the next intent is looked at. */
export function decide(book: RiskBook, intent: OrderIntent, market: ReviewMarket): Decision {
  const decision = review(book, intent, market);
  if (decision.event) book.apply(decision.event);
  return decision;
}

/** Whether the intent, its instrument, its numbers and the market are fit to be judged. */
function formRefusal(book: RiskBook, intent: OrderIntent, market: ReviewMarket, prices: Prices | null): Refusal | null {
  const fault = faultOf(intent, book.account);
  if (fault) return { code: "BAD_INTENT", reason: fault };
  const { instrument } = market;
  if (!instrument || instrument.symbol !== intent.symbol || instrument.venue !== intent.venue) {
    return { code: "UNKNOWN_INSTRUMENT", reason: `${intent.symbol} is not known at ${intent.venue}` };
  }
  if (book.trading.state === "halted") return { code: "TRADING_HALTED", reason: `trading is halted: ${book.trading.reason}` };
  const referencePrice = prices === null ? null : (prices.touch ?? prices.mid);
  const numbers = checkOrderNumbers(instrument, { quantity: intent.quantity, price: intent.limitPrice, referencePrice });
  if (numbers) return { code: numbers.type, reason: numbers.message };
  const stale = staleness(market, prices, book.limits.maxBookAgeMs);
  if (stale) return { code: "BOOK_STALE", reason: stale };
  if (intent.limitPrice === null && prices!.touch === null) return { code: "BOOK_STALE", reason: `the book has nothing to ${intent.side}` };
  const ageMs = market.nowMs - intent.decidedAtMs;
  if (ageMs > INTENT_AGE_MAX_MS)
    return { code: "INTENT_STALE", reason: `it was decided ${ageMs} ms ago, the most is ${INTENT_AGE_MAX_MS}` };
  return null;
}

function exposure(book: RiskBook, intent: OrderIntent, prices: Prices): Exposed {
  const owner = book.owner(intent.strategyId, intent.venue, intent.symbol) ?? NEW_OWNER;
  const shrinks = intent.quantity <= closable(owner, intent.side);
  const reservePrice = shrinks ? prices.mid : max(max(intent.limitPrice ?? ZERO, prices.touch ?? ZERO), prices.mid);
  return { owner, prices, reservePrice, shrinks };
}

/** Whether the account, the switch and the order's own flags allow the direction. */
function directionRefusal(book: RiskBook, intent: OrderIntent, { owner, shrinks }: Exposed, { instrument }: ReviewMarket): Refusal | null {
  if (shrinks) return null;
  if (intent.reduceOnly) return { code: "REDUCE_ONLY_EXCEEDS", reason: exceeds(owner, intent, "the position to close") };
  if (instrument!.kind === "spot" && intent.side === "sell")
    return { code: "SHORT_NOT_ALLOWED", reason: exceeds(owner, intent, "what is owned") };
  if (book.trading.state === "reducing") {
    return { code: "REDUCING_ONLY", reason: `only orders that shrink a position are taken: ${book.trading.reason}` };
  }
  const { maxDailyLoss } = book.limits;
  if (book.dayLoss < maxDailyLoss) return null;
  return { code: "DAILY_LOSS", reason: `the day's loss is ${format(book.dayLoss)}, the limit ${format(maxDailyLoss)}` };
}

function amountRefusal(
  book: RiskBook,
  intent: OrderIntent,
  { owner, prices, reservePrice, shrinks }: Exposed,
  { nowMs }: ReviewMarket,
): Refusal | null {
  const { limits, undividedLimits } = book;
  if (book.rateOf(intent.strategyId)?.isFull(limits.maxOrdersPerSecond, nowMs)) {
    return {
      code: "ORDER_RATE",
      reason: `${intent.strategyId} has placed ${limits.maxOrdersPerSecond} orders within a second, the most it may`,
    };
  }
  if (book.openReservations >= OPEN_ORDERS_MAX)
    return { code: "TOO_MANY_OPEN_ORDERS", reason: `${OPEN_ORDERS_MAX} orders are open, the most there may be` };
  const price = intent.limitPrice ?? prices.touch!;
  const worse = intent.side === "buy" ? price - prices.mid : prices.mid - price;
  if (worse > 0n && worse * 10_000n > prices.mid * undividedLimits.deviationBps) {
    return {
      code: "PRICE_DEVIATION",
      reason: `price ${format(price)} is more than ${limits.maxPriceDeviationBps} bps worse than the mid ${format(prices.mid)}`,
    };
  }
  if (shrinks) return null;

  const notional = intent.quantity * reservePrice;
  if (notional > undividedLimits.order) return over("ORDER_NOTIONAL", "the order's notional", shown(notional), limits.maxOrderNotional);
  const held = owner.quantity * prices.mid;
  const long = held + owner.buyNotional;
  const short = owner.sellNotional - held;
  const [same, other] = intent.side === "buy" ? [long + notional, short] : [short + notional, long];
  if (same > undividedLimits.position) return over("POSITION_LIMIT", "the position's worst case", shown(same), limits.maxPositionNotional);
  const worst = same > other ? same : other;
  const gross = book.gross - owner.worst + (worst > 0n ? worst : 0n);
  if (gross > undividedLimits.gross) return over("GROSS_LIMIT", "the account's gross worst case", shown(gross), limits.maxGrossNotional);
  return null;
}

function again(book: RiskBook, first: FirstDecision, intent: OrderIntent, nowMs: number): Decision {
  if (!isSameOrder(first, intent)) {
    return refused(
      book,
      intent,
      { code: "BAD_INTENT", reason: `intentId: ${intent.intentId} was decided before, for another order` },
      nowMs,
    );
  }
  if (first.reservationId !== null) return { kind: "approved", intent: approve(intent, first.reservationId), event: null };
  return { kind: "refused", code: first.code ?? "BAD_INTENT", reason: first.reason ?? "", event: null };
}

/** The one place where the mark of an approval is given. */
function approve(intent: OrderIntent, reservationId: string): ApprovedIntent {
  return { ...intent, reservationId } as unknown as ApprovedIntent;
}

function refused(book: RiskBook, intent: OrderIntent, { code, reason }: Refusal, nowMs: number): Decision {
  const journaled = Number.isSafeInteger(intent.decidedAtMs) ? intent : { ...intent, decidedAtMs: nowMs };
  return {
    kind: "refused",
    code,
    reason,
    event: { type: "IntentRefused", atMs: nowMs, account: book.account, intent: journaled, code, reason },
  };
}

function over(code: RefusalCode, what: string, got: Decimal, limit: Decimal): Refusal {
  return { code, reason: `${what} would be ${format(got)}, the limit ${format(limit)}` };
}

function exceeds(owner: Readonly<Owner>, intent: OrderIntent, what: string): string {
  const free = max(closable(owner, intent.side) as Decimal, ZERO);
  return `${intent.side} ${format(intent.quantity)} is more than ${what}, net of working orders: ${format(free)}`;
}
