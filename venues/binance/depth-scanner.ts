/**
 * The fast reading of a depth frame: one pass over its bytes, no JSON.parse, nothing allocated per level. The text is
 * first copied into one reused byte buffer: indexing it costs less than half of `charCodeAt` on the string (codec.bench.ts).
 *
 * It knows the layout Binance really sends (compact JSON, each key once, in any order) and answers false for everything
 * else: other keys, white space, escapes, decimals that do not fit. False is no verdict on the frame; the caller then
 * reads it the complete way (`fields.ts`), which decodes or names the error. Invariant: whatever this accepts, the
 * complete reading accepts with the same result.
 */
import type { DepthUpdate } from "../../domain/book/depth.ts";
import { MESSAGE_LEVELS_MAX, type UnitDecimals } from "./fields.ts";

const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const LETTER_E = 69;
const LETTER_T = 84;
const LETTER_U = 85;
const LETTER_A = 97;
const LETTER_B = 98;
const LETTER_SMALL_E = 101;
const LETTER_P = 112;
const LETTER_S = 115;
const LETTER_SMALL_U = 117;

const COMBINED_START = ascii('{"stream":');
const COMBINED_MIDDLE = ascii(',"data":');
const DEPTH_EVENT = ascii('"depthUpdate"');
const PREVIOUS_TAIL = ascii('u":');
/** Longer frames are read the complete way. The longest diff in our recordings has 35 kB. */
const FRAME_BYTES_MAX = 1 << 20;
/** Every whole number of this many digits is below 2^53. */
const SAFE_DIGITS = 15;
/** Every whole number of this many digits is below 2^31. More in a fraction is read the complete way. */
const INT_DIGITS = 9;
const POWERS = Float64Array.from({ length: SAFE_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/** One bit per key, to see that each needed one came exactly once. */
const KEY_EVENT = 1;
const KEY_TIME = 2;
const KEY_SYMBOL = 4;
const KEY_FIRST = 8;
const KEY_LAST = 16;
const KEY_BIDS = 32;
const KEY_ASKS = 64;
const KEY_PREVIOUS = 128;
const KEY_TRANSACTION_TIME = 256;
const KEYS_SPOT = KEY_EVENT | KEY_TIME | KEY_SYMBOL | KEY_FIRST | KEY_LAST | KEY_BIDS | KEY_ASKS;
const KEYS_FUTURES = KEYS_SPOT | KEY_PREVIOUS;

const encoder = new TextEncoder();
/** The frame being scanned, then a 0, which stops every scan: no step passes a byte it has not compared. */
let buffer = new Uint8Array(1 << 16);
/** Where the last successful step stopped. One frame is scanned at a time, so one cursor will do. */
let cursor = 0;

/**
 * Fills `into` from `frame` and returns true, or returns false with `into` undefined in content.
 * `hasPrevious` is true for futures, whose events carry `pu`.
 */
export function scanDepth(frame: string, decimals: UnitDecimals, hasPrevious: boolean, into: DepthUpdate): boolean {
  const { length } = frame;
  if (length >= FRAME_BYTES_MAX) return false;
  if (length >= buffer.length) buffer = new Uint8Array(length * 2);
  const { read, written } = encoder.encodeInto(frame, buffer);
  if (read !== length || written !== length) return false;
  const bytes = buffer;
  bytes[length] = 0;
  if (!matches(bytes, 0, COMBINED_START)) return scanEvent(bytes, 0, decimals, hasPrevious, into) && cursor === length;
  if (!scanText(bytes, cursor) || !matches(bytes, cursor, COMBINED_MIDDLE)) return false;
  return scanEvent(bytes, cursor, decimals, hasPrevious, into) && bytes[cursor] === CLOSE_BRACE && cursor + 1 === length;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Whether `expected` stands at `start`; leaves the cursor behind it when it does. */
function matches(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index++) {
    if (bytes[start + index] !== expected[index]) return false;
  }
  cursor = start + expected.length;
  return true;
}

function scanEvent(bytes: Uint8Array, start: number, decimals: UnitDecimals, hasPrevious: boolean, into: DepthUpdate): boolean {
  if (bytes[start]! !== OPEN_BRACE) return false;
  let at = start;
  let seen = 0;
  into.previousId = -1;
  do {
    const key = scanKey(bytes, at + 1);
    if (key === 0 || (seen & key) !== 0 || !scanValue(bytes, key, decimals, into)) return false;
    seen |= key;
    at = cursor;
  } while (bytes[at]! === COMMA);
  if (bytes[at]! !== CLOSE_BRACE) return false;
  cursor = at + 1;
  const needed = hasPrevious ? KEYS_FUTURES : KEYS_SPOT;
  return (seen & ~KEY_TRANSACTION_TIME) === needed && into.firstId <= into.lastId;
}

/** Reads `"k":` and leaves the cursor on the value; 0 when the key is not one of a depth event. */
function scanKey(bytes: Uint8Array, at: number): number {
  if (bytes[at]! !== QUOTE) return 0;
  const letter = bytes[at + 1]!;
  if (letter === LETTER_P) {
    return matches(bytes, at + 2, PREVIOUS_TAIL) ? KEY_PREVIOUS : 0;
  }
  if (bytes[at + 2]! !== QUOTE || bytes[at + 3]! !== COLON) return 0;
  cursor = at + 4;
  switch (letter) {
    case LETTER_SMALL_E:
      return KEY_EVENT;
    case LETTER_E:
      return KEY_TIME;
    case LETTER_T:
      return KEY_TRANSACTION_TIME;
    case LETTER_S:
      return KEY_SYMBOL;
    case LETTER_U:
      return KEY_FIRST;
    case LETTER_SMALL_U:
      return KEY_LAST;
    case LETTER_B:
      return KEY_BIDS;
    case LETTER_A:
      return KEY_ASKS;
    default:
      return 0;
  }
}

function scanValue(bytes: Uint8Array, key: number, decimals: UnitDecimals, into: DepthUpdate): boolean {
  if (key === KEY_BIDS) return scanLevels(bytes, true, decimals, into);
  if (key === KEY_ASKS) return scanLevels(bytes, false, decimals, into);
  if (key === KEY_SYMBOL) return scanText(bytes, cursor);
  if (key === KEY_EVENT) return matches(bytes, cursor, DEPTH_EVENT);
  const value = scanWhole(bytes, cursor);
  if (value < 0) return false;
  if (key === KEY_FIRST) into.firstId = value;
  else if (key === KEY_LAST) into.lastId = value;
  else if (key === KEY_PREVIOUS) into.previousId = value;
  else if (key === KEY_TIME) into.venueTimeMs = value;
  return true;
}

/** A non-empty string of printable ASCII without escapes, quotes included. */
function scanText(bytes: Uint8Array, start: number): boolean {
  if (bytes[start]! !== QUOTE) return false;
  let at = start + 1;
  for (let code = bytes[at]!; code !== QUOTE; code = bytes[++at]!) {
    if (!(code >= 32 && code < 127) || code === BACKSLASH) return false;
  }
  cursor = at + 1;
  return at > start + 1;
}

/** A whole number of up to 15 digits as JSON writes it, or -1. */
function scanWhole(bytes: Uint8Array, start: number): number {
  let at = start;
  let value = 0;
  let code = bytes[at]!;
  const end = start + INT_DIGITS;
  // In int32 as long as it fits: a chain of float multiplications takes three times as long.
  for (; code >= ZERO && code <= NINE && at < end; code = bytes[++at]!) value = (value * 10 + (code - ZERO)) | 0;
  if (code >= ZERO && code <= NINE) {
    const high = value;
    value = 0;
    for (; code >= ZERO && code <= NINE && at < end + INT_DIGITS; code = bytes[++at]!) value = (value * 10 + (code - ZERO)) | 0;
    if (code >= ZERO && code <= NINE) return -1;
    value += high * POWERS[at - end]!;
  }
  const digits = at - start;
  if (digits === 0 || digits > SAFE_DIGITS || (digits > 1 && bytes[start]! === ZERO)) return -1;
  cursor = at;
  return value;
}

/** Reads `[["price","quantity"],…]` into one side of `into`. */
function scanLevels(bytes: Uint8Array, isBid: boolean, decimals: UnitDecimals, into: DepthUpdate): boolean {
  if (bytes[cursor]! !== OPEN_BRACKET) return false;
  const { priceDecimals, quantityDecimals } = decimals;
  let pairs = isBid ? into.bids : into.asks;
  let filled = 0;
  let at = cursor + 1;
  let next = bytes[at]!;
  if (next === CLOSE_BRACKET) at += 1;
  while (next !== CLOSE_BRACKET) {
    if (bytes[at]! !== OPEN_BRACKET) return false;
    const price = scanUnits(bytes, at + 1, priceDecimals);
    if (price <= 0 || bytes[cursor]! !== COMMA) return false;
    const quantity = scanUnits(bytes, cursor + 1, quantityDecimals);
    if (quantity < 0 || bytes[cursor]! !== CLOSE_BRACKET) return false;
    if (filled >= MESSAGE_LEVELS_MAX * 2) return false;
    if (filled + 2 > pairs.length) {
      pairs = grown(pairs);
      if (isBid) into.bids = pairs;
      else into.asks = pairs;
    }
    pairs[filled] = price;
    pairs[filled + 1] = quantity;
    filled += 2;
    next = bytes[cursor + 1]!;
    at = cursor + 2;
    if (next !== COMMA && next !== CLOSE_BRACKET) return false;
  }
  if (isBid) into.bidCount = filled / 2;
  else into.askCount = filled / 2;
  cursor = at;
  return true;
}

/** `"61737.63000000"`, quotes included, as integer units; -1 when it is not that simple or does not fit. */
function scanUnits(bytes: Uint8Array, start: number, decimals: number): number {
  if (bytes[start]! !== QUOTE) return -1;
  let at = start + 1;
  let whole = 0;
  let code = bytes[at]!;
  const wholeEnd = at + INT_DIGITS;
  for (; code >= ZERO && code <= NINE && at < wholeEnd; code = bytes[++at]!) whole = (whole * 10 + (code - ZERO)) | 0;
  // Tokens of tiny worth are sold by the ten thousand million.
  for (; code >= ZERO && code <= NINE; code = bytes[++at]!) whole = whole * 10 + (code - ZERO);
  const wholeDigits = at - start - 1;
  if (wholeDigits === 0 || wholeDigits + decimals > SAFE_DIGITS) return -1;
  if (code !== DOT) {
    if (code !== QUOTE) return -1;
    cursor = at + 1;
    return whole * POWERS[decimals]!;
  }
  code = bytes[++at]!;
  if (code === QUOTE) return -1;
  let fraction = 0;
  const fractionStart = at;
  const fractionEnd = at + (decimals < INT_DIGITS ? decimals : INT_DIGITS);
  for (; code >= ZERO && code <= NINE && at < fractionEnd; code = bytes[++at]!) fraction = (fraction * 10 + (code - ZERO)) | 0;
  const missing = decimals - (at - fractionStart);
  while (code === ZERO) code = bytes[++at]!;
  if (code !== QUOTE) return -1;
  cursor = at + 1;
  return whole * POWERS[decimals]! + fraction * POWERS[missing]!;
}

function grown(pairs: Float64Array): Float64Array {
  const larger = new Float64Array(Math.max(16, pairs.length * 2));
  larger.set(pairs);
  return larger;
}
