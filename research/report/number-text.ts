/**
 * Numbers and times of a report as text, one way in all its forms: true minus, thin grouping by commas, UTC. Owns text
 * only: nothing is computed from what it returns. An undefined number is a dash, never 0.
 */
import type { LatencySpec, SlippageSpec } from "../../domain/contract/research/spec.ts";

export const NONE = "–";
const MINUS = "\u2212";

function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return value < 0 && /[1-9]/.test(text) ? `${MINUS}${text}` : text;
}

/** 0.1234 as `12.34 %`. */
export function shareText(value: number | null): string {
  if (value === null) return NONE;
  return `${fixed(value * 100, Math.abs(value) >= 10 ? 0 : 2)} %`;
}

export function signedShareText(value: number | null): string {
  return value !== null && value > 0 ? `+${shareText(value)}` : shareText(value);
}

export function moneyText(value: number | null): string {
  return value === null ? NONE : fixed(value, 2);
}

/** Round values beside an axis: without decimals that are all zero. */
export function axisMoneyText(value: number): string {
  return moneyText(value).replace(/\.00$/, "");
}

export function axisShareText(value: number): string {
  return shareText(value).replace(".00 ", " ");
}

/** Profit and loss always carry their sign. */
export function signedMoneyText(value: number | null): string {
  return value !== null && value > 0 ? `+${moneyText(value)}` : moneyText(value);
}

export function ratioText(value: number | null): string {
  return value === null ? NONE : fixed(value, Math.abs(value) >= 1_000 ? 0 : 2);
}

export function countText(value: number | null): string {
  return value === null ? NONE : fixed(value, Number.isInteger(value) ? 0 : 2);
}

export function daysText(value: number | null): string {
  return value === null ? NONE : `${fixed(value, Number.isInteger(value) || value >= 100 ? 0 : 1)} d`;
}

/** Prices and quantities: what is there, up to 8 decimals, at least 5 significant digits. */
export function priceText(value: number | null): string {
  if (value === null) return NONE;
  const size = Math.abs(value);
  const decimals = size === 0 ? 0 : Math.min(8, Math.max(2, 5 - Math.ceil(Math.log10(size))));
  const text = fixed(value, decimals);
  return text.includes(".") ? text.replace(/(\.\d{2}\d*?)0+$/, "$1") : text;
}

export function durationText(ms: number | null): string {
  if (ms === null) return NONE;
  const minutes = ms / 60_000;
  if (minutes < 60) return `${fixed(minutes, minutes < 10 ? 1 : 0)} min`;
  if (minutes < 2_880) return `${fixed(minutes / 60, 1)} h`;
  return `${fixed(minutes / 1_440, 1)} d`;
}

/** `2024-03-01`. */
export function dateText(timeMs: number | null): string {
  return timeMs === null ? NONE : new Date(timeMs).toISOString().slice(0, 10);
}

/** `2024-03-01 12:00`, with seconds only where there are any. UTC. */
export function timeText(timeMs: number | null): string {
  if (timeMs === null) return NONE;
  const text = new Date(timeMs).toISOString().replace("T", " ");
  return timeMs % 60_000 === 0 ? text.slice(0, 16) : text.slice(0, 19);
}

/** Which slippage and latency a run was given: `fixed 5 bps`, `50 ms`. */
export function slippageText(slippage: SlippageSpec): string {
  if (slippage.model === "none") return "none";
  if (slippage.model === "fixed") return `fixed ${slippage.bps} bps`;
  if (slippage.model === "volume-share") return `by volume share, impact ${slippage.impact}`;
  return `square root of volume share, coefficient ${slippage.coefficient}`;
}

export function latencyText(latency: LatencySpec): string {
  return latency.model === "constant" ? `${latency.ms} ms` : `${latency.meanMs} ± ${latency.deviationMs} ms, sampled`;
}

export function paramsText(params: Readonly<Record<string, number | string | boolean>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
