/** Waiting judged by the monotonic clock: timers only say when to look. */
import type { Clock } from "../../domain/kernel/clock.ts";

export interface Timekeeping {
  readonly clock: Clock;
  /** Milliseconds of a clock that never jumps. */
  readonly elapsedMs: () => number;
}

/** Resolves when that much time has passed, whatever the wall clock did. */
export async function passTime({ clock, elapsedMs }: Timekeeping, durationMs: number): Promise<void> {
  const endMs = elapsedMs() + durationMs;
  for (let leftMs = durationMs; leftMs > 0; leftMs = endMs - elapsedMs()) {
    await new Promise<void>((resolve) => void clock.after(Math.ceil(leftMs), resolve));
  }
}
