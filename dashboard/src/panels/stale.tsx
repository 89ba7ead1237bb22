/** Whether the shown market may be traded on: how old it is while it is not whole or this page is lost, and the chip that says so. */
import { age } from "../model/format.ts";
import { Mark } from "../parts/mark.tsx";
import { link, pageMs } from "../state/floor.ts";
import { bookHeardAtMs, market } from "../state/market.ts";

/** Age of the shown book in ms when it is not to be traded on; null while it is live. */
export function staleMs(): number | null {
  const state = market.value;
  if (state === null || (state.book.quality === "LIVE" && link.value.phase === "live")) return null;
  return state.book.ageMs + Math.max(0, pageMs.value - bookHeardAtMs.value);
}

export function StaleChip() {
  const stale = staleMs();
  if (stale === null) return null;
  return (
    <span class="chip warn">
      <Mark form="triangle" /> STALE {age(stale)}
    </span>
  );
}
