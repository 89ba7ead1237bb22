/** An order on its way to a simulated venue, or resting there. */
import { type Decimal, toNumber } from "../../kernel/decimal.ts";
import type { Order } from "../../order/order.ts";
import type { OrderIntent } from "../../order/types.ts";
import type { RuledOrder } from "../bar-rules.ts";
import type { Seat } from "./seat.ts";

/** An order at the simulated venue, or on its way there. */
export interface Working {
  readonly seat: Seat;
  readonly intent: OrderIntent;
  /** Null while it waits to be sized. */
  order: Order | null;
  /** What the rules of bars look at. */
  readonly rule: RuledOrder;
  readonly arrivesMs: number;
  readonly decisionPrice: Decimal;
  /** An open has passed it. */
  rests: boolean;
  isOver: boolean;
}

export function newWorking(seat: Seat, intent: OrderIntent, arrivesMs: number, decisionPrice: Decimal): Working {
  const { side, type, timeInForce, postOnly, limitPrice } = intent;
  const rule = { side, type, timeInForce, postOnly, price: limitPrice === null ? 0 : toNumber(limitPrice) };
  return { seat, intent, order: null, rule, arrivesMs, decisionPrice, rests: false, isOver: false };
}
