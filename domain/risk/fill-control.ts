/**
 * The control after the trade: does a fill lie within what was approved? Faults are facts already counted as exposure;
 * they are named here so that each leaves one record and one alarm.
 */
import { type Decimal, format, sub, ZERO } from "../kernel/decimal.ts";
import type { OrderEvent } from "../order/events.ts";
import { type Owner, shown } from "./exposure.ts";
import type { FirstDecision } from "./reservation.ts";

export interface FillFinding {
  readonly code:
    | "LATE_FILL"
    | "FILL_WITHOUT_APPROVAL"
    | "OVERFILL"
    | "FILL_BEYOND_LIMIT"
    | "POSITION_LIMIT"
    | "SUBMITTED_WITHOUT_RESERVATION";
  readonly reason: string;
}

export interface FillCase {
  readonly event: Extract<OrderEvent, { type: "OrderFilled" }>;
  /** Reserved for the order before this fill; 0 when the order was closed. */
  readonly remaining: Decimal;
  /** The order's limit, or null for a market order or when it is not known. */
  readonly limitPrice: Decimal | null;
  readonly known: FirstDecision | undefined;
  /** After the fill. */
  readonly owner: Owner;
  /** Undivided position limit. */
  readonly positionMax: bigint;
}

const NONE: readonly FillFinding[] = [];

export function findFillFaults({ event, remaining, limitPrice, known, owner, positionMax }: FillCase): readonly FillFinding[] {
  const { fill, side, orderId } = event;
  const excess = sub(fill.quantity, remaining);
  const beyond = limitPrice !== null && (side === "buy" ? fill.price > limitPrice : fill.price < limitPrice);
  if (excess <= ZERO && !beyond) return NONE;

  const found: FillFinding[] = [];
  if (excess > ZERO) {
    if (remaining > ZERO) found.push({ code: "OVERFILL", reason: `order ${orderId} filled ${format(excess)} more than it had left` });
    else if (known?.reservationId)
      found.push({ code: "LATE_FILL", reason: `order ${orderId} filled ${format(fill.quantity)} after it was closed` });
    else found.push({ code: "FILL_WITHOUT_APPROVAL", reason: `order ${orderId} filled ${format(fill.quantity)} without an approval` });
    if (owner.worst > positionMax) {
      found.push({
        code: "POSITION_LIMIT",
        reason: `worst case is ${format(shown(owner.worst))}, the limit ${format(shown(positionMax))}`,
      });
    }
  }
  if (beyond)
    found.push({
      code: "FILL_BEYOND_LIMIT",
      reason: `order ${orderId} filled at ${format(fill.price)}, its limit is ${format(limitPrice)}`,
    });
  return found;
}
