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

export const executionMessages = {
  ordersOf: internal<{ strategyId: string }, readonly Order[]>("execution", "ordersOf"),
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
  submit: internal<ApprovedIntent, OrderRow>("execution", "submit"),
  report: internal<VenueReport>("execution", "report"),
  connection: internal<ConnectionState>("execution", "connection"),
  lookedUp: internal<Outcome<VenueOrder | null> & { readonly orderId: string }>("execution", "lookedUp"),
  backfilled: internal<Outcome<readonly VenueOrder[]>>("execution", "backfilled"),
  sweep: internal<null>("execution", "sweep"),
} as const;
