/** Messages of the execution of one account. */
import { z } from "zod";
import type { ConnectionState } from "../../market/events.ts";
import type { Order } from "../../order/order.ts";
import type { ApprovedIntent } from "../../order/approved.ts";
import type { VenueOrder, VenueReport } from "../../order/types.ts";
import { idText, whyText } from "../fields.ts";
import { exposed, internal } from "../message.ts";
import type { OrderRow } from "../views.ts";
import { ofAccount, type Outcome } from "./keys.ts";
import type { StreamPosition } from "./positions.ts";

/** Open orders of one strategy. */
export interface OrdersOf {
  /** Version of the execution stream this includes: notices up to it say nothing new. */
  readonly version: number;
  readonly orders: readonly Order[];
}

export const executionMessages = {
  ordersOf: internal<{ strategyId: string }, OrdersOf>("execution", "ordersOf"),
  open: exposed<{ account: string; strategyId?: string | undefined }, OrderRow[]>(
    "execution",
    "open",
    ofAccount.extend({ strategyId: idText.optional() }),
  ),
  order: exposed<{ account: string; orderId: string }, OrderRow>("execution", "order", ofAccount.extend({ orderId: z.string() })),
  cancel: exposed<{ account: string; orderId: string; by: string; reason: string }, OrderRow>(
    "execution",
    "cancel",
    ofAccount.extend({ orderId: z.string(), by: z.string(), reason: whyText }),
  ),
  cancelAll: exposed<
    { account: string; strategyId?: string | undefined; by: string; reason: string },
    { requested: number; unknown: number }
  >("execution", "cancelAll", ofAccount.extend({ strategyId: idText.optional(), by: z.string(), reason: whyText })),
  /** The same intent again is the same order. @throws {DstaError} NOT_APPROVED; RISK_FENCED from a risk desk that was succeeded */
  submit: internal<{ readonly intent: ApprovedIntent; readonly riskEpoch: bigint }, OrderRow>("execution", "submit"),
  /** From here on nothing is taken from a risk desk of a lower epoch; the answer says what was taken until now. */
  fenceRisk: internal<{ readonly riskEpoch: bigint }, StreamPosition>("execution", "fenceRisk"),
  report: internal<VenueReport>("execution", "report"),
  connection: internal<ConnectionState>("execution", "connection"),
  lookedUp: internal<Outcome<VenueOrder | null> & { readonly orderId: string }>("execution", "lookedUp"),
  backfilled: internal<Outcome<readonly VenueOrder[]>>("execution", "backfilled"),
  sweep: internal<null>("execution", "sweep"),
} as const;
