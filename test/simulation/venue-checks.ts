/** What must be true after a run between what we believe and what the venue holds, once nothing is under way. */
import { executionMessages, positionsMessages } from "../../domain/contract/actors.ts";
import type { StoredEvent } from "../../domain/journal/journal.ts";
import { type Decimal, decimal, format, ZERO } from "../../domain/kernel/decimal.ts";
import { decodeOrderEvent } from "../../domain/order/codec.ts";
import type { Order } from "../../domain/order/order.ts";
import { OrderRegistry } from "../../domain/order/order-registry.ts";
import type { OrderStatus, VenueOrder } from "../../domain/order/types.ts";
import type { SimVenue } from "../../venues/sim/sim-venue.ts";
import { holdingsOf } from "./journal-checks.ts";
import { ACCOUNT, type TradingLife } from "./trading-life.ts";

/** What our order may be when the venue's is this. */
const FATES: Readonly<Record<VenueOrder["status"], readonly OrderStatus[]>> = {
  open: [],
  filled: ["Filled"],
  canceled: ["Canceled"],
  expired: ["Expired"],
  rejected: ["Rejected"],
};

export function ordersOf(events: readonly StoredEvent[]): { registry: OrderRegistry; orders: Order[] } {
  const registry = new OrderRegistry();
  const ids = new Set<string>();
  for (const event of events) {
    if (event.stream !== `execution/${ACCOUNT}`) continue;
    ids.add(registry.apply(decodeOrderEvent(event)).orderId);
  }
  return { registry, orders: [...ids].flatMap((id) => registry.get(id) ?? []) };
}

/** Every order and every fill of the venue is ours, once, and nothing of ours is not the venue's. */
export function checkOrders(orders: readonly Order[], venueOrders: readonly VenueOrder[]): string[] {
  const wrong: string[] = [];
  const ours = new Map(orders.map((order) => [order.orderId, order]));
  for (const theirs of venueOrders) {
    const order = ours.get(theirs.clientOrderId);
    ours.delete(theirs.clientOrderId);
    const name = `order ${theirs.clientOrderId}`;
    if (!order) {
      wrong.push(`${name} is at the venue and not in our journal`);
      continue;
    }
    if (!FATES[theirs.status].includes(order.status)) wrong.push(`${name} is ${order.status} here, ${theirs.status} at the venue`);
    const trades = theirs.fills
      .map(({ tradeId }) => tradeId)
      .sort()
      .join(" ");
    const known = [...order.tradeIds].sort().join(" ");
    if (trades !== known) wrong.push(`${name} has the trades [${known}] here, [${trades}] at the venue`);
    if (order.filledQuantity !== theirs.filledQuantity) {
      wrong.push(`${name} has filled ${format(order.filledQuantity)} here, ${format(theirs.filledQuantity)} at the venue`);
    }
  }
  for (const order of ours.values()) {
    if (order.status !== "Rejected" || order.filledQuantity !== ZERO)
      wrong.push(`order ${order.orderId} is ${order.status} here, unknown to the venue`);
  }
  return wrong;
}

export async function checkAccount(trading: TradingLife, venue: SimVenue, events: readonly StoredEvent[]): Promise<string[]> {
  const { quantities, fees, repeated } = holdingsOf(events);
  const wrong = [...repeated];
  const expect = (what: string, got: Decimal, truth: Decimal): void => {
    if (got !== truth) wrong.push(`${what} is ${format(got)}, not ${format(truth)}`);
  };
  const { host } = trading.floor;
  const rows = await host.ask(positionsMessages.rows, ACCOUNT, { account: ACCOUNT });
  const shown = new Map(rows.map((row) => [`${row.strategyId} ${row.symbol}`, decimal(row.quantity)]));
  for (const [key, quantity] of quantities) if (key.includes(" ")) expect(`the position ${key}`, shown.get(key) ?? ZERO, quantity);
  for (const key of shown.keys()) if (!quantities.has(key)) wrong.push(`the position ${key} has no fills`);
  const portfolio = await host.ask(positionsMessages.portfolio, ACCOUNT, { account: ACCOUNT });
  expect("the sum of fees", decimal(portfolio.feesPaid), fees);

  const balances = await venue.balances();
  const perpetuals = await venue.positions();
  for (const [symbol, quantity] of quantities) {
    if (symbol.includes(" ")) continue;
    const atVenue = symbol.includes(":") ? perpetuals[symbol]?.quantity : balances[symbol.split("/")[0]!]?.total;
    expect(`${symbol} at the venue`, atVenue ?? ZERO, quantity);
  }
  return wrong;
}

/** The living execution actor says what the journal says. */
export async function checkExecution(trading: TradingLife, orders: readonly Order[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const order of orders) {
    const row = await trading.floor.host.ask(executionMessages.order, ACCOUNT, { account: ACCOUNT, orderId: order.orderId });
    if (row.status !== order.status || row.filledQuantity !== format(order.filledQuantity)) {
      const shown = `${row.status} ${row.filledQuantity}`;
      wrong.push(`execution shows ${order.orderId} as ${shown}, its journal ${order.status} ${format(order.filledQuantity)}`);
    }
  }
  return wrong;
}
