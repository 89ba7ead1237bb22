/**
 * Numbers and times straight from bytes, for tables of millions of rows. Owns the short ways only: what has another form
 * goes the long way through text and gives the same value to the last bit (up to 15 digits over a power of ten up to
 * 10^22 are one correctly rounded division). Times agree with `readTime` of replay.
 */
import { readTime } from "../../venues/replay/candle-row.ts";

const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INFINITE = /^[+-]?inf(inity)?$/i;
const MISSING: ReadonlySet<string> = new Set(["", "nan", "null", "none", "na", "n/a", "nat", "<na>"]);
const MS_OF_DAY = 86_400_000;

/** The number that bytes from `start` up to `end` spell; NaN for a missing one, null for anything that is no number. */
export function readNumberCell(bytes: Uint8Array, start: number, end: number): number | null {
  let at = start;
  const isNegative = bytes[at] === 45;
  if (isNegative) at++;
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (digit === -2 && decimals < 0) decimals = 0;
    else break;
  }
  const exponent = at === end ? 0 : readExponent(bytes, at, end);
  const power = exponent - Math.max(0, decimals);
  // Leading zeros count as digits here: such a cell only goes the long way. NaN, of no exponent, does too.
  if (digits === 0 || digits > 15 || !(power >= -22 && power <= 22)) return readNumberText(textOf(bytes, start, end));
  const value = power < 0 ? mantissa / POWERS[-power]! : mantissa * POWERS[power]!;
  return isNegative ? -value : value;
}

/** Of `e-05`; NaN for other forms. */
function readExponent(bytes: Uint8Array, start: number, end: number): number {
  if ((bytes[start]! | 32) !== 101) return Number.NaN;
  const sign = bytes[start + 1];
  const first = sign === 45 || sign === 43 ? start + 2 : start + 1;
  if (first >= end || end - first > 2) return Number.NaN;
  const isPair = end - first === 2;
  const value = isPair ? twoDigits(bytes, first) : bytes[first]! - 48;
  if (!(value >= 0 && value <= (isPair ? 99 : 9))) return Number.NaN;
  return sign === 45 ? -value : value;
}

/** As `readNumberCell`, of a text. */
export function readNumberText(text: string): number | null {
  const cell = text.trim();
  if (NUMBER.test(cell)) return Number(cell);
  if (MISSING.has(cell.toLowerCase())) return Number.NaN;
  if (INFINITE.test(cell)) return cell.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return null;
}

/** Reads times of one file; remembers the last date, which thousands of rows share. */
export class TimeReader {
  #date = -1;
  #dateMs = 0;

  /** UTC ms, or null. */
  read(bytes: Uint8Array, start: number, end: number): number | null {
    if (bytes[start + 4] === 45) return this.#isoTime(bytes, start, end) ?? readTime(textOf(bytes, start, end));
    return epochTime(bytes, start, end) ?? readTime(textOf(bytes, start, end));
  }

  /** `2024-01-31`, then ` 10:20`, `:30`, `.123456` and a zone of zero, each optional; null for other forms. */
  #isoTime(bytes: Uint8Array, start: number, end: number): number | null {
    if (end - start < 10 || bytes[start + 7] !== 45) return null;
    const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
    const month = twoDigits(bytes, start + 5);
    const day = twoDigits(bytes, start + 8);
    // Days that not every month has go the long way.
    if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return null;
    const date = year * 10_000 + month * 100 + day;
    if (date !== this.#date) {
      this.#date = date;
      this.#dateMs = Date.UTC(year, month - 1, day);
    }
    if (end - start === 10) return this.#dateMs;
    const timeMs = timeOfDay(bytes, start + 10, end);
    return timeMs === null ? null : this.#dateMs + timeMs;
  }
}

function timeOfDay(bytes: Uint8Array, start: number, end: number): number | null {
  const separator = bytes[start];
  if ((separator !== 32 && separator !== 84) || end - start < 6 || bytes[start + 3] !== 58) return null;
  const hour = twoDigits(bytes, start + 1);
  const minute = twoDigits(bytes, start + 4);
  if (!(hour < 24 && minute < 60)) return null;
  let at = start + 6;
  let ms = (hour * 60 + minute) * 60_000;
  if (at < end && bytes[at] === 58) {
    const second = at + 3 <= end ? twoDigits(bytes, at + 1) : Number.NaN;
    if (!(second < 60)) return null;
    ms += second * 1_000;
    at += 3;
    if (at < end && bytes[at] === 46) {
      let scale = 100;
      for (at++; at < end && bytes[at]! >= 48 && bytes[at]! <= 57; at++) {
        ms += Math.floor(scale) * (bytes[at]! - 48);
        scale /= 10;
      }
    }
  }
  const isZero = at === end || (end - at === 1 && bytes[at] === 90) || (end - at === 6 && textOf(bytes, at, end) === "+00:00");
  return isZero && ms < MS_OF_DAY ? ms : null;
}

/** Whole numbers of 9 to 17 digits, by their length: s, ms, µs; null for other forms. */
function epochTime(bytes: Uint8Array, start: number, end: number): number | null {
  const digits = end - start;
  if (digits < 9 || digits > 19 || bytes[start] === 48) return null;
  // Digits below the ms only have to be digits.
  const kept = digits >= 18 ? digits - 6 : digits >= 15 ? digits - 3 : digits;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (!(digit >= 0 && digit <= 9)) return null;
    if (at < start + kept) value = value * 10 + digit;
  }
  return digits < 12 ? value * 1_000 : value;
}

/** NaN when one of the two is no digit. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const high = bytes[at]! - 48;
  const low = bytes[at + 1]! - 48;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : Number.NaN;
}

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}
