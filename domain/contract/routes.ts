/**
 * The REST routes as values: method, path, permission, the action that answers, and the schemas of what goes in and
 * out. The gateway's aliases, the OpenAPI document and the permission checks are all made from this table, so none of
 * them can disagree. Paths are relative to `/api/v1`; `{name}` in a path is a parameter of the action.
 */
import { z } from "zod";
import { decimalText, idText, intervalText, pageCursor, pageLimit, pageOf, positiveDecimalText, symbolText, venueText, whyText } from "./fields.ts";
import * as view from "./views.ts";

export type Permission =
  | "open"
  | "session"
  | "strategy:read"
  | "strategy:write"
  | "order:read"
  | "order:create"
  | "position:read"
  | "risk:read"
  | "risk:write"
  | "market:read"
  | "system:read";

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** Moleculer action that answers, e.g. `strategies.list`. */
  readonly action: string;
  readonly permission: Permission;
  readonly summary: string;
  /** Path, query and body parameters together; unknown keys are refused. */
  readonly params: z.ZodObject;
  readonly result: z.ZodType;
  readonly status: 200 | 201 | 202;
}

const nothing = z.strictObject({});
const page = { limit: pageLimit, before: pageCursor };
const venue = venueText.optional().meta({ description: "Venue; may be left out while there is only one" });
const strategyId = z.strictObject({ id: idText });
const ok = z.object({ ok: z.literal(true) });

export const tokens = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  tokenType: z.literal("Bearer"),
  expiresInSeconds: z.number().int(),
  user: z.object({ name: z.string(), role: z.string(), permissions: z.array(z.string()) }),
});

export const health = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  version: z.string(),
  mode: z.string(),
  desk: z.string(),
  upMs: z.number(),
  trading: view.tradingState,
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});

const orderBody = z.strictObject({
  symbol: symbolText,
  venue,
  side: view.side,
  type: z.enum(["market", "limit"]),
  quantity: positiveDecimalText,
  price: positiveDecimalText.optional().meta({ description: "Limit price; required for limit orders" }),
  timeInForce: z.enum(["GTC", "IOC"]).optional().meta({ description: "Default GTC for limit, IOC for market" }),
  postOnly: z.boolean().optional(),
  reduceOnly: z.boolean().optional(),
  strategyId: idText.optional().meta({ description: "Owner of the position; default `manual`" }),
  why: whyText.optional(),
  idempotencyKey: idText.optional().meta({ description: "Also accepted as header Idempotency-Key: a repeat returns the first order" }),
});

const strategyBody = z.strictObject({
  id: idText,
  strategy: z.string().min(1).max(64).meta({ description: "Name of a definition, see GET strategies/definitions" }),
  venue,
  symbol: symbolText,
  params: view.paramValues.default({}),
  start: z.boolean().default(false),
});

function route(method: Route["method"], path: string, action: string, permission: Permission, summary: string, params: z.ZodObject, result: z.ZodType, status: Route["status"] = 200): Route {
  return { method, path, action, permission, summary, params, result, status };
}

