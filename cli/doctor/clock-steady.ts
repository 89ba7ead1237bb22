/**
 * Does the wall clock keep pace with the monotonic one, and is it plausible at all? A clock that is being slewed or
 * stepped makes ages and expiries wrong.
 */
import { setTimeout as pause } from "node:timers/promises";
import { fail, ok, warn, type Check } from "./check.ts";

const SAMPLE_MS = 250;
const MAX_DRIFT_MS = 5;
const BUILT_AFTER_MS = Date.UTC(2026, 0, 1);

export const clockSteady: Check = {
  name: "clock",
  async run() {
    if (Date.now() < BUILT_AFTER_MS) return fail(`the clock says ${new Date(Date.now()).toISOString()}`, "set the clock, best by NTP");
    const [wall, steady] = [Date.now(), performance.now()];
    await pause(SAMPLE_MS);
    const driftMs = Date.now() - wall - (performance.now() - steady);
    const shown = `drifts ${driftMs.toFixed(1)} ms in ${SAMPLE_MS} ms`;
    return Math.abs(driftMs) <= MAX_DRIFT_MS ? ok(shown) : warn(shown, "let NTP finish before trading");
  },
};
