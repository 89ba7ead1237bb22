/** The floor: is it real money, up or down, what does each strategy do and why, what needs a person. */
import { useEffect, useRef } from "preact/hooks";
import type { Severity } from "../../../domain/contract/views.ts";
import { useKeys } from "../app/keys.ts";
import { BookPanel } from "../panels/book.tsx";
import { ChartPanel } from "../panels/chart.tsx";
import { EquityPanel } from "../panels/equity.tsx";
import { EventsPanel } from "../panels/events.tsx";
import { FillsPanel } from "../panels/fills.tsx";
import { cancelAllLock, OrdersPanel } from "../panels/orders.tsx";
import { PhoneStrategies } from "../panels/phone-strategies.tsx";
import { openStrategy, startOrStop, StrategiesPanel } from "../panels/strategies.tsx";
import { chosenInterval, dialog, focusBook, selectedStrategy, severityFilter, sortWorstFirst, step } from "../state/choice.ts";
import { loaded, strategies } from "../state/floor.ts";
import { instruments } from "../state/instruments.ts";
import { closeMarket, watchMarket } from "../state/market.ts";

/** Rows the strategies panel has room for; more scroll inside it. */
const LEAST_ROWS = 6;
const MOST_ROWS = 10;
const SEVERITIES: readonly Severity[] = ["info", "warn", "error", "critical"];

export function FloorView({ phone }: { phone: boolean }) {
  const row = selectedStrategy.value;
  // Without a strategy the first instrument is looked at, so that a new floor is not blank.
  const looked = row ?? (loaded.value ? (instruments.value[0] ?? null) : null);
  const [venue, symbol] = [looked?.venue, looked?.symbol];
  useEffect(() => {
    if (venue !== undefined && symbol !== undefined) watchMarket({ venue, symbol, interval: chosenInterval.value });
    else closeMarket();
  }, [venue, symbol, chosenInterval.value]);
  useFloorKeys();
  // Worst first once on the small screen, where only the first rows are in sight.
  const sorted = useRef(false);
  const some = strategies.value.length > 0;
  useEffect(() => {
    if (!phone || sorted.current || !some) return;
    sorted.current = true;
    sortWorstFirst();
  }, [phone, some]);
  return (
    <main class="floor" id="main" tabIndex={-1} style={{ "--rows": Math.min(MOST_ROWS, Math.max(LEAST_ROWS, strategies.value.length)) }}>
      {phone ? <PhoneStrategies /> : <StrategiesPanel />}
      <EquityPanel />
      <ChartPanel target={looked === null ? null : { venue: looked.venue, symbol: looked.symbol, row }} />
      <BookPanel {...(looked === null ? { venue: null, symbol: null } : { venue: looked.venue, symbol: looked.symbol })} />
      <EventsPanel />
      <OrdersPanel />
      <FillsPanel />
    </main>
  );
}

function useFloorKeys(): void {
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    Enter: () => selectedStrategy.value !== null && openStrategy(selectedStrategy.value.id),
    p: () => selectedStrategy.value !== null && openStrategy(selectedStrategy.value.id),
    s: () => selectedStrategy.value !== null && startOrStop(selectedStrategy.value),
    b: () => (focusBook.value += 1),
    n: () => (dialog.value = { kind: "new", definition: null }),
    e: () => (severityFilter.value = SEVERITIES[(SEVERITIES.indexOf(severityFilter.value) + 1) % SEVERITIES.length] ?? "info"),
    "[": () => step(-1),
    "]": () => step(1),
    "Shift+X": () => cancelAllLock() === null && (dialog.value = { kind: "cancel-all" }),
  });
}
