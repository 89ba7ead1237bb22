/**
 * The limits of one account, exact. Owns their defaults, their reading from texts and their bounds; refuses a value that
 * is not above 0 or outside its range (VALIDATION_ERROR naming `limits.<name>`). Quote amounts, unless the name says else.
 */
import type { RiskLimitsView } from "../contract/views.ts";
import { type Decimal, decimal, format, ZERO } from "../kernel/decimal.ts";
import { invalid } from "../kernel/errors.ts";

export interface RiskLimits {
  /** One order. */
  readonly maxOrderNotional: Decimal;
  /** One strategy and symbol, worst case with open orders. */
  readonly maxPositionNotional: Decimal;
  /** The whole account: Σ of the worst cases. */
  readonly maxGrossNotional: Decimal;
  /** Approved orders of one strategy in any second: 1 to 1,000. */
  readonly maxOrdersPerSecond: number;
  /** From the equity at 00:00 UTC; reached: reducing only. */
  readonly maxDailyLoss: Decimal;
  /** Price of the order against the mid, on the losing side: 1 to 10,000. */
  readonly maxPriceDeviationBps: number;
  /** An order needs a market heard from within this: 100 to 600,000. */
  readonly maxBookAgeMs: number;
}

export const PAPER_LIMITS: RiskLimits = {
  maxOrderNotional: decimal("50000"),
  maxPositionNotional: decimal("250000"),
  maxGrossNotional: decimal("2000000"),
  maxOrdersPerSecond: 20,
  maxDailyLoss: decimal("20000"),
  maxPriceDeviationBps: 500,
  maxBookAgeMs: 10_000,
};

type Amount = "maxOrderNotional" | "maxPositionNotional" | "maxGrossNotional" | "maxDailyLoss";
type Count = Exclude<keyof RiskLimits, Amount>;

const AMOUNTS: readonly Amount[] = ["maxOrderNotional", "maxPositionNotional", "maxGrossNotional", "maxDailyLoss"];
const COUNTS: Readonly<Record<Count, readonly [low: number, high: number]>> = {
  maxOrdersPerSecond: [1, 1_000],
  maxPriceDeviationBps: [1, 10_000],
  maxBookAgeMs: [100, 600_000],
};

/**
 * `current` with the given members replaced: amounts as decimal texts, counts as whole numbers.
 * @throws {DstaError} VALIDATION_ERROR for an unknown member, no member at all, or a value that does not fit.
 */
export function updatedLimits(current: RiskLimits, update: Readonly<Record<string, unknown>>): RiskLimits {
  const given = Object.entries(update).filter(([, value]) => value !== undefined);
  if (given.length === 0) throw invalid("limits", "at least one limit");
  const next: { -readonly [K in keyof RiskLimits]: RiskLimits[K] } = { ...current };
  for (const [name, value] of given) {
    if (isAmount(name)) next[name] = amount(name, value);
    else if (isCount(name)) next[name] = count(name, value);
    else throw invalid(`limits.${name}`, `one of ${[...AMOUNTS, ...Object.keys(COUNTS)].join(", ")}`);
  }
  return next;
}

/** Every limit from its wire form; each must be there. @throws {DstaError} VALIDATION_ERROR */
export function parseLimits(view: Readonly<Record<string, unknown>>): RiskLimits {
  for (const name of [...AMOUNTS, ...Object.keys(COUNTS)]) if (view[name] === undefined) throw invalid(`limits.${name}`, "a value");
  return updatedLimits(PAPER_LIMITS, view);
}

export function limitsView(limits: RiskLimits): RiskLimitsView {
  return {
    ...limits,
    maxOrderNotional: format(limits.maxOrderNotional),
    maxPositionNotional: format(limits.maxPositionNotional),
    maxGrossNotional: format(limits.maxGrossNotional),
    maxDailyLoss: format(limits.maxDailyLoss),
  };
}

function isAmount(name: string): name is Amount {
  return (AMOUNTS as readonly string[]).includes(name);
}

function isCount(name: string): name is Count {
  return Object.hasOwn(COUNTS, name);
}

function amount(name: Amount, value: unknown): Decimal {
  if (typeof value !== "string") throw invalid(`limits.${name}`, "a decimal number as text, above 0", value);
  const parsed = decimal(value, `limits.${name}`);
  if (parsed <= ZERO) throw invalid(`limits.${name}`, "a decimal number above 0", value);
  return parsed;
}

function count(name: Count, value: unknown): number {
  const [low, high] = COUNTS[name];
  if (typeof value !== "number" || !Number.isInteger(value) || value < low || value > high) {
    throw invalid(`limits.${name}`, `a whole number from ${low} to ${high}`, value);
  }
  return value;
}
