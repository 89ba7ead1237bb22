/**
 * Every split of the blocks of `pbo.ts` into two equal halves, judged. Owns the counting, which is the hot path: trials ×
 * splits. Each pair of halves is looked at once and serves two splits, in sample one way and out of sample the other.
 * In place of the Sharpe stands sign · sum² / sum of squares: it rises with the Sharpe, needs no root, and is compared
 * within one half only, where the number of returns is the same for all trials.
 *
 * A half is a union of some early and some late blocks. The sums of all such unions are in tables; the late ones in order
 * of their number of blocks, so that the late unions that go with an early one lie side by side.
 */
import type { BlockMoments } from "./block-moments.ts";

/** One row a split; splits `2k` and `2k + 1` are the two directions of one pair of halves. */
export interface Splits {
  /** Of the trial chosen, the best in sample, the first of equal ones: sign · sum² / sum of squares. */
  readonly inSample: Float64Array;
  readonly outOfSample: Float64Array;
  /** Trials that are worse out of sample than the one chosen, and those that are equal, itself among them. */
  readonly below: Uint32Array;
  readonly equal: Uint32Array;
  /** Number of returns in sample; the rest are out of sample. */
  readonly inCount: Float64Array;
}

/** Unions of blocks by their bits, and where in `byCount` those of so many blocks begin. */
interface Unions {
  readonly byCount: Uint16Array;
  readonly startOf: readonly number[];
  readonly bitsOf: Uint8Array;
}

interface Tables {
  readonly early: Float64Array;
  readonly earlySquares: Float64Array;
  /** In the order of `byCount`, and of the complements of those unions. */
  readonly late: Float64Array;
  readonly lateSquares: Float64Array;
  readonly lateRest: Float64Array;
  readonly lateRestSquares: Float64Array;
  /** The late unions by their bits, from which those are read. */
  readonly bits: Float64Array;
  readonly bitSquares: Float64Array;
}

/** Makes 0 of 0 / 0: a half without returns that differ from 0. */
const TINY = 1e-300;

/** @param counts returns of each block, the same in every trial; an even number of blocks. */
export function judgeSplits(trials: readonly (readonly BlockMoments[])[], counts: readonly number[]): Splits {
  const unions = unionsOf(counts.length / 2);
  const inCount = countsInSample(unions, counts);
  const pairs = inCount.length / 2;
  const first = new Float64Array(pairs);
  const second = new Float64Array(pairs);
  const tables = newTables(unions.byCount.length);
  const splits: Splits = {
    inSample: new Float64Array(2 * pairs).fill(Number.NEGATIVE_INFINITY),
    outOfSample: new Float64Array(2 * pairs),
    below: new Uint32Array(2 * pairs),
    equal: new Uint32Array(2 * pairs),
    inCount,
  };
  for (const trial of trials) {
    fillTables(trial, unions, tables);
    strengths(tables, unions, first, second);
    choose(splits, first, second);
  }
  for (const trial of trials) {
    fillTables(trial, unions, tables);
    strengths(tables, unions, first, second);
    rank(splits, first, second);
  }
  return splits;
}

function choose({ inSample, outOfSample }: Splits, first: Float64Array, second: Float64Array): void {
  for (let pair = 0; pair < first.length; pair++) {
    const one = first[pair]!;
    const other = second[pair]!;
    const split = 2 * pair;
    if (one > inSample[split]!) {
      inSample[split] = one;
      outOfSample[split] = other;
    }
    if (other > inSample[split + 1]!) {
      inSample[split + 1] = other;
      outOfSample[split + 1] = one;
    }
  }
}

function rank({ outOfSample, below, equal }: Splits, first: Float64Array, second: Float64Array): void {
  for (let pair = 0; pair < first.length; pair++) {
    const split = 2 * pair;
    const outOfFirst = outOfSample[split]!;
    const outOfSecond = outOfSample[split + 1]!;
    const one = first[pair]!;
    const other = second[pair]!;
    below[split]! += Number(other < outOfFirst);
    equal[split]! += Number(other === outOfFirst);
    below[split + 1]! += Number(one < outOfSecond);
    equal[split + 1]! += Number(one === outOfSecond);
  }
}

