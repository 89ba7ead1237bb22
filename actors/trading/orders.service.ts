/**
 * Orders and fills for the outside. An order by hand takes the same way as a strategy's: review, journal, venue. Lists
 * are read from the journal, newest first; an order's state is the fold of its events.
 */
import type { Context, ServiceSchema } from "moleculer";
import { connectionMessages, executionMessages, riskMessages } from "../../domain/contract/actors.ts";
import { accountOf, type Desk, venueOr } from "../../domain/contract/desk.ts";
import { orderRow } from "../../domain/contract/rows.ts";
import type { FillRow, OrderRow } from "../../domain/contract/views.ts";
import { instrumentMeant } from "../../domain/instrument/instrument.ts";
import type { Journal, StoredEvent } from "../../domain/journal/journal.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import { DstaError, invalid, notFound } from "../../domain/kernel/errors.ts";
import { hash32 } from "../../domain/kernel/random.ts";
import { decodeOrderEvent } from "../../domain/order/codec.ts";
import { applyOrderEvent, type Order, orderIdOf } from "../../domain/order/order.ts";
import type { OrderIntent, OrderType, TimeInForce } from "../../domain/order/types.ts";
import type { ActorHost } from "../../mixins/hosted/host.ts";

export interface OrdersDeps {
  readonly desk: Desk;
  readonly host: ActorHost;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Id of an order by hand that came without an idempotency key. */
  readonly newId: () => string;
}

interface OrderWish {
  readonly symbol: string;
  readonly venue?: string;
  readonly side: "buy" | "sell";
  readonly type: OrderType;
  readonly quantity: string;
  readonly price?: string;
  readonly timeInForce?: TimeInForce;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  readonly strategyId?: string;
  readonly why?: string;
  readonly idempotencyKey?: string;
}

interface Page {
  readonly limit: number;
  readonly before?: string;
}

type Params<P> = Context<P, { user?: { name: string } }>;

export function ordersService(deps: OrdersDeps): ServiceSchema {
  const { desk, host } = deps;
  const account = desk.accounts[0]!;
  const by = (ctx: Params<unknown>): string => ctx.meta.user?.name ?? "operator";

  return {
    name: "orders",
    actions: {
      ...historyActions(deps),
      async create(ctx: Params<OrderWish>): Promise<OrderRow> {
        const intent = await intentOf(deps, ctx.params, by(ctx));
        const earlier = ctx.params.idempotencyKey === undefined ? null : await forgotten(deps, intent);
        if (earlier) return earlier;
        const placed = await host.ask(riskMessages.place, intent.account, intent);
        if (placed.order) return placed.order;
        throw new DstaError(placed.code ?? "REFUSED", placed.reason ?? "refused by risk", {
          code: 422,
          data: { code: placed.code, intentId: intent.intentId },
        });
      },
      active: async (ctx: Params<{ strategyId?: string }>) => ({
        items: await host.ask(executionMessages.open, account, { account, strategyId: ctx.params.strategyId }),
      }),
      async cancel(ctx: Params<{ id: string }>): Promise<OrderRow> {
        const orderId = ctx.params.id;
        return host.ask(executionMessages.cancel, account, { account, orderId, by: by(ctx), reason: `cancelled by ${by(ctx)}` });
      },
      async cancelAll(ctx: Params<{ strategyId?: string }>) {
        const { requested } = await host.ask(executionMessages.cancelAll, account, {
          account,
          strategyId: ctx.params.strategyId,
          by: by(ctx),
          reason: `all cancelled by ${by(ctx)}`,
        });
        return { requested };
      },
    },
  };
}

/** What is read from the journal. */
function historyActions({ desk, host, journal }: OrdersDeps): ServiceSchema["actions"] {
  const account = desk.accounts[0]!;
  const stream = `execution/${account}`;
  return {
    async list(ctx: Params<Page & { strategyId?: string; symbol?: string }>) {
      const { limit, before, strategyId, symbol } = ctx.params;
      const submitted = await journal.query({
        stream,
        types: ["OrderSubmitted"],
        match: matching({ strategyId, symbol }),
        limit,
        ...pageFrom(before),
      });
      const items = await Promise.all(
        submitted.map(
          async (event) =>
            (await recent(host, account, String(event.data.orderId))) ??
            orderRow(await foldOrder(journal, stream, String(event.data.orderId))),
        ),
      );
      return { items, next: nextOf(submitted, limit) };
    },
    async get(ctx: Params<{ id: string }>) {
      const { id } = ctx.params;
      const row = (await recent(host, account, id)) ?? orderRow(await foldOrder(journal, stream, id));
      const fills = await journal.query({ stream: `positions/${account}`, types: ["FillBooked"], match: { orderId: id }, limit: 1_000 });
      return { ...row, fills: fills.map(fillOf).reverse() };
    },
    async fills(ctx: Params<Page & { orderId?: string; strategyId?: string; symbol?: string; fromMs?: number; toMs?: number }>) {
      const { limit, before, fromMs, toMs, orderId, strategyId, symbol } = ctx.params;
      const range = { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };
      const booked = await journal.query({
        stream: `positions/${account}`,
        types: ["FillBooked"],
        match: matching({ orderId, strategyId, symbol }),
        limit,
        ...range,
        ...pageFrom(before),
      });
      return { items: booked.map(fillOf), next: nextOf(booked, limit) };
    },
  };
}

