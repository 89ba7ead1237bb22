/**
 * The fair price of an invented market as a pure function of (seed, name, time).
 *
 * The logarithm of the price is the start price plus octaves of smooth value noise: each octave holds one hashed
 * value per cell of its period and glides between neighbours; amplitudes grow with the square root of the period, so
 * changes scale with time as a random walk's do, from 5 seconds to about two months. A part of every market's noise
 * is the same ("market"), which correlates them. No state: any past moment can be asked for and a restart goes on
 * seamlessly. The price stays within a few tens of percent of its start: no drift, no jumps. Numbers are floats.
 * Source: value noise, K. Perlin and F. K. Musgrave et al., "Texturing and Modeling", chapters on fractal noise.
 */
import { hash32 } from "../kernel/random.ts";
import { invalid } from "../kernel/errors.ts";
import type { Bar } from "../market/events.ts";

export interface FairProfile {
  /** Price around which the market wanders. */
  readonly startPrice: number;
  /** Standard deviation of one-minute returns, in basis points (> 0). 6 bps a minute is about 43 % a year. */
  readonly volatilityBps: number;
  /** Correlation with the market factor, 0 to 1. Two instruments correlate by the product of theirs. */
  readonly marketCorrelation: number;
  /** Average volume of a day in base units, for history bars. */
  readonly dailyVolume: number;
}

const OCTAVES = 21;
const SHORTEST_PERIOD_MS = 5_000;
/** Makes one basis point of volatility one basis point of one-minute standard deviation (see the calibration test). */
const CALIBRATION = 0.46e-4;
const SAMPLES_PER_BAR = 12;
const DAY_MS = 86_400_000;
export const MAX_BARS = 10_000;

/** Octaves of value noise; each remembers the two hashed values around the last asked moment. */
class FractalNoise {
  readonly #salts: number[];
  readonly #cells = new Float64Array(OCTAVES).fill(Number.NaN);
  readonly #left = new Float64Array(OCTAVES);
  readonly #right = new Float64Array(OCTAVES);

  constructor(name: string) {
    this.#salts = Array.from({ length: OCTAVES }, (_, octave) => hash32(name, octave + 1));
  }

  /** Standard deviation of one-minute changes is 1 / CALIBRATION basis points. */
  at(timeMs: number): number {
    let sum = 0;
    let period = SHORTEST_PERIOD_MS;
    for (let octave = 0; octave < OCTAVES; octave++, period *= 2) {
      const position = timeMs / period;
      const cell = Math.floor(position);
      if (this.#cells[octave] !== cell) {
        this.#cells[octave] = cell;
        this.#left[octave] = cellValue(this.#salts[octave]!, cell);
        this.#right[octave] = cellValue(this.#salts[octave]!, cell + 1);
      }
      const part = position - cell;
      const glide = part * part * (3 - 2 * part);
      const left = this.#left[octave]!;
      sum += Math.sqrt(period / 60_000) * (left + (this.#right[octave]! - left) * glide);
    }
    return sum;
  }
}

export class FairValue {
  readonly #profile: FairProfile;
  readonly #own: FractalNoise;
  readonly #market: FractalNoise;
  readonly #volumeSalt: number;

  /** @throws {DstaError} VALIDATION_ERROR for a profile out of range. */
  constructor(seed: string, name: string, profile: FairProfile) {
    if (!(profile.startPrice > 0)) throw invalid("profile.startPrice", "a positive price", profile.startPrice);
    if (!(profile.volatilityBps > 0)) throw invalid("profile.volatilityBps", "a positive number of basis points", profile.volatilityBps);
    if (!(profile.marketCorrelation >= 0 && profile.marketCorrelation <= 1)) {
      throw invalid("profile.marketCorrelation", "a number from 0 to 1", profile.marketCorrelation);
    }
    this.#profile = profile;
    this.#own = new FractalNoise(`${seed}|own|${name}`);
    this.#market = new FractalNoise(`${seed}|market`);
    this.#volumeSalt = hash32(`${seed}|volume|${name}`);
  }

  /** Fair price at a moment (UTC ms). */
  price(timeMs: number): number {
    const { startPrice, volatilityBps, marketCorrelation } = this.#profile;
    const own = Math.sqrt(1 - marketCorrelation * marketCorrelation);
    const noise = marketCorrelation * this.#market.at(timeMs) + own * this.#own.at(timeMs);
    return startPrice * Math.exp(volatilityBps * CALIBRATION * noise);
  }

  /** One bar from samples of the fair price; the close of a bar is the open of the next. */
  bar(venue: string, symbol: string, intervalMs: number, openTimeMs: number, priceDecimals: number): Bar {
    const open = this.price(openTimeMs);
    let high = open;
    let low = open;
    let close = open;
    for (let sample = 1; sample <= SAMPLES_PER_BAR; sample++) {
      close = this.price(openTimeMs + (intervalMs * sample) / SAMPLES_PER_BAR);
      if (close > high) high = close;
      if (close < low) low = close;
    }
    const scale = 10 ** priceDecimals;
    const round = (price: number): number => Math.round(price * scale) / scale;
    return {
      venue,
      symbol,
      intervalMs,
      openTimeMs,
      open: round(open),
      high: round(high),
      low: round(low),
      close: round(close),
      volume: this.#volume(intervalMs, openTimeMs, Math.log(high / low)),
    };
  }

  /** Usual volume of the interval, more when the range was wide. */
  #volume(intervalMs: number, openTimeMs: number, logRange: number): number {
    const usualRange = this.#profile.volatilityBps * 1e-4 * Math.sqrt(intervalMs / 60_000);
    const luck = 0.4 + (0.6 * (cellValue(this.#volumeSalt, Math.floor(openTimeMs / intervalMs)) + Math.sqrt(3))) / Math.sqrt(3);
    return (this.#profile.dailyVolume * intervalMs * luck * (0.4 + (0.4 * logRange) / usualRange)) / DAY_MS;
  }
}

/**
 * `count` consecutive history bars from the one that opens at or before `fromMs`.
 * @throws {DstaError} VALIDATION_ERROR for an interval or count out of range (1 to 10,000 bars).
 */
export function fairBars(
  fair: FairValue,
  what: { readonly venue: string; readonly symbol: string; readonly intervalMs: number; readonly priceDecimals: number },
  fromMs: number,
  count: number,
): Bar[] {
  const { venue, symbol, intervalMs, priceDecimals } = what;
  if (!(Number.isInteger(intervalMs) && intervalMs > 0)) throw invalid("intervalMs", "a positive whole number of milliseconds", intervalMs);
  if (!(Number.isInteger(count) && count >= 0 && count <= MAX_BARS)) throw invalid("count", `0 to ${MAX_BARS} bars`, count);
  const firstMs = Math.floor(fromMs / intervalMs) * intervalMs;
  return Array.from({ length: count }, (_, index) => fair.bar(venue, symbol, intervalMs, firstMs + index * intervalMs, priceDecimals));
}

/** Uniform with mean 0 and variance 1, by hashing the cell's number (both 32-bit halves). */
function cellValue(salt: number, cell: number): number {
  let hash = Math.imul((cell | 0) ^ salt, 0x9e3779b1) ^ Math.imul(Math.floor(cell / 4_294_967_296), 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (((hash ^ (hash >>> 15)) >>> 0) / 2_147_483_648 - 1) * Math.sqrt(3);
}
