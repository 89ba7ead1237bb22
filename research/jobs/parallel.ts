/**
 * Work in parts over the pool: enough of them at once to keep its workers busy, no more. The first failure ends the
 * others, because nobody would take their results.
 */
import type { ResearchPool } from "./pool.ts";

/** A worker that finishes finds its next part waiting. */
const PARTS_PER_WORKER = 2;

/**
 * Runs parts until `next` gives none and none is running. `next` may give null while results are still needed.
 * @throws what the first part that fails throws
 */
export async function inParallel(
  pool: Pick<ResearchPool, "workers">,
  signal: AbortSignal | undefined,
  next: () => ((signal: AbortSignal) => Promise<void>) | null,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([failed.signal, ...(signal ? [signal] : [])]);
  const running = new Set<Promise<void>>();
  try {
    for (;;) {
      while (running.size < pool.workers * PARTS_PER_WORKER) {
        const part = next();
        if (part === null) break;
        const work: Promise<void> = part(either).finally(() => running.delete(work));
        running.add(work);
      }
      if (running.size === 0) return;
      await Promise.race(running);
    }
  } finally {
    failed.abort();
    await Promise.allSettled(running);
  }
}

/** How many parts may be wanted at once. */
export function partsAtOnce(pool: Pick<ResearchPool, "workers">): number {
  return pool.workers * PARTS_PER_WORKER;
}
