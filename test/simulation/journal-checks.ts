/**
 * What must be true of the whole record after a run, whatever happened in it. Each check folds the journal by itself,
 * in commit order, with no code of the actors that wrote it, and answers with what is wrong in words.
 */
import { createHash } from "node:crypto";
import type { Journal, StoredEvent } from "../../domain/journal/journal.ts";
import { type Decimal, decimal, format, mul, UNIT, ZERO } from "../../domain/kernel/decimal.ts";
import { decodeOrderEvent } from "../../domain/order/codec.ts";
import { PAPER_LIMITS } from "../../domain/risk/limits.ts";
import { ACCOUNT } from "./trading-life.ts";

/** Every event of the journal in commit order. */
export async function everything(journal: Journal): Promise<StoredEvent[]> {
  const newestFirst: StoredEvent[] = [];
  for (;;) {
    const last = newestFirst.at(-1);
    const page = await journal.query(last ? { before: last.position, limit: 1_000 } : { limit: 1_000 });
    if (page.length === 0) return newestFirst.reverse();
    newestFirst.push(...page);
  }
}

/** Of everything the journal holds, nothing left out. */
export function digestOf(events: readonly StoredEvent[]): string {
  const hash = createHash("sha256");
  for (const { position, epoch, ...rest } of events)
    hash.update(JSON.stringify({ ...rest, position: String(position), epoch: String(epoch) }));
  return hash.digest("hex");
}

/** No order is journaled without an approval that still holds, none while trading is halted, no intent id is used twice. */
export function checkApprovals(events: readonly StoredEvent[]): string[] {
  const wrong: string[] = [];
  const approved = new Set<string>();
  const submitted = new Set<string>();
  let halted = false;
  for (const event of events) {
    if (event.stream === `risk/${ACCOUNT}`) {
      if (event.type === "TradingStateChanged") halted = event.data.to === "halted";
      if (event.type === "IntentApproved") {
        if (halted) wrong.push(`intent ${event.correlationId} was approved while trading was halted`);
        approved.add(event.correlationId!);
      }
      if (event.type === "ReservationReleased") approved.delete(String(event.data.intentId));
      // Nobody here sends a faulty intent: it is an id that was used for another order before.
      if (event.type === "IntentRefused" && event.data.code === "BAD_INTENT")
        wrong.push(`intent ${event.correlationId}: ${String(event.data.reason)}`);
    }
    if (event.type !== "OrderSubmitted") continue;
    const { intentId, orderId } = decodeOrderEvent(event);
    if (!approved.has(intentId)) wrong.push(`order ${orderId} was submitted without a reservation`);
    if (submitted.has(orderId)) wrong.push(`order ${orderId} was submitted twice`);
    if (halted) wrong.push(`order ${orderId} was submitted while trading was halted`);
    submitted.add(orderId);
  }
  return wrong;
}

/** Longest outage, downtime and pause between look-ups, with room: a fill that is learnt later was only found by accident. */
const LEARNT_WITHIN_MS = 20_000;

/** Fills reach the journal soon after they happened, also those whose report was lost. */
export function checkPromptness(events: readonly StoredEvent[]): string[] {
  return events.flatMap((stored) => {
    const event = stored.type === "OrderFilled" ? decodeOrderEvent(stored) : null;
    if (event?.type !== "OrderFilled") return [];
    const lateMs = event.atMs - event.fill.venueTimeMs;
    return lateMs <= LEARNT_WITHIN_MS ? [] : [`fill ${event.fill.tradeId} of ${event.orderId} was learnt ${lateMs} ms late`];
  });
}

interface Owner {
  held: bigint;
  mark: Decimal;
  readonly working: Map<string, { readonly side: "buy" | "sell"; left: bigint; readonly price: Decimal }>;
}

/** Of prices that moved between two reviews; reports that are under way when risk decides only make it stricter. */
const TOLERANCE_BPS = 200n;

