/**
 * What the person looks at: the selected strategy, the chart interval, the filters, the open dialog.
 * Nothing here reaches the server.
 */
import { computed, signal } from "@preact/signals";
import type { ParamValues, Severity, StrategyRow } from "../../../domain/contract/views.ts";
import type { ParamChange } from "../model/params.ts";
import { filterStrategies, strategiesWorstFirst, type StrategyFilter } from "../model/strategies.ts";
import { strategies } from "./floor.ts";

export type Dialog =
  | { readonly kind: "keys" }
  | { readonly kind: "settings" }
  | { readonly kind: "new"; readonly definition: string | null; readonly params?: ParamValues }
  | { readonly kind: "resume" }
  | { readonly kind: "stop"; readonly id: string }
  | { readonly kind: "cancel-all" }
  | { readonly kind: "restart"; readonly actorId: string }
  | { readonly kind: "move"; readonly actorId: string }
  | { readonly kind: "drain"; readonly node: string }
  | { readonly kind: "limits" }
  | {
      readonly kind: "apply";
      readonly id: string;
      readonly params: ParamValues;
      readonly changes: readonly ParamChange[];
      readonly version: number;
      readonly note: string;
    };

export const INTERVALS = ["1s", "5s", "15s", "1m", "5m", "15m", "1h", "4h", "1d"] as const;

export const dialog = signal<Dialog | null>(null);
export const strategyFilter = signal<StrategyFilter>("all");
export const severityFilter = signal<Severity>("info");
export const chosenInterval = signal<string>("1m");
export const focusBook = signal(0);
const selectedId = signal<string | null>(null);

/** Order of rows: as they came; `sortWorstFirst` re-sorts on command only, so that rows never move under a pointer. */
const order = signal<readonly string[]>([]);

export const strategyRows = computed<StrategyRow[]>(() => {
  const rows = filterStrategies(strategies.value, strategyFilter.value);
  const place = new Map(order.value.map((id, at) => [id, at]));
  return rows.sort((a, b) => (place.get(a.id) ?? place.size) - (place.get(b.id) ?? place.size));
});

export const selectedStrategy = computed<StrategyRow | null>(() => {
  const all = strategies.value;
  return all.find((row) => row.id === selectedId.value) ?? strategyRows.value[0] ?? all[0] ?? null;
});

export function select(id: string): void {
  selectedId.value = id;
}

export function step(by: 1 | -1): void {
  const rows = strategyRows.value;
  const at = rows.findIndex((row) => row.id === selectedStrategy.value?.id);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  if (next !== undefined) selectedId.value = next.id;
}

export function sortWorstFirst(): void {
  order.value = strategiesWorstFirst(strategies.value).map((row) => row.id);
}
