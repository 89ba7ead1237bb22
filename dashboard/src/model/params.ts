/**
 * A strategy's parameter form: texts in the fields, checked against the declared type and range, turned into the
 * values the API takes. The server checks again; this only spares a round trip and says what is expected.
 */
import type { ParamField, ParamValues } from "../../../domain/contract/views.ts";
import { decimal } from "./format.ts";

export type ParamValue = ParamValues[string];
export type ParamCheck = { readonly ok: true; readonly value: ParamValue } | { readonly ok: false; readonly problem: string };

const INTERVAL_TEXTS = ["1s", "5s", "15s", "1m", "5m", "15m", "1h", "4h", "1d"];

/** Choices of a field that offers some; null for typed ones. */
export function choicesOf(field: ParamField): readonly string[] | null {
  if (field.type === "interval") return field.choices ?? INTERVAL_TEXTS;
  return field.type === "choice" ? (field.choices ?? []) : null;
}

export function isNumeric(field: ParamField): boolean {
  return field.type === "int" || field.type === "number" || field.type === "quote" || field.type === "quantity";
}

export function checkParam(field: ParamField, text: string): ParamCheck {
  if (field.type === "bool") return { ok: true, value: text === "true" };
  const choices = choicesOf(field);
  if (choices !== null) {
    return choices.includes(text) ? { ok: true, value: text } : { ok: false, problem: `expected one of ${choices.join(", ")}` };
  }
  const plain = text.trim().replaceAll(",", "").replace("−", "-");
  const value = Number(plain);
  if (!/^-?\d+(\.\d+)?$/.test(plain) || !Number.isFinite(value)) return { ok: false, problem: "expected a number" };
  if (field.type === "int" && !Number.isInteger(value)) return { ok: false, problem: "expected a whole number" };
  if (field.min !== null && value < field.min) return { ok: false, problem: `at least ${shownNumber(field.min)}` };
  if (field.max !== null && value > field.max) return { ok: false, problem: `at most ${shownNumber(field.max)}` };
  // A field whose default is a text holds an exact decimal: it stays a text.
  return { ok: true, value: typeof field.default === "string" ? plain : value };
}

/** What the input holds for a value. */
export function paramText(value: ParamValue | undefined): string {
  return value === undefined ? "" : String(value);
}

/** A value as people read it. */
export function paramShown(value: ParamValue | undefined): string {
  if (value === undefined) return "—";
  if (typeof value === "boolean") return value ? "on" : "off";
  return typeof value === "number" ? shownNumber(value) : decimal(value);
}

function shownNumber(value: number): string {
  return decimal(String(value));
}

export interface ParamChange {
  readonly name: string;
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

/** Differences of `after` to `before`, in the order of the fields. */
export function paramChanges(fields: readonly ParamField[], before: ParamValues, after: ParamValues): ParamChange[] {
  return fields
    .filter((field) => String(before[field.name]) !== String(after[field.name]))
    .map((field) => ({
      name: field.name,
      label: field.label || field.name,
      before: paramShown(before[field.name]),
      after: paramShown(after[field.name]),
    }));
}

/** Where a slider stands; wide ranges slide by ratio, so that small values can be hit. */
export function sliderPosition(field: ParamField, value: number): number {
  const { min, max } = field;
  if (min === null || max === null || max <= min) return 0;
  const clamped = Math.min(max, Math.max(min, value));
  if (min > 0 && max / min > 100) return Math.log(clamped / min) / Math.log(max / min);
  return (clamped - min) / (max - min);
}

/** The value a slider position means, on the field's step. */
export function sliderValue(field: ParamField, position: number): number {
  const { min, max } = field;
  if (min === null || max === null) return 0;
  const raw = min > 0 && max / min > 100 ? min * (max / min) ** position : min + (max - min) * position;
  const step = field.step ?? (field.type === "int" ? 1 : (max - min) / 1_000);
  const snapped = min + Math.round((raw - min) / step) * step;
  return Number(Math.min(max, Math.max(min, snapped)).toPrecision(10));
}
