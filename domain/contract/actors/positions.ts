/** Messages of the positions of one account, and the notices it lives on. */
import { z } from "zod";
import type { Bar, BookTop } from "../../market/events.ts";
import type { OrderEvent } from "../../order/events.ts";
import type { Order } from "../../order/order.ts";
import { idText, symbolText, venueText } from "../fields.ts";
import { exposed, internal } from "../message.ts";
import type { EquityPoint, PortfolioPnl, PositionRow, StrategyPerformance } from "../views.ts";
import { ofAccount } from "./keys.ts";

/** An order event with its place in the account's execution stream. */
export interface OrderNotice {
  readonly version: number;
  readonly event: OrderEvent;
  /** The order after the event. */
  readonly order: Order;
}

/** Where the account's execution stream stands: whoever follows it reads in the journal what it has not heard. */
export interface StreamPosition {
  readonly version: number;
}

export interface PositionOf {
  /** Version of the execution stream this includes. */
  readonly version: number;
  /** Signed decimals as text. */
  readonly quantity: string;
  readonly averagePrice: string | null;
  /** Of the account; null while something held has no price. */
  readonly equity: string | null;
}

export const positionsMessages = {
  rows: exposed<{ account: string; strategyId?: string | undefined }, PositionRow[]>(
    "positions",
    "rows",
    ofAccount.extend({ strategyId: idText.optional() }),
  ),
  net: exposed<{ account: string; venue: string; symbol: string }, { net: PositionRow; byStrategy: PositionRow[] }>(
    "positions",
    "net",
    ofAccount.extend({ venue: venueText, symbol: symbolText }),
  ),
  portfolio: exposed<{ account: string }, PortfolioPnl>("positions", "portfolio", ofAccount),
  equityCurve: exposed<{ account: string; fromMs?: number | undefined; points: number }, EquityPoint[]>(
    "positions",
    "equityCurve",
    ofAccount.extend({ fromMs: z.number().optional(), points: z.number().int().min(2).max(1_000).default(500) }),
  ),
  performance: exposed<{ account: string; strategyId: string }, StrategyPerformance>(
    "positions",
    "performance",
    ofAccount.extend({ strategyId: idText }),
  ),
  /** Includes the execution stream at least up to `version`, read from the journal if need be. */
  of: internal<{ strategyId: string; venue: string; symbol: string; version: number }, PositionOf>("positions", "of"),
  orderEvent: internal<Omit<OrderNotice, "order">>("positions", "orderEvent"),
  follow: internal<StreamPosition>("positions", "follow"),
  /** Decimal as text; null while a position has no price. */
  equityNow: internal<null, string | null>("positions", "equityNow"),
  top: internal<BookTop>("positions", "top", "market"),
  bar: internal<Bar>("positions", "bar", "market"),
  tick: internal<null>("positions", "tick"),
} as const;
