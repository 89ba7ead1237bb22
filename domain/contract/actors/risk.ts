/** Messages of the risk desk of one account. */
import { z } from "zod";
import type { Bar, BookTop } from "../../market/events.ts";
import type { OrderIntent } from "../../order/types.ts";
import { whyText } from "../fields.ts";
import { exposed, internal } from "../message.ts";
import type { TradingSwitch } from "../stream.ts";
import { type OrderRow, type RiskLimitsView, type RiskView, riskLimits, tradingState } from "../views.ts";
import { ofAccount, type Outcome } from "./keys.ts";
import type { OrderNotice, StreamPosition } from "./positions.ts";

/** What became of an intent. */
export interface Placed {
  readonly approved: boolean;
  readonly code: string | null;
  readonly reason: string | null;
  readonly order: OrderRow | null;
}

export const riskMessages = {
  view: exposed<{ account: string }, RiskView>("risk", "view", ofAccount),
  changeLimits: exposed<{ account: string; limits: Partial<RiskLimitsView>; by: string; reason: string }, RiskView>(
    "risk",
    "changeLimits",
    ofAccount.extend({ limits: riskLimits.partial(), by: z.string(), reason: whyText }),
  ),
  setTrading: exposed<{ account: string; state: TradingSwitch["state"]; by: string; reason: string }, RiskView>(
    "risk",
    "setTrading",
    ofAccount.extend({ state: tradingState, by: z.string(), reason: whyText }),
  ),
  trading: exposed<{ account: string }, TradingSwitch>("risk", "trading", ofAccount),
  /**
   * Reviews, reserves, and hands an approved intent to execution; answers when the order is journaled and handed over.
   * The same intent again gets the same answer and no second order: whoever missed the answer asks again.
   */
  place: internal<OrderIntent, Placed>("risk", "place"),
  /** An approved order did not reach execution in time: what became of it? */
  followUp: internal<{ readonly intentId: string }>("risk", "followUp"),
  followedUp: internal<{ readonly intentId: string; readonly state: "journaled" | "absent" | "unclear" }>("risk", "followedUp"),
  orderEvent: internal<Omit<OrderNotice, "order">>("risk", "orderEvent"),
  follow: internal<StreamPosition>("risk", "follow"),
  /** At a start: what the last desk left half-way is finished, its reservations first. */
  settle: internal<null>("risk", "settle"),
  fenced: internal<Outcome<StreamPosition>>("risk", "fenced"),
  /** While halted: has execution cancel what is open, until it was done. */
  settleHalt: internal<null>("risk", "settleHalt"),
  haltSettled: internal<Outcome<{ requested: number; unknown: number }>>("risk", "haltSettled"),
  equity: internal<{ equity: string; dayStartEquity: string; atMs: number }>("risk", "equity"),
  top: internal<BookTop>("risk", "top", "market"),
  bar: internal<Bar>("risk", "bar", "market"),
} as const;