/** Of one trial at every pair of halves. The first half holds block 0, so that no pair comes twice. */
function strengths(tables: Tables, { startOf, bitsOf }: Unions, first: Float64Array, second: Float64Array): void {
  const { early, earlySquares, late, lateSquares, lateRest, lateRestSquares } = tables;
  const half = startOf.length - 2;
  const all = early.length - 1;
  let pair = 0;
  for (let mask = 1; mask <= all; mask += 2) {
    const sum = early[mask]!;
    const squares = earlySquares[mask]! + TINY;
    const restSum = early[all ^ mask]!;
    const restSquares = earlySquares[all ^ mask]! + TINY;
    const end = startOf[half - bitsOf[mask]! + 1]!;
    for (let place = startOf[half - bitsOf[mask]!]!; place < end; place++) {
      const inFirst = sum + late[place]!;
      const inSecond = restSum + lateRest[place]!;
      first[pair] = (inFirst * Math.abs(inFirst)) / (squares + lateSquares[place]!);
      second[pair] = (inSecond * Math.abs(inSecond)) / (restSquares + lateRestSquares[place]!);
      pair += 1;
    }
  }
}

/** @param half number of blocks that are united. */
function unionsOf(half: number): Unions {
  const bitsOf = new Uint8Array(1 << half);
  for (let mask = 1; mask < bitsOf.length; mask++) bitsOf[mask] = bitsOf[mask & (mask - 1)]! + 1;
  const byCount = Uint16Array.from(bitsOf, (_, mask) => mask).sort((a, b) => bitsOf[a]! - bitsOf[b]! || a - b);
  const startOf = Array.from({ length: half + 2 }, (_, bits) => byCount.filter((mask) => bitsOf[mask]! < bits).length);
  return { byCount, startOf, bitsOf };
}

/** In the order in which `strengths` goes through the pairs. */
function countsInSample({ byCount, startOf, bitsOf }: Unions, counts: readonly number[]): Float64Array {
  const half = counts.length / 2;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const countOf = (mask: number, from: number) =>
    counts.reduce((sum, count, block) => sum + (block >= from && block < from + half && mask & (1 << (block - from)) ? count : 0), 0);
  const inCount: number[] = [];
  for (let mask = 1; mask < bitsOf.length; mask += 2) {
    const bits = half - bitsOf[mask]!;
    for (const late of byCount.subarray(startOf[bits], startOf[bits + 1])) {
      const count = countOf(mask, 0) + countOf(late, half);
      inCount.push(count, total - count);
    }
  }
  return Float64Array.from(inCount);
}

function newTables(size: number): Tables {
  const table = () => new Float64Array(size);
  return {
    early: table(),
    earlySquares: table(),
    late: table(),
    lateSquares: table(),
    lateRest: table(),
    lateRestSquares: table(),
    bits: table(),
    bitSquares: table(),
  };
}

function fillTables(trial: readonly BlockMoments[], { byCount }: Unions, tables: Tables): void {
  const half = trial.length / 2;
  const all = byCount.length - 1;
  const { early, earlySquares, late, lateSquares, lateRest, lateRestSquares, bits, bitSquares } = tables;
  fillUnions(trial.slice(0, half), early, earlySquares);
  fillUnions(trial.slice(half), bits, bitSquares);
  for (let place = 0; place <= all; place++) {
    const mask = byCount[place]!;
    late[place] = bits[mask]!;
    lateSquares[place] = bitSquares[mask]!;
    lateRest[place] = bits[all ^ mask]!;
    lateRestSquares[place] = bitSquares[all ^ mask]!;
  }
}

/** Sums over every union of the blocks, by its bits: each is a smaller union and one block more. */
function fillUnions(blocks: readonly BlockMoments[], sums: Float64Array, squares: Float64Array): void {
  for (let mask = 1; mask < sums.length; mask++) {
    const rest = mask & (mask - 1);
    const [, sum, square] = blocks[31 - Math.clz32(mask & -mask)]!;
    sums[mask] = sums[rest]! + sum;
    squares[mask] = squares[rest]! + square;
  }
}
