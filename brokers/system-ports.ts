/**
 * The machine's time, event loop and chance, as the ports everything else is given. The only home of `Date.now`,
 * timers and random ids outside tests and benches.
 */
import { randomUUID } from "node:crypto";
import type { CancelTimer, Clock } from "../domain/kernel/clock.ts";
import { SteadyClock } from "./steady-clock.ts";

const TIMER_MAX_MS = 2_147_483_647;

const steady = new SteadyClock(
  () => Date.now(),
  () => performance.now(),
);

export const systemClock: Clock = {
  now: () => steady.now(),
  after(delayMs: number, callback: () => void): CancelTimer {
    const timer = setTimeout(callback, Math.min(TIMER_MAX_MS, Math.max(0, delayMs)));
    return () => clearTimeout(timer);
  },
};

/** Milliseconds with fractions of a clock that never jumps. */
export const elapsedMs = (): number => performance.now();

/** Runs after the input and output that is waiting now. */
export const defer = (callback: () => void): void => void setImmediate(callback);

/** What the actor runtime needs of the machine. */
export const systemPorts = { systemClock, elapsedMs, defer } as const;

export const newId = (): string => randomUUID();

export const wait = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
