/**
 * The trading switch. Going safer (reducing, halted) takes one second of holding, no dialog; going back to active
 * takes the resume dialog. The switch shows *sending* until the stream shows the new state.
 */
import { computed, signal } from "@preact/signals";
import type { TradingState } from "../../../domain/contract/views.ts";
import { call } from "./api.ts";
import { command, isSending, lockedFor } from "./commands.ts";
import { deskName, sections } from "./floor.ts";

export type SafeState = "reducing" | "halted";
export const HOLD_MS = 1_000;
export const SWITCH_KEY = "trading-switch";

export const holding = signal<{ readonly target: SafeState; readonly leftMs: number } | null>(null);
export const tradingState = computed<TradingState | null>(() => sections.trading.value?.state ?? null);

let endsAtMs = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Why the switch cannot go to `target` now; null when it can. */
export function switchLock(target: TradingState): string | null {
  const now = tradingState.value;
  if (now === null) return "the floor is not loaded";
  if (now === target) return `already ${target}`;
  if (target === "reducing" && now === "halted") return "resume first: from halted, the way leads through the checks";
  if (isSending(SWITCH_KEY)) return "sending";
  return lockedFor("risk:switch");
}

export function startHold(target: SafeState): void {
  if (holding.value !== null || switchLock(target) !== null) return;
  endsAtMs = performance.now() + HOLD_MS;
  holding.value = { target, leftMs: HOLD_MS };
  timer = setInterval(() => {
    const leftMs = endsAtMs - performance.now();
    if (leftMs > 0) {
      holding.value = { target, leftMs };
      return;
    }
    cancelHold();
    void sendSwitch(target, `${target === "halted" ? "Halt" : "Reducing"} held on the dashboard`);
  }, 50);
}

export function cancelHold(): void {
  clearInterval(timer);
  holding.value = null;
}

export function sendSwitch(state: TradingState, reason: string, confirm?: string): Promise<boolean> {
  return command({
    key: SWITCH_KEY,
    label: state === "halted" ? "Halt" : state === "reducing" ? "Reducing" : "Resume",
    send: () => call("POST", "risk/circuit-breaker", { state, reason, ...(confirm === undefined ? {} : { confirm }) }),
    shown: () => tradingState.value === state,
  });
}

export function resumePhrase(): string {
  return `RESUME ${deskName.value}`;
}

/** A hold ends with anything that lets go: key up, pointer up, the window losing focus. */
export function startHoldKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.repeat || !event.shiftKey || event.altKey) return;
    const letter = event.key.toLowerCase();
    if (letter !== "h" && letter !== "r") return;
    const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=range]), textarea, select");
    if (typing && !event.ctrlKey) return;
    if (event.metaKey || (letter === "r" && event.ctrlKey)) return;
    event.preventDefault();
    startHold(letter === "h" ? "halted" : "reducing");
  });
  addEventListener("keyup", (event) => {
    if (["h", "r", "shift", " ", "enter"].includes(event.key.toLowerCase())) cancelHold();
  });
  addEventListener("blur", cancelHold);
  addEventListener("pointerup", cancelHold);
  addEventListener("pointercancel", cancelHold);
}
