/**
 * Loaded into a node before its program (`node --import`): SIGUSR2 moves the node's wall clock, as a wrong time server
 * or a machine that was asleep would. The shift in hours comes by the file named in CLOCK_SHIFT_FILE, and what the clock
 * says then is written beside it; threads see the same clock as the process. The monotonic clock and timers stay as they
 * are: so does a machine's.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";

const KEY = "clock-shift";
const HOUR_MS = 3_600_000;
const MachineDate = Date;

const shared = (getEnvironmentData(KEY) as unknown as SharedArrayBuffer | undefined) ?? new SharedArrayBuffer(4);
const hours = new Int32Array(shared);
const now = (): number => MachineDate.now() + Atomics.load(hours, 0) * HOUR_MS;

/** A date made from something is that date. */
class ShiftedDate extends MachineDate {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [now()] : given) as [number]));
  }

  static override now(): number {
    return now();
  }
}
globalThis.Date = ShiftedDate as DateConstructor;

const file = process.env["CLOCK_SHIFT_FILE"];
if (isMainThread && file !== undefined) {
  setEnvironmentData(KEY, shared);
  process.on("SIGUSR2", () => {
    Atomics.store(hours, 0, Number(readFileSync(file, "utf8")));
    writeFileSync(`${file}.seen`, String(Date.now()));
  });
}
