/**
 * Numbers and times as the page writes them: grouped thousands, the true minus sign, signed P&L, UTC.
 * Decimals arrive as text and are rounded as text (half away from zero), so a shown figure never passes through a
 * binary fraction. Nothing here decides anything.
 */

export const DASH = "—";
export const MINUS = "−";
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

export interface DecimalStyle {
  /** Digits after the point; null keeps what is there without trailing zeros. */
  readonly places?: number | null;
  /** Writes + before gains. Zero carries no sign. */
  readonly signed?: boolean;
}

/** A decimal text for people; `—` for null. A text that is no decimal is shown as it came. */
export function decimal(text: string | null | undefined, style: DecimalStyle = {}): string {
  if (text === null || text === undefined) return DASH;
  const parts = DECIMAL.exec(text);
  if (parts === null) return text;
  const { whole, fraction } = rounded(parts[2] ?? "0", parts[3] ?? "", style.places ?? null);
  const zero = /^0*$/.test(whole) && /^0*$/.test(fraction);
  const sign = zero ? "" : parts[1] === "-" ? MINUS : style.signed === true ? "+" : "";
  return `${sign}${grouped(whole)}${fraction === "" ? "" : `.${fraction}`}`;
}

function rounded(whole: string, fraction: string, places: number | null): { whole: string; fraction: string } {
  const integer = whole.replace(/^0+(?=\d)/, "");
  if (places === null) return { whole: integer, fraction: fraction.replace(/0+$/, "") };
  if (fraction.length <= places) return { whole: integer, fraction: fraction.padEnd(places, "0") };
  const kept = BigInt(integer + fraction.slice(0, places)) + (fraction.charCodeAt(places) >= 53 ? 1n : 0n);
  const digits = kept.toString().padStart(places + 1, "0");
  return { whole: digits.slice(0, digits.length - places), fraction: places === 0 ? "" : digits.slice(-places) };
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** −1, 0 or 1. */
export function signOf(text: string | null | undefined): -1 | 0 | 1 {
  if (text === null || text === undefined || !/[1-9]/.test(text)) return 0;
  return text.startsWith("-") ? -1 : 1;
}

/** Exact sum of decimal texts, at most 18 digits after the point. */
export function sumDecimals(texts: readonly string[]): string {
  let total = 0n;
  for (const text of texts) {
    const parts = DECIMAL.exec(text);
    if (parts === null) continue;
    const scaled = BigInt((parts[2] ?? "0") + (parts[3] ?? "").padEnd(18, "0").slice(0, 18));
    total += parts[1] === "-" ? -scaled : scaled;
  }
  const digits = (total < 0n ? -total : total).toString().padStart(19, "0");
  const fraction = digits.slice(-18).replace(/0+$/, "");
  return `${total < 0n ? "-" : ""}${digits.slice(0, -18)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Digits after the point that a tick or lot size asks for: "0.0100" → 2. */
export function placesOf(step: string): number {
  return (DECIMAL.exec(step)?.[3] ?? "").replace(/0+$/, "").length;
}

/** A statistic, which may be a binary fraction, in fixed places. */
export function number(value: number | null | undefined, places = 0, signed = false): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  return decimal(value.toFixed(places), { places, signed });
}

/** A ratio (0.0004) as percent ("0.04 %"). */
export function percent(ratio: number | null | undefined, places = 2, signed = false): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return DASH;
  return `${number(ratio * 100, places, signed)} %`;
}

/** A share of the day's money: two places, three where two would show nothing of a small move. */
export function smallPercent(ratio: number): string {
  return percent(ratio, Math.abs(ratio) < 0.001 ? 3 : 2, true);
}

/** A statistic in little room, three significant digits or the whole part: 0.0299, 7.18, 4,358, 55.9k, 1.2M. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 999_950) return `${number(value / 1_000_000, size >= 99_950_000 ? 0 : 1)}M`;
  if (size >= 9_999.5) return `${number(value / 1_000, size >= 99_950 ? 0 : 1)}k`;
  return number(value, size >= 99.95 || size === 0 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : size >= 0.09995 ? 3 : 4);
}

/** A small amount such as a fee: two places, more where two would show zero (0.000021 BTC). */
export function amount(text: string): string {
  const value = Math.abs(Number(text));
  return decimal(text, { places: value === 0 || value >= 0.01 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(value))) });
}

const two = (value: number): string => String(value).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** 03:12:08, UTC. */
export function clockTime(ms: number): string {
  const at = new Date(ms);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

/** 03:12:08.114, UTC. */
export function clockTimeMs(ms: number): string {
  return `${clockTime(ms)}.${String(new Date(ms).getUTCMilliseconds()).padStart(3, "0")}`;
}

/** 22 Nov, UTC. */
export function day(ms: number): string {
  const at = new Date(ms);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ""}`;
}

/** 22 Nov 03:12:08, UTC. */
export function dayTime(ms: number): string {
  return `${day(ms)} ${clockTime(ms)}`;
}

/** How long ago, in the largest unit that fits: 0.3s, 4s, 12m, 3h, 6d. */
export function age(ms: number): string {
  if (ms < 50) return "now";
  if (ms < 1_000) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** A latency in microseconds: 9 µs, 0.71 ms, 1.8 s. */
export function latency(us: number | null): string {
  if (us === null) return DASH;
  if (us < 500) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${(us / 1_000).toFixed(us < 10_000 ? 2 : 0)} ms`;
  return `${(us / 1_000_000).toFixed(1)} s`;
}