/** At each approval that may grow a position: the order, the owner's worst case and the account's gross are within limits. */
export function checkExposure(events: readonly StoredEvent[]): string[] {
  const wrong: string[] = [];
  const owners = new Map<string, Owner>();
  let limits: Record<string, unknown> = { ...PAPER_LIMITS };
  const limit = (name: string): Decimal => (typeof limits[name] === "bigint" ? (limits[name] as Decimal) : decimal(String(limits[name])));
  const ownerOf = (strategyId: string, symbol: string): Owner => {
    const key = `${strategyId} ${symbol}`;
    const owner = owners.get(key) ?? { held: 0n, mark: ZERO, working: new Map() };
    owners.set(key, owner);
    return owner;
  };
  for (const event of events) {
    if (event.type === "LimitsChanged") limits = event.data.limits as Record<string, unknown>;
    if (event.type === "IntentApproved") {
      const intent = event.data.intent as Record<string, string>;
      const side = intent.side as "buy" | "sell";
      const quantity = decimal(intent.quantity!);
      const price = decimal(String(event.data.reservePrice));
      const owner = ownerOf(intent.strategyId!, intent.symbol!);
      owner.mark = decimal(String(event.data.markPrice));
      const before = owner.held;
      const sameSide = [...owner.working.values()].filter((order) => order.side === side).reduce((sum, { left }) => sum + left, 0n);
      const shrinks = side === "sell" ? before - sameSide >= quantity : -before - sameSide >= quantity;
      owner.working.set(intent.intentId!, { side, left: quantity, price });
      if (shrinks) continue;
      const check = (what: string, got: bigint, name: string): void => {
        const most = limit(name) * (10_000n + TOLERANCE_BPS);
        if ((got / UNIT) * 10_000n > most)
          wrong.push(`${what} after ${intent.intentId} is ${format((got / UNIT) as Decimal)}, ${name} is ${format(limit(name))}`);
      };
      check("the order", quantity * price, "maxOrderNotional");
      check("the position's worst case", worst(owner), "maxPositionNotional");
      check(
        "the account's worst case",
        [...owners.values()].reduce((sum, other) => sum + worst(other), 0n),
        "maxGrossNotional",
      );
    }
    if (event.type === "ReservationReleased") for (const owner of owners.values()) owner.working.delete(String(event.data.intentId));
    if (event.stream === `execution/${ACCOUNT}`) followOrder(event, ownerOf);
  }
  return wrong;
}

function followOrder(stored: StoredEvent, ownerOf: (strategyId: string, symbol: string) => Owner): void {
  const event = decodeOrderEvent(stored);
  const owner = ownerOf(event.strategyId, event.symbol);
  if (event.type === "OrderFilled") {
    owner.held += event.side === "buy" ? event.fill.quantity : -event.fill.quantity;
    const order = owner.working.get(event.intentId);
    if (order) order.left -= event.fill.quantity;
    if (order && order.left <= 0n) owner.working.delete(event.intentId);
  }
  if (event.type === "OrderRejected" || event.type === "OrderCanceled" || event.type === "OrderExpired")
    owner.working.delete(event.intentId);
}

function worst({ held, mark, working }: Owner): bigint {
  let long = held * mark;
  let short = -held * mark;
  for (const { side, left, price } of working.values()) {
    if (side === "buy") long += left * price;
    else short += left * price;
  }
  return long > short ? (long > 0n ? long : 0n) : short > 0n ? short : 0n;
}

/** Quantities and fees by owner and symbol, and by symbol: a plain sum of the fills journaled, each trade once. */
export interface Holdings {
  readonly quantities: ReadonlyMap<string, Decimal>;
  readonly fees: Decimal;
  readonly cash: Decimal;
  readonly repeated: readonly string[];
}

export function holdingsOf(events: readonly StoredEvent[]): Holdings {
  const quantities = new Map<string, Decimal>();
  const trades = new Set<string>();
  const repeated: string[] = [];
  let fees = 0n;
  let cash = 0n;
  for (const stored of events) {
    if (stored.type !== "OrderFilled") continue;
    const event = decodeOrderEvent(stored);
    if (event.type !== "OrderFilled") continue;
    const { fill, symbol, strategyId, side } = event;
    const trade = `${event.orderId} ${fill.tradeId}`;
    if (trades.has(trade)) repeated.push(`fill ${trade} is journaled twice`);
    trades.add(trade);
    const signed = side === "buy" ? fill.quantity : -fill.quantity;
    for (const key of [`${strategyId} ${symbol}`, symbol]) quantities.set(key, ((quantities.get(key) ?? 0n) + signed) as Decimal);
    fees += fill.fee;
    if (!symbol.includes(":")) cash -= side === "buy" ? mul(fill.price, fill.quantity) : -mul(fill.price, fill.quantity);
  }
  return { quantities, fees: fees as Decimal, cash: cash as Decimal, repeated };
}
