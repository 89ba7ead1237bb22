/**
 * Exact decimal numbers for money, prices and quantities: a bigint counting units of 10^-18.
 *
 * Owns parsing, printing, exact and explicitly rounded arithmetic. Refuses floats at the door: a `number` enters
 * only through `fromNumber`, whose name says so. One fixed scale keeps addition, comparison and equality native
 * bigint operations; the product of a price and a quantity of up to 9 decimals each is exact.
 */
import { invalid, invariant } from "./errors.ts";

declare const decimalBrand: unique symbol;
export type Decimal = bigint & { readonly [decimalBrand]: true };

export type Rounding = "down" | "up" | "half-even";

const SCALE = 18;
const ZERO_DIGIT = 48;
/** Every whole number of this many digits is below 2^53. */
const SAFE_DIGITS = 15;
const ONE = 10n ** 18n;
const HALF = ONE / 2n;
const POWERS: readonly bigint[] = Array.from({ length: SCALE + 1 }, (_, exponent) => 10n ** BigInt(exponent));
const PATTERN = /^([+-]?)(\d{1,30})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

export const ZERO = 0n as Decimal;
export const UNIT = ONE as Decimal;

/**
 * Parses a decimal text such as `-12.50` or `1e-7`.
 * @throws {DstaError} VALIDATION_ERROR for anything else, and for more than 18 decimals that are not zeros.
 */
export function decimal(text: string, field = "decimal"): Decimal {
  return plainDecimal(text) ?? anyDecimal(text, field);
}

/** `61737.63`: digits, and at most 18 more behind a point. Null for every other form: it is then read the complete way. */
function plainDecimal(text: string): Decimal | null {
  if (typeof text !== "string") return null;
  const point = text.indexOf(".");
  const wholeDigits = point < 0 ? text.length : point;
  const fractionDigits = point < 0 ? 0 : text.length - point - 1;
  if (wholeDigits === 0 || wholeDigits > SAFE_DIGITS || fractionDigits > SCALE || (point >= 0 && fractionDigits === 0)) return null;
  const whole = digitsOf(text, 0, wholeDigits);
  const high = digitsOf(text, point + 1, point + 1 + Math.min(fractionDigits, SAFE_DIGITS));
  const low = fractionDigits > SAFE_DIGITS ? digitsOf(text, point + 1 + SAFE_DIGITS, text.length) : 0;
  if (point < 0) return whole < 0 ? null : ((BigInt(whole) * ONE) as Decimal);
  if (whole < 0 || high < 0 || low < 0) return null;
  let units = BigInt(high) * POWERS[SCALE - Math.min(fractionDigits, SAFE_DIGITS)]!;
  if (low > 0) units += BigInt(low) * POWERS[SCALE - fractionDigits]!;
  return (whole === 0 ? units : BigInt(whole) * ONE + units) as Decimal;
}

/** The whole number that at most 15 digits spell, or -1 when one of them is none. */
function digitsOf(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO_DIGIT;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function anyDecimal(text: string, field: string): Decimal {
  const match = PATTERN.exec(text);
  if (!match) throw invalid(field, "a decimal number", text);
  const [, sign, whole = "", fraction = "", exponent] = match;
  const shift = SCALE + (exponent ? Number(exponent) : 0) - fraction.length;
  let units = BigInt(whole + fraction);
  if (shift >= 0) {
    if (shift > 60) throw invalid(field, "a decimal number below 1e30", text);
    units *= 10n ** BigInt(shift);
  } else {
    const divisor = 10n ** BigInt(-shift);
    if (units % divisor !== 0n) throw invalid(field, "at most 18 decimals", text);
    units /= divisor;
  }
  return (sign === "-" ? -units : units) as Decimal;
}

/** A statistic or float setting that becomes money: the shortest text that round-trips, parsed exactly. */
export function fromNumber(value: number, field = "number"): Decimal {
  if (!Number.isFinite(value)) throw invalid(field, "a finite number", value);
  return decimal(String(value), field);
}

/** `units` counted in 10^-decimals, for example 6_173_763 with 2 decimals is 61737.63. Exact. */
export function fromUnits(units: number | bigint, decimals: number): Decimal {
  return (BigInt(units) * POWERS[SCALE - decimals]!) as Decimal;
}

/** The inverse of `fromUnits`. @throws {InvariantError} when the value has finer decimals or is beyond 2^53. */
export function toUnits(value: Decimal, decimals: number): number {
  const step = POWERS[SCALE - decimals]!;
  invariant(value % step === 0n, `${format(value)} has more than ${decimals} decimals`);
  const units = Number(value / step);
  invariant(Number.isSafeInteger(units), `${format(value)} with ${decimals} decimals is beyond 2^53`);
  return units;
}

/** Nearest float, for statistics and charts only: 942.33 is 942.33, not 942.3299999999999 for having been divided. */
export function toNumber(value: Decimal): number {
  const divided = Number(value) / 1e18;
  // From about 1.5e7 on a float has too few digits left for eight decimals to be told from the error of the division.
  if (divided >= 1e7 || divided <= -1e7) return divided;
  const snapped = Math.round(divided * 1e8) / 1e8;
  return Math.abs(snapped - divided) <= Math.abs(divided) * 4e-16 ? snapped : divided;
}

/** The texts last made, by low bits of the value: an order's numbers are told to the strategy, the journal and the venue. */
const FORMATTED = 64;
const formattedValues: bigint[] = Array.from({ length: FORMATTED }, () => 0n);
const formattedTexts: string[] = Array.from({ length: FORMATTED }, () => "0");

/** Shortest exact text: no exponent, no trailing zeros. */
export function format(value: Decimal): string {
  // A price or quantity of few decimals is a multiple of a large power of two: its lowest bits tell nothing.
  const slot = (Number(BigInt.asIntN(32, value)) >>> 18) & (FORMATTED - 1);
  if (formattedValues[slot] === value) return formattedTexts[slot]!;
  const text = shortest(value);
  formattedValues[slot] = value;
  formattedTexts[slot] = text;
  return text;
}

function shortest(value: bigint): string {
  if (value === 0n) return "0";
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(SCALE + 1, "0");
  const point = digits.length - SCALE;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === ZERO_DIGIT) end--;
  const fraction = end === point ? "" : `.${digits.slice(point, end)}`;
  return `${negative ? "-" : ""}${digits.slice(0, point)}${fraction}`;
}

