/**
 * Seeded randomness as a port: the same seed gives the same sequence on every machine.
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), seeded from a 32-bit hash of the text seed.
 */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [low, high], both included. */
  integer(low: number, high: number): number;
  /** Standard normal, by Box and Muller. */
  normal(): number;
  /** Exponential with the given mean (> 0). */
  exponential(mean: number): number;
}

export function seededRandom(seed: string): Random {
  let a = hash32(seed, 0x9e3779b9);
  let b = hash32(seed, 0x243f6a88);
  let c = hash32(seed, 0xb7e15162);
  let counter = 1;

  function next(): number {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  }
  for (let round = 0; round < 12; round++) next();

  return {
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    exponential: (mean) => -mean * Math.log(1 - next()),
  };
}

/** FNV-1a over UTF-16 code units with a final avalanche; stable across platforms. */
export function hash32(text: string, salt = 0): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
