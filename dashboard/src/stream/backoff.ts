/**
 * How long to wait before the next try: doubling from 0.5 s to 15 s with full jitter in the upper half, so that many
 * pages that lost one gateway do not come back in the same instant.
 */
const FIRST_MS = 500;
const LAST_MS = 15_000;

/** `attempt` counts from 0; `random` is in [0, 1). */
export function retryDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
