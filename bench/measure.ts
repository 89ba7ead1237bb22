/** What the benches share: rounds that must agree on their result, medians, quantiles, forced collection. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface Rate {
  /** Of the fastest round, and of the one in the middle: other work on the machine only ever slows a round down. */
  readonly perSecond: number;
  readonly medianPerSecond: number;
  readonly hash: number;
}

/** Runs `once` a number of times; each run does `operations` of the thing measured. @throws when two rounds differ in hash. */
export function measure(rounds: number, operations: number, once: () => number): Rate {
  const elapsedNs: number[] = [];
  let hash = 0;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    const result = once();
    elapsedNs.push(Number(process.hrtime.bigint() - start));
    if (round > 0 && result !== hash) throw new Error(`round ${round} gave hash ${result}, not ${hash}`);
    hash = result;
  }
  return { ...ratesOf(elapsedNs, operations), hash };
}

/** As `measure`, for work that ends on a later turn of the event loop. */
export async function measureAsync(rounds: number, operations: number, once: () => Promise<number>): Promise<Rate> {
  const elapsedNs: number[] = [];
  let hash = 0;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    const result = await once();
    elapsedNs.push(Number(process.hrtime.bigint() - start));
    if (round > 0 && result !== hash) throw new Error(`round ${round} gave hash ${result}, not ${hash}`);
    hash = result;
  }
  return { ...ratesOf(elapsedNs, operations), hash };
}

function ratesOf(elapsedNs: number[], operations: number): { perSecond: number; medianPerSecond: number } {
  const sorted = elapsedNs.toSorted((a, b) => a - b);
  const rate = (ns: number): number => Math.round((operations / ns) * 1e9);
  return { perSecond: rate(sorted[0]!), medianPerSecond: rate(sorted[sorted.length >> 1]!) };
}

/** Of values sorted ascending; `share` from 0 to 1. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

let collect: (() => void) | null = null;

/** Bytes in use after a full collection: the heap, and what typed arrays hold outside it. */
export function bytesInUse(): number {
  if (collect === null) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
