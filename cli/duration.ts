/** Durations as people type them: a whole number and s, m, h or d. */
import { usage } from "./terminal.ts";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws a usage error naming the option */
export function parseDurationMs(field: string, text: string): number {
  const [, count, unit] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw usage(`${field}: expected a time such as 90s, 15m, 2h or 1d, got ${JSON.stringify(text)}`);
  return Number(count) * UNIT_MS[unit]!;
}
