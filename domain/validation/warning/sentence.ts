/**
 * Numbers and times as the sentences of research say them: `61 %`, `2018-01-03 10:15`, `3 of 32 symbols`. Shares come
 * in as ratios (0.61), times as UTC milliseconds. Owns wording of values only, never a judgement.
 */
import { numberText } from "../../strategy/number-text.ts";

/** 0.612 is `61 %`; small shares keep the decimal that tells them from zero. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  const text = numberText(value, Math.abs(value) < 10 ? 1 : 0).replace("-", "−");
  return `${text.endsWith(".0") ? text.slice(0, -2) : text} %`;
}

export function dayText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

export function minuteText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replace("T", " ");
}

/** `1 trade`, `312 trades`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count, 0)} ${count === 1 ? one : many}`;
}

/** Money with the decimals its size needs. */
export function money(value: number): string {
  return numberText(value, Math.abs(value) >= 1_000 ? 0 : 2).replace("-", "−");
}

/** The first few names, and how many more there are. */
export function some(names: readonly string[], most = 3): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(", ")} and ${rest} more` : names.join(", ");
}
