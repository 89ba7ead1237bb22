/**
 * The three books that must tell one story, read from the journal: the venue's ledger (the truth about our account), our
 * execution stream, and the fills as positions booked them. Owns folding and comparing; an empty list means they agree.
 *
 * The ledger is folded by a plain fold of its own here, not by the program's, so that one mistake cannot hide another.
 */
import type { Journal, StoredEvent } from "../../domain/journal/journal.ts";
import { type Decimal, add, decimal, format, ZERO } from "../../domain/kernel/decimal.ts";
import { decodeOrderEvent } from "../../domain/order/codec.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { applyOrderEvent, type Order } from "../../domain/order/order.ts";
import { isOpen } from "../../domain/order/transitions.ts";
import type { Fill } from "../../domain/order/types.ts";
import { applyFill, FLAT, type Position } from "../../domain/position/position.ts";
import { symbolAssets } from "../../domain/position/symbol-assets.ts";
import type { LedgerEvent } from "../../domain/simulation/ledger-events.ts";

type VenueStatus = "open" | "filled" | "canceled" | "expired" | "rejected";

interface AtVenue {
  readonly symbol: string;
  readonly quantity: Decimal;
  status: VenueStatus;
  filled: Decimal;
  readonly trades: Set<string>;
}

type Filled = Extract<OrderEvent, { type: "OrderFilled" }>;

export interface Books {
  readonly venue: ReadonlyMap<string, AtVenue>;
  /** The venue's fills by symbol and trade id, in the order they happened. */
  readonly venueFills: ReadonlyMap<string, Fill & { readonly clientOrderId: string }>;
  readonly orders: ReadonlyMap<string, Order>;
  /** Our fills in the order they were journaled. */
  readonly fills: readonly Filled[];
  /** FillBooked events of positions. */
  readonly booked: readonly { readonly key: string; readonly owner: string; readonly realisedPnl: Decimal }[];
  /** What cannot be right whatever happened: an order twice, a fill twice. */
  readonly faults: readonly string[];
}

const ACCOUNT = "sim:main";

/** The books as of one moment: streams are read one after another, and cut at one position of the commit order. */
export async function readBooks(journal: Journal): Promise<Books> {
  const faults: string[] = [];
  const [newest] = await journal.query({ limit: 1 });
  const cut = newest?.position ?? 0n;
  const { venue, venueFills } = foldVenue(await ledger(journal, cut), faults);
  const orders = new Map<string, Order>();
  const fills: Filled[] = [];
  const seen = new Set<string>();
  for await (const stored of upTo(journal, `execution/${ACCOUNT}`, cut)) {
    const event = decodeOrderEvent(stored);
    if (event.type === "OrderSubmitted" && orders.has(event.orderId)) {
      faults.push(`${event.orderId} was submitted twice`);
      continue;
    }
    orders.set(event.orderId, applyOrderEvent(orders.get(event.orderId) ?? null, event));
    if (event.type !== "OrderFilled") continue;
    const key = `${event.symbol}|${event.fill.tradeId}`;
    if (seen.has(key)) faults.push(`fill ${key} is journaled twice`);
    seen.add(key);
    fills.push(event);
  }
  return { venue, venueFills, orders, fills, booked: await bookedFills(journal, cut), faults };
}

async function* upTo(journal: Journal, stream: string, cut: bigint): AsyncGenerator<StoredEvent> {
  for await (const stored of journal.read(stream, 0)) {
    if (stored.position > cut) return;
    yield stored;
  }
}

async function ledger(journal: Journal, cut: bigint): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for await (const stored of upTo(journal, "venue/sim", cut)) events.push(stored.data["event"] as LedgerEvent);
  return events;
}

function foldVenue(events: readonly LedgerEvent[], faults: string[]) {
  const venue = new Map<string, AtVenue>();
  const venueFills = new Map<string, Fill & { clientOrderId: string }>();
  events.forEach((event, index) => {
    if (event.seq !== index + 1) faults.push(`the ledger's event ${index + 1} has seq ${event.seq}`);
    if (event.type === "accepted" || event.type === "rejected") {
      if (venue.has(event.clientOrderId)) faults.push(`${event.clientOrderId} came to the venue twice`);
      const quantity = event.type === "accepted" ? decimal(event.quantity) : ZERO;
      venue.set(event.clientOrderId, {
        symbol: event.symbol,
        quantity,
        status: event.type === "accepted" ? "open" : "rejected",
        filled: ZERO,
        trades: new Set(),
      });
    } else if (event.type === "fill") {
      const order = venue.get(event.clientOrderId)!;
      const { tradeId, price, quantity, fee, feeAsset, liquidity, atMs, clientOrderId } = event;
      order.filled = add(order.filled, decimal(quantity));
      order.trades.add(tradeId);
      if (order.filled === order.quantity) order.status = "filled";
      const key = `${order.symbol}|${tradeId}`;
      if (venueFills.has(key)) faults.push(`the venue's trade ${key} is there twice`);
      venueFills.set(key, {
        tradeId,
        price: decimal(price),
        quantity: decimal(quantity),
        fee: decimal(fee),
        feeAsset,
        liquidity,
        venueTimeMs: atMs,
        clientOrderId,
      });
    } else if (event.type === "closed") venue.get(event.clientOrderId)!.status = event.status;
  });
  return { venue, venueFills };
}