/** @throws {DstaError} VALIDATION_ERROR, NOT_FOUND */
async function intentOf({ desk, host, journal, clock, newId }: OrdersDeps, wish: OrderWish, by: string): Promise<OrderIntent> {
  const venue = venueOr(desk, wish.venue);
  const account = accountOf(desk, venue);
  const { symbol } = instrumentMeant(await host.ask(connectionMessages.instruments, account, {}), venue, wish.symbol);
  if (wish.type === "limit" && wish.price === undefined) throw invalid("price", "a limit price for a limit order");
  if (wish.type === "market" && wish.price !== undefined) throw invalid("price", "no price for a market order", wish.price);
  if (wish.type === "market" && wish.postOnly) throw invalid("postOnly", "false for a market order", true);
  if (wish.type === "market" && wish.timeInForce === "GTC") throw invalid("timeInForce", "IOC for a market order", "GTC");
  if (wish.strategyId !== undefined && wish.strategyId !== "manual") await requireStrategy(journal, wish.strategyId);
  return {
    intentId: `manual.${wish.idempotencyKey ?? newId()}`,
    strategyId: wish.strategyId ?? "manual",
    account,
    venue,
    symbol,
    side: wish.side,
    type: wish.type,
    quantity: decimal(wish.quantity, "quantity"),
    limitPrice: wish.price === undefined ? null : decimal(wish.price, "price"),
    timeInForce: wish.timeInForce ?? (wish.type === "limit" ? "GTC" : "IOC"),
    postOnly: wish.postOnly ?? false,
    reduceOnly: wish.reduceOnly ?? false,
    why: wish.why ?? `by hand, ${by}`,
    decidedAtMs: clock.now(),
  };
}

/** Wherever its actor lives, or whether it does: it was created. */
async function requireStrategy(journal: Journal, id: string): Promise<void> {
  const created = await journal.query({ stream: `strategy/${id}`, types: ["StrategyCreated"], limit: 1 });
  if (created.length === 0) throw notFound("strategy", id);
}

/** The order as execution holds it, or null when it closed long ago. */
async function recent(host: ActorHost, account: string, orderId: string): Promise<OrderRow | null> {
  try {
    return await host.ask(executionMessages.order, account, { account, orderId });
  } catch (error) {
    if (error instanceof DstaError && error.type === "NOT_FOUND") return null;
    throw error;
  }
}

/**
 * The order this intent became so long ago that execution and risk no longer hold it: the journal still knows, and without
 * it a repeated key would trade again.
 * @throws {DstaError} BAD_INTENT when it was another order.
 */
async function forgotten({ host, journal }: OrdersDeps, intent: OrderIntent): Promise<OrderRow | null> {
  const { intentId, account } = intent;
  const orderId = orderIdOf(intentId, hash32);
  if (await recent(host, account, orderId)) return null;
  const stream = `execution/${account}`;
  const [submitted] = await journal.query({ stream, types: ["OrderSubmitted"], match: { orderId }, limit: 1 });
  if (!submitted) return null;
  const order = await foldOrder(journal, stream, orderId);
  const isSame = (["symbol", "side", "type", "quantity", "limitPrice"] as const).every((field) => order.intent[field] === intent[field]);
  if (isSame) return orderRow(order);
  throw new DstaError("BAD_INTENT", `intentId: ${intentId} was decided before, for another order`, {
    code: 422,
    data: { code: "BAD_INTENT", intentId },
  });
}

async function foldOrder(journal: Journal, stream: string, orderId: string): Promise<Order> {
  const events = await journal.query({ stream, match: { orderId }, limit: 1_000 });
  let order: Order | null = null;
  for (const stored of events.toReversed()) order = applyOrderEvent(order, decodeOrderEvent(stored));
  if (!order) throw notFound("order", orderId);
  return order;
}

function fillOf({ data }: StoredEvent): FillRow {
  const { executionVersion: _version, ...row } = data;
  return row as unknown as FillRow;
}

function matching(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function pageFrom(before: string | undefined): { before?: bigint } {
  return before === undefined ? {} : { before: BigInt(before) };
}

function nextOf(events: readonly StoredEvent[], limit: number): string | null {
  return events.length === limit ? String(events.at(-1)!.position) : null;
}
