/**
 * The risk book as JSON for the journal, and back. Decimals are texts; sums (working quantities, gross) are not stored but
 * made again from the reservations. A snapshot that does not read as one is refused with the path of the member
 * (VALIDATION_ERROR); the owner then folds the streams from their first events.
 */
import { type Codec, fields, flag, float, list, money, nullable, oneOf, text, whole } from "../journal/codec.ts";
import { limitsCodec } from "./events.ts";
import { RiskBook } from "./risk-book.ts";
import type { RiskState } from "./risk-state.ts";

const side = oneOf("buy", "sell");
const order = { strategyId: text, venue: text, symbol: text, side };

const riskState: Codec<RiskState> = fields({
  account: text,
  limits: limitsCodec,
  limitsVersion: whole,
  switch: fields({ state: oneOf("active", "reducing", "halted"), sinceMs: whole, by: text, reason: text }),
  halt: nullable(fields({ cancelled: whole, unknown: whole, kept: whole })),
  approvals: whole,
  appliedVersion: whole,
  breachVersion: whole,
  day: fields({ dayStartMs: whole, dayStartEquity: money, equity: nullable(money), hasFired: flag }),
  owners: list(fields({ strategyId: text, venue: text, symbol: text, quantity: money, markPrice: money })),
  reservations: list(
    fields({ intentId: text, reservationId: text, ...order, price: money, limitPrice: nullable(money), remaining: money, submitted: flag }),
  ),
  decisions: list(
    fields({
      intentId: text,
      decision: fields({
        ...order,
        quantity: money,
        limitPrice: nullable(money),
        reservationId: nullable(text),
        code: nullable(text),
        reason: nullable(text),
      }),
    }),
  ),
  seenFills: list(text),
  rates: list(fields({ strategyId: text, times: list(float) })),
});

/** JSON of everything the book knows. */
export function snapshotRisk(book: RiskBook): unknown {
  return riskState.encode(book.state());
}

/** @throws {DstaError} VALIDATION_ERROR naming the member that does not fit. */
export function restoreRisk(json: unknown): RiskBook {
  return new RiskBook(riskState.decode(json, "risk"));
}