export function add(a: Decimal, b: Decimal): Decimal {
  return (a + b) as Decimal;
}

export function sub(a: Decimal, b: Decimal): Decimal {
  return (a - b) as Decimal;
}

export function negate(a: Decimal): Decimal {
  return -a as Decimal;
}

export function abs(a: Decimal): Decimal {
  return (a < 0n ? -a : a) as Decimal;
}

export function min(a: Decimal, b: Decimal): Decimal {
  return a < b ? a : b;
}

export function max(a: Decimal, b: Decimal): Decimal {
  return a > b ? a : b;
}

/** The product made last: order, position and account each ask for the notional of the same fill. */
let lastA: bigint = 0n;
let lastB: bigint = 0n;
let lastProduct: bigint = 0n;

/** Product, rounded at the 18th decimal only when it has more. */
export function mul(a: Decimal, b: Decimal, rounding: Rounding = "half-even"): Decimal {
  if (a === 0n || b === 0n) return ZERO;
  if (rounding !== "half-even") return divideRounded(a * b, ONE, rounding) as Decimal;
  if (a === lastA && b === lastB) return lastProduct as Decimal;
  const product = a * b;
  // Exactly between two values only when the low 17 bits are 0, as those of half of 10^18 are: all else is one division.
  const isPlain = product > 0n && BigInt.asUintN(17, product) !== 0n;
  lastProduct = isPlain ? (product + HALF) / ONE : divideRounded(product, ONE, rounding);
  lastA = a;
  lastB = b;
  return lastProduct as Decimal;
}

/** Quotient at 18 decimals. @throws {InvariantError} on division by zero. */
export function div(a: Decimal, b: Decimal, rounding: Rounding = "half-even"): Decimal {
  invariant(b !== 0n, "division by zero");
  return divideRounded(a * ONE, b, rounding) as Decimal;
}

/** `a · numerator / denominator` with a single rounding. */
export function mulDiv(a: Decimal, numerator: Decimal, denominator: Decimal, rounding: Rounding = "half-even"): Decimal {
  invariant(denominator !== 0n, "division by zero");
  return divideRounded(a * numerator, denominator, rounding) as Decimal;
}

/** The multiple of `step` nearest to `value` in the given direction; "down" is toward zero. */
export function quantize(value: Decimal, step: Decimal, rounding: Rounding = "down"): Decimal {
  invariant(step > 0n, "quantize step must be positive");
  if (rounding === "down") return (value - (value % step)) as Decimal;
  return (divideRounded(value, step, rounding) * step) as Decimal;
}

export function isMultiple(value: Decimal, step: Decimal): boolean {
  return value % step === 0n;
}

/** "down" is toward zero, "up" away from it. */
function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator;
  if (rounding === "down") return quotient;
  const remainder = numerator - quotient * denominator;
  if (remainder === 0n) return quotient;
  const away = numerator < 0n === denominator < 0n ? 1n : -1n;
  if (rounding === "up") return quotient + away;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  const size = denominator < 0n ? -denominator : denominator;
  if (twice > size || (twice === size && quotient % 2n !== 0n)) return quotient + away;
  return quotient;
}