async function bookedFills(journal: Journal, cut: bigint): Promise<Books["booked"]> {
  const booked: { key: string; owner: string; realisedPnl: Decimal }[] = [];
  for await (const { type, data } of upTo(journal, `positions/${ACCOUNT}`, cut)) {
    if (type !== "FillBooked") continue;
    const [symbol, tradeId] = [String(data["symbol"]), String(data["tradeId"])];
    booked.push({
      key: `${symbol}|${tradeId}`,
      owner: `${String(data["strategyId"])} ${symbol}`,
      realisedPnl: decimal(String(data["realisedPnl"])),
    });
  }
  return booked;
}

function classOf(order: Order): VenueStatus | "unknown" {
  if (order.status === "Unknown" || order.status === "Pending") return "unknown";
  if (order.status === "CancelPending" && order.venueOrderId === null) return "unknown";
  if (isOpen(order.status)) return "open";
  return order.status.toLowerCase() as VenueStatus;
}

/**
 * What must hold at any moment, also in the middle of a crash: we are never ahead of the venue, and the venue knows no
 * order that we did not journal first.
 */
export function brokenAtAnyMoment({ venue, orders, venueFills, fills, booked, faults }: Books): string[] {
  const broken = [...faults];
  for (const id of venue.keys()) if (!orders.has(id)) broken.push(`the venue has ${id}, which was never journaled`);
  for (const { orderId, symbol, fill } of fills) {
    const there = venueFills.get(`${symbol}|${fill.tradeId}`);
    if (there?.clientOrderId !== orderId) broken.push(`fill ${symbol}|${fill.tradeId} of ${orderId} is not the venue's`);
    else if (there.price !== fill.price || there.quantity !== fill.quantity || there.fee !== fill.fee)
      broken.push(`fill ${symbol}|${fill.tradeId} differs from the venue's`);
  }
  for (const [id, order] of orders) {
    const there = venue.get(id);
    const status = classOf(order);
    if (!there) {
      if (status === "open" || status === "filled" || order.filledQuantity > ZERO)
        broken.push(`${id} is ${order.status}, the venue never saw it`);
    } else if (status !== "unknown" && status !== "open" && status !== there.status)
      broken.push(`${id} is ${order.status}, at the venue ${there.status}`);
  }
  const bookedKeys = booked.map(({ key }) => key);
  if (new Set(bookedKeys).size !== bookedKeys.length) broken.push("a fill was booked twice");
  fills.slice(0, booked.length).forEach(({ symbol, fill }, index) => {
    if (bookedKeys[index] !== `${symbol}|${fill.tradeId}`)
      broken.push(`booked fill ${index} is ${bookedKeys[index]}, journaled was ${symbol}|${fill.tradeId}`);
  });
  return broken;
}

/** What recovery must have put right when the program says it is ready, for what happened before the crash. */
export function brokenAfterRecovery(before: Books, after: Books): string[] {
  const broken = brokenAtAnyMoment(after);
  for (const [id, there] of before.venue) {
    const order = after.orders.get(id)!;
    for (const trade of there.trades) if (!order.tradeIds.has(trade)) broken.push(`${id} lacks the venue's trade ${trade} after recovery`);
    if (there.status !== "open" && classOf(order) !== there.status)
      broken.push(`${id} is ${order.status} after recovery, at the venue ${there.status}`);
    if (there.status === "open" && classOf(order) === "unknown")
      broken.push(`${id} is ${order.status} after recovery, the venue has it open`);
  }
  for (const [id, order] of before.orders) {
    if (before.venue.has(id) || classOf(order) === "rejected") continue;
    const now = after.orders.get(id)!;
    if (after.venue.has(id)) broken.push(`${id} was sent again after the crash`);
    if (now.status !== "Unknown" && now.status !== "Rejected") broken.push(`${id} never reached the venue and is ${now.status}`);
  }
  return broken;
}

/** What must hold once nothing moves any more: the books are equal. */
export function brokenAtRest(books: Books): string[] {
  const broken = brokenAtAnyMoment(books);
  const { venue, orders, venueFills, fills, booked } = books;
  if (fills.length !== venueFills.size) broken.push(`${fills.length} fills journaled, the venue has ${venueFills.size}`);
  if (booked.length !== fills.length) broken.push(`${booked.length} fills booked, ${fills.length} journaled`);
  for (const [id, order] of orders) {
    const there = venue.get(id);
    if (there) {
      if (classOf(order) !== there.status || order.filledQuantity !== there.filled) {
        broken.push(`${id} is ${order.status} ${format(order.filledQuantity)}, at the venue ${there.status} ${format(there.filled)}`);
      }
    } else if (order.status !== "Rejected") broken.push(`${id} is ${order.status}, the venue never saw it`);
  }
  return broken;
}

/** Each owner's position, from the venue's fills alone, in the order in which they happened there. */
export function positionsAtVenue({ venueFills, orders }: Books): ReadonlyMap<string, Position> {
  const positions = new Map<string, Position>();
  for (const fill of venueFills.values()) {
    const { strategyId, symbol, side } = orders.get(fill.clientOrderId)!.intent;
    const owner = `${strategyId} ${symbol}`;
    positions.set(owner, applyFill(positions.get(owner) ?? FLAT, side, fill, symbolAssets(symbol)).position);
  }
  return positions;
}

export function openOrders({ orders }: Books): Order[] {
  return Array.from(orders.values()).filter(({ status }) => isOpen(status));
}
