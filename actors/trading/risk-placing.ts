/**
 * An intent's way through the desk: judged once, reserved, handed to execution. Whoever missed the answer asks again and
 * gets the same one; an order that execution has had is never handed over a second time.
 */
import { bookMessages, executionMessages, type Placed, positionsMessages, riskMessages } from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { OrderRow } from "../../domain/contract/views.ts";
import { marketKey } from "../../domain/instrument/symbol.ts";
import { type Decimal, decimal, div, fromNumber, fromUnits } from "../../domain/kernel/decimal.ts";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import { hash32 } from "../../domain/kernel/random.ts";
import type { Bar, BookTop } from "../../domain/market/events.ts";
import type { ApprovedIntent } from "../../domain/order/approved.ts";
import { orderIdOf } from "../../domain/order/order.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import { unsubmitted } from "../../domain/risk/commands.ts";
import { review, type ReviewMarket } from "../../domain/risk/review.ts";
import { commit, type RiskCtx, type RiskDeps } from "./risk-state.ts";

const FOLLOW_UP_MS = 1_000;
const TWO = fromNumber(2);

export async function place(ctx: RiskCtx, deps: RiskDeps, intent: OrderIntent): Promise<Placed> {
  if (!ctx.state.knowsEquity) await learnEquity(ctx);
  const market = await marketOf(ctx, deps, intent);
  // Applied when it is journaled, not before: nothing else is judged while this message is handled.
  const decision = review(ctx.state.book, intent, market);
  if (decision.event) await commit(ctx, [decision.event]);
  if (decision.kind === "refused") return { approved: false, code: decision.code, reason: decision.reason, order: null };
  const reserved = ctx.state.book.reservationOf(intent.intentId);
  const order =
    reserved && !reserved.submitted ? await handOver(ctx, decision.intent, midOf(market)) : await earlierOrder(ctx, intent.intentId);
  return { approved: true, code: null, reason: null, order };
}

/** The loss of the day is judged by it: a desk that has just started, here or after a move, asks before it approves. */
async function learnEquity(ctx: RiskCtx): Promise<void> {
  const equity = await ctx.ask(positionsMessages.equityNow, ctx.id, null);
  if (equity !== null) await onEquity(ctx, equity, ctx.clock.now());
  ctx.state.knowsEquity = true;
}

export async function onEquity(ctx: RiskCtx, equity: string, atMs: number): Promise<void> {
  ctx.state.knowsEquity = true;
  await commit(ctx, ctx.state.book.onEquity(decimal(equity, "equity"), atMs));
}

async function handOver(ctx: RiskCtx, approved: ApprovedIntent, decisionPrice: Decimal | null): Promise<OrderRow> {
  try {
    return await ctx.ask(executionMessages.submit, ctx.id, { intent: { ...approved, decisionPrice }, riskEpoch: ctx.epoch });
  } catch (error) {
    // Submitted or not, the reservation stays until execution has said which.
    followUp(ctx, approved.intentId);
    throw error;
  }
}

/** It was handed over before. Null when it closed so long ago that execution has forgotten it: still not an order to come. */
async function earlierOrder(ctx: RiskCtx, intentId: string): Promise<OrderRow | null> {
  try {
    return await ctx.ask(executionMessages.order, ctx.id, { account: ctx.id, orderId: orderIdOf(intentId, hash32) });
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return isExpected(error) && error.type === "NOT_FOUND";
}

/** Execution takes messages in order: what it says now about the order comes after the submit was handled or refused. */
export function followUp(ctx: RiskCtx, intentId: string): void {
  const asked = ctx.ask(executionMessages.order, ctx.id, { account: ctx.id, orderId: orderIdOf(intentId, hash32) });
  ctx.pipe(asked, riskMessages.followedUp, (outcome) => {
    if ("value" in outcome) return { intentId, state: "journaled" };
    return { intentId, state: isNotFound(outcome.error) ? "absent" : "unclear" };
  });
}

export async function onFollowedUp(ctx: RiskCtx, intentId: string, state: "journaled" | "absent" | "unclear"): Promise<void> {
  if (state === "unclear") return void ctx.after(FOLLOW_UP_MS, riskMessages.followUp, { intentId });
  if (state === "journaled") return;
  const releases = unsubmitted(ctx.state.book, new Set(), ctx.clock.now());
  await commit(
    ctx,
    releases.filter((release) => release.intentId === intentId),
  );
}

/** Whether the symbol was not watched yet. */
export function watch(ctx: RiskCtx, venue: string, symbol: string): boolean {
  const { watched } = ctx.state;
  const market = marketKey(venue, symbol);
  if (watched.has(market)) return false;
  watched.add(market);
  ctx.subscribe(subjects.top(venue, symbol), riskMessages.top, { conflate: true });
  ctx.subscribe(subjects.mark(venue, symbol), riskMessages.bar, { conflate: true });
  return true;
}

/** A bar's close is the newest price until the next bar is due: only from then on does it age. */
function validUntilMs({ openTimeMs, intervalMs }: Bar, nowMs: number): number {
  const closedMs = openTimeMs + intervalMs;
  return Math.max(closedMs, Math.min(nowMs, closedMs + intervalMs));
}

/** Watches a symbol from its first intent on; the first look asks the book itself. */
async function marketOf(ctx: RiskCtx, deps: RiskDeps, { venue, symbol }: OrderIntent): Promise<ReviewMarket> {
  const market = marketKey(venue, symbol);
  const { instruments, tops, bars } = ctx.state;
  const instrument = instruments.get(market) ?? null;
  if (instrument && watch(ctx, venue, symbol) && deps.hasBooks(venue)) {
    const top = await firstTop(ctx, market);
    if (top && !tops.has(market)) tops.set(market, top);
  }
  const bar = bars.get(market);
  const nowMs = ctx.clock.now();
  return {
    instrument,
    top: tops.get(market) ?? null,
    markPrice: bar ? fromNumber(bar.close, "close") : null,
    markAtMs: bar ? validUntilMs(bar, nowMs) : null,
    nowMs,
  };
}

/** Null while the book cannot be asked (it is being moved): without a price the review refuses; the next top is on its way. */
async function firstTop(ctx: RiskCtx, market: string): Promise<BookTop | null> {
  try {
    return await ctx.ask(bookMessages.topNow, market, {});
  } catch (error) {
    if (!isExpected(error)) throw error;
    ctx.announce("warn", `no book of ${market} to look at: ${messageOf(error)}`, "BOOK_UNREACHABLE");
    return null;
  }
}

function midOf({ instrument, top, markPrice }: ReviewMarket): Decimal | null {
  if (!instrument || !top || top.bidPrice === 0 || top.askPrice === 0) return markPrice;
  return div(fromUnits(top.bidPrice + top.askPrice, instrument.priceDecimals), TWO);
}
