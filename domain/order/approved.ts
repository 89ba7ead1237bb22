/**
 * The mark of an order that passed review. Only review.ts makes one, so an unreviewed intent handed to the order code
 * does not compile. A brand does not survive the wire: what arrives there is checked again by its reservation.
 */
import { DstaError } from "../kernel/errors.ts";
import type { OrderIntent } from "./types.ts";

declare const approved: unique symbol;
export type Approved<T> = T & { readonly [approved]: true };

/** An intent whose worst case is reserved under `reservationId`. */
export type ApprovedIntent = Approved<OrderIntent> & { readonly reservationId: string };

/** Reservation of an intent: its id and the number of the approval, so that it cannot be mistaken for another's. */
export function reservationIdOf(intentId: string, approvalNumber: number): string {
  return `${intentId}@${approvalNumber}`;
}

const RESERVATION = /^(.+)@[1-9]\d{0,15}$/;

/**
 * Gives an intent that crossed the wire its mark back.
 * @param isHeld asks whoever keeps the reservations (`RiskBook.holds`); the shape alone proves nothing.
 * @throws {DstaError} NOT_APPROVED without a reservation id, with another intent's, or with one that is not held.
 */
export function confirmApproved(
  intent: OrderIntent & { readonly reservationId?: unknown },
  isHeld: (reservationId: string, intentId: string) => boolean,
): ApprovedIntent {
  const { reservationId, intentId } = intent;
  if (typeof reservationId !== "string") throw notApproved(intentId, "it has no reservation id");
  if (RESERVATION.exec(reservationId)?.[1] !== intentId) throw notApproved(intentId, "its reservation id is another intent's");
  if (!isHeld(reservationId, intentId)) throw notApproved(intentId, "its reservation is not held");
  return intent as unknown as ApprovedIntent;
}

function notApproved(intentId: string, why: string): DstaError {
  return new DstaError("NOT_APPROVED", `intent ${intentId} did not pass the risk review: ${why}`, {
    code: 403,
    data: { field: "reservationId", intentId },
  });
}