export const routes: readonly Route[] = [
  route("POST", "auth/login", "auth.login", "open", "Name and password for tokens", z.strictObject({ name: z.string().min(1).max(64), password: z.string().min(1).max(256) }), tokens),
  route("POST", "auth/refresh", "auth.refresh", "open", "A new token pair; the old refresh token ends (body, or the cookie of the login)", z.strictObject({ refreshToken: z.string().max(512).optional() }), tokens),
  route("POST", "auth/logout", "auth.logout", "session", "Ends the login's refresh tokens", z.strictObject({ refreshToken: z.string().max(512).optional() }), ok),
  route("GET", "auth/validate", "auth.validate", "session", "Who the token belongs to", nothing, z.object({ name: z.string(), role: z.string(), permissions: z.array(z.string()) })),
  route("GET", "health", "floor.health", "open", "Is the floor fit to trade", nothing, health),

  route("GET", "strategies/definitions", "strategies.definitions", "strategy:read", "What can be started", nothing, z.object({ items: z.array(view.strategyDefinition) })),
  route("GET", "strategies", "strategies.list", "strategy:read", "Every strategy instance", nothing, z.object({ items: z.array(view.strategyRow) })),
  route("POST", "strategies", "strategies.create", "strategy:write", "A new strategy instance", strategyBody, view.strategyDetail, 201),
  route("GET", "strategies/{id}", "strategies.get", "strategy:read", "One instance with its parameters and their history", strategyId, view.strategyDetail),
  route("PUT", "strategies/{id}/parameters", "strategies.parameters", "strategy:write", "A new parameter version; takes effect at once, the position is kept", z.strictObject({ id: idText, params: view.paramValues, note: z.string().max(300).optional(), expectedVersion: z.number().int().optional() }), view.strategyDetail),
  route("GET", "strategies/{id}/signals", "strategies.signals", "strategy:read", "What it decided and what became of it, newest first", z.strictObject({ id: idText, ...page }), pageOf(view.signalRow)),
  route("GET", "strategies/{id}/performance", "strategies.performance", "strategy:read", "Its result from its fills", strategyId, z.object({ strategyId: idText, realisedPnl: decimalText, unrealisedPnl: decimalText, feesPaid: decimalText, netPnl: decimalText, dayPnl: decimalText, fills: z.number().int(), closedTrades: z.number().int(), winRatio: z.number().nullable(), profitFactor: z.number().nullable(), volume: decimalText })),
  route("POST", "strategies/{id}/start", "strategies.start", "strategy:write", "Starts, resumes or restarts it after a failure", strategyId, view.strategyDetail),
  route("POST", "strategies/{id}/stop", "strategies.stop", "strategy:write", "Stops it, cancels its open orders; `close` also closes its position", z.strictObject({ id: idText, close: z.boolean().optional() }), view.strategyDetail),
  route("POST", "strategies/{id}/pause", "strategies.pause", "strategy:write", "It goes on watching but decides nothing", strategyId, view.strategyDetail),

  route("POST", "orders", "orders.create", "order:create", "An order by hand, reviewed by risk like any other", orderBody, view.orderRow, 201),
  route("GET", "orders/active", "orders.active", "order:read", "Open orders, unknown ones included", z.strictObject({ strategyId: idText.optional() }), z.object({ items: z.array(view.orderRow) })),
  route("GET", "orders", "orders.list", "order:read", "All orders, newest first", z.strictObject({ strategyId: idText.optional(), symbol: symbolText.optional(), ...page }), pageOf(view.orderRow)),
  route("GET", "orders/{id}", "orders.get", "order:read", "One order with its fills", z.strictObject({ id: z.string().min(1).max(64) }), view.orderRow.extend({ fills: z.array(view.fillRow) })),
  route("PUT", "orders/{id}/cancel", "orders.cancel", "order:create", "Asks the venue to cancel; the answer shows CancelPending", z.strictObject({ id: z.string().min(1).max(64) }), view.orderRow),
  route("POST", "orders/cancel-all", "orders.cancelAll", "order:create", "Asks the venue to cancel every open order", z.strictObject({ strategyId: idText.optional() }), z.object({ requested: z.number().int() })),
  route("GET", "fills", "orders.fills", "order:read", "Fills, newest first", z.strictObject({ orderId: z.string().max(64).optional(), strategyId: idText.optional(), symbol: symbolText.optional(), fromMs: z.coerce.number().optional(), toMs: z.coerce.number().optional(), ...page }), pageOf(view.fillRow)),

  route("GET", "positions", "positions.list", "position:read", "Positions by owner, marked", z.strictObject({ strategyId: idText.optional() }), z.object({ items: z.array(view.positionRow) })),
  route("GET", "positions/{symbol}", "positions.get", "position:read", "One symbol: netted over owners, and each owner's part", z.strictObject({ symbol: symbolText, venue }), z.object({ net: view.positionRow, byStrategy: z.array(view.positionRow) })),
  route("GET", "portfolio/pnl", "positions.pnl", "position:read", "Equity and P&L of the account", nothing, view.portfolioPnl),
  route("GET", "portfolio/equity", "positions.equity", "position:read", "Equity over time", z.strictObject({ fromMs: z.coerce.number().optional(), points: z.coerce.number().int().min(2).max(1_000).default(500) }), z.object({ items: z.array(view.equityPoint) })),

  route("GET", "risk/limits", "risk.limits", "risk:read", "Limits with their present use", nothing, view.riskView),
  route("PUT", "risk/limits", "risk.setLimits", "risk:write", "Changes the limits given; effective on the next order", z.strictObject({ limits: view.riskLimits.partial(), reason: whyText }), view.riskView),
  route("GET", "risk/violations", "risk.violations", "risk:read", "Refused orders and breaches, newest first", z.strictObject({ strategyId: idText.optional(), ...page }), pageOf(view.violationRow)),
  route("POST", "risk/circuit-breaker", "risk.switch", "risk:write", "The trading switch: active, reducing or halted; halting cancels every open order", z.strictObject({ state: view.tradingState, reason: whyText, confirm: z.string().optional().meta({ description: "Going back to active needs `RESUME <desk>`" }) }), view.riskView),

  route("GET", "market-data/instruments", "market.instruments", "market:read", "What can be traded", z.strictObject({ venue }), z.object({ items: z.array(z.object({ venue: venueText, symbol: z.string(), kind: z.string(), priceDecimals: z.number().int(), quantityDecimals: z.number().int(), tickSize: decimalText, lotSize: decimalText, minNotional: decimalText, makerFeeRate: decimalText, takerFeeRate: decimalText })) })),
  route("GET", "market-data/orderbook/{symbol}", "market.orderbook", "market:read", "Order book", z.strictObject({ symbol: symbolText, venue, depth: z.coerce.number().int().min(1).max(5_000).default(50) }), view.bookView),
  route("GET", "market-data/ohlcv/{symbol}", "market.ohlcv", "market:read", "Bars, oldest first", z.strictObject({ symbol: symbolText, venue, interval: intervalText.default("1m"), limit: z.coerce.number().int().min(1).max(1_000).default(100) }), view.barsView),

  route("GET", "system/actors", "floor.actors", "system:read", "Actors of the mesh", z.strictObject({ kind: z.string().max(32).optional() }), z.object({ items: z.array(view.actorRow) })),
  route("GET", "system/nodes", "floor.nodes", "system:read", "Nodes of the mesh", nothing, z.object({ items: z.array(view.nodeRow) })),
  route("POST", "system/actors/restart", "floor.restart", "risk:write", "Restarts one actor from the journal", z.strictObject({ actorId: z.string().min(3).max(160) }), view.actorRow),
  route("GET", "system/dead-letters", "floor.deadLetters", "system:read", "Messages that could not be delivered", nothing, z.object({ items: z.array(view.deadLetterRow) })),
  route("GET", "system/events", "floor.events", "system:read", "What the floor said lately, newest first", z.strictObject({ limit: pageLimit }), z.object({ items: z.array(view.eventRow) })),
];

