/**
 * Daily returns of a trial summed up in blocks of time. Sums add up over any union of blocks, so that a search keeps a
 * few numbers a trial instead of its returns, and the probability of overfitting can be had from them (`pbo.ts`).
 */
import { invalid } from "../kernel/errors.ts";

/** Of the returns of one block. */
export type BlockMoments = readonly [count: number, sum: number, squares: number];

/** Contiguous blocks, in order, whose sizes differ by one at most; empty ones when there are fewer returns than blocks. */
export function blockMoments(returns: ArrayLike<number>, blocks: number): readonly BlockMoments[] {
  if (!Number.isInteger(blocks) || blocks < 1) throw invalid("blocks", "a whole number of at least 1", blocks);
  return Array.from({ length: blocks }, (_, block) => {
    const start = Math.floor((block * returns.length) / blocks);
    const end = Math.floor(((block + 1) * returns.length) / blocks);
    let sum = 0;
    let squares = 0;
    for (let index = start; index < end; index++) {
      sum += returns[index]!;
      squares += returns[index]! ** 2;
    }
    return [end - start, sum, squares] as const;
  });
}
