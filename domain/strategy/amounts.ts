/**
 * Sizes and prices from an author's code, made exact. A number means the shortest decimal text that gives it back
 * (0.1 is one tenth); digits beyond the 18th decimal are dropped. Nonsense (NaN, infinite, negative, above 1e15) is refused
 * by the name of its field, so that a broken calculation never becomes an order.
 */
import { type Decimal, decimal, format, ZERO } from "../kernel/decimal.ts";
import { DstaError, isExpected } from "../kernel/errors.ts";

/** A number, a decimal text such as "0.25", or an exact decimal. */
export type Amount = number | string | Decimal;

const LARGEST = (10n ** 33n) as Decimal;
const DECIMALS = 18;

/** @throws {DstaError} BAD_INTENT */
export function amountOf(value: Amount, field: string): Decimal {
  const exact = exactly(value, field);
  if (exact < ZERO || exact > LARGEST) throw badIntent(field, "an amount from 0 to 1e15", format(exact));
  return exact;
}

export function badIntent(field: string, expected: string, got: unknown): DstaError {
  const shown = typeof got === "string" ? JSON.stringify(got.slice(0, 80)) : String(got);
  return new DstaError("BAD_INTENT", `${field}: expected ${expected}, got ${shown}`, { data: { field, expected, got: shown } });
}

function exactly(value: Amount, field: string): Decimal {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value) || Math.abs(value) > 1e15) throw badIntent(field, "a finite amount from 0 to 1e15", value);
    return decimal(shortText(value));
  }
  if (typeof value !== "string") throw badIntent(field, "a number or a decimal text", value);
  try {
    return decimal(value, field);
  } catch (error) {
    if (!isExpected(error)) throw error;
    throw badIntent(field, "a decimal number with at most 18 decimals", value);
  }
}

function shortText(value: number): string {
  const text = String(value);
  const point = text.indexOf(".");
  const tooFine = text.includes("e-") || (point >= 0 && text.length - point - 1 > DECIMALS);
  return tooFine ? value.toFixed(DECIMALS) : text;
}
