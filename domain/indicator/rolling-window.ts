/**
 * Sums, moments and extremes of the last `length` values in amortised O(1) without ever subtracting a value that leaves:
 * the window is the suffix of a finished block joined with the prefix of the block being filled. Rounding errors
 * therefore stay those of one plain sum over the window, however long the stream and whatever passed through it before.
 * Source: two-stack sliding-window aggregation (Tangwongsan, Hirzel, Schneider, Wu, VLDB 2015); moments after Welford
 * (1962), joined after Chan, Golub and LeVeque (1979). Each `push` answers NaN until the window is full.
 */

export class RollingSum {
  readonly #length: number;
  readonly #block: Float64Array;
  /** `#suffix[k]`: sum of the finished block from k to its end. */
  readonly #suffix: Float64Array;
  #filled = 0;
  #prefix = 0;
  #full = false;

  constructor(length: number) {
    this.#length = length;
    this.#block = new Float64Array(length);
    this.#suffix = new Float64Array(length);
  }

  push(value: number): number {
    this.#block[this.#filled++] = value;
    this.#prefix += value;
    if (this.#filled < this.#length) return this.#full ? this.#suffix[this.#filled]! + this.#prefix : Number.NaN;
    const sum = this.#prefix;
    let suffix = 0;
    for (let index = this.#length - 1; index >= 0; index--) {
      suffix += this.#block[index]!;
      this.#suffix[index] = suffix;
    }
    this.#full = true;
    this.#filled = 0;
    this.#prefix = 0;
    return sum;
  }
}

/** Sum of the window weighted 1 (oldest) to `length` (newest). */
export class RollingWeightedSum {
  readonly #length: number;
  readonly #block: Float64Array;
  /** Of the finished block from k to its end: `#suffix[k]` weighted 1, 2, …, and nothing else. */
  readonly #suffix: Float64Array;
  #filled = 0;
  #prefix = 0;
  #prefixWeighted = 0;
  #full = false;

  constructor(length: number) {
    this.#length = length;
    this.#block = new Float64Array(length);
    this.#suffix = new Float64Array(length);
  }

  push(value: number): number {
    this.#block[this.#filled++] = value;
    this.#prefix += value;
    this.#prefixWeighted += this.#filled * value;
    if (this.#filled < this.#length) {
      if (!this.#full) return Number.NaN;
      // The suffix holds length − filled values, so the prefix's weights start that much higher.
      return this.#suffix[this.#filled]! + (this.#length - this.#filled) * this.#prefix + this.#prefixWeighted;
    }
    const weighted = this.#prefixWeighted;
    let sum = 0;
    let suffix = 0;
    for (let index = this.#length - 1; index >= 0; index--) {
      sum += this.#block[index]!;
      suffix += sum;
      this.#suffix[index] = suffix;
    }
    this.#full = true;
    this.#filled = 0;
    this.#prefix = 0;
    this.#prefixWeighted = 0;
    return weighted;
  }
}

/** Mean and population variance of the window; the variance is never negative and is exactly 0 for equal values. */
export class RollingMoments {
  mean = Number.NaN;
  variance = Number.NaN;
  readonly #length: number;
  readonly #block: Float64Array;
  readonly #suffixMean: Float64Array;
  readonly #suffixSquares: Float64Array;
  #filled = 0;
  #prefixMean = 0;
  #prefixSquares = 0;
  #full = false;

  constructor(length: number) {
    this.#length = length;
    this.#block = new Float64Array(length);
    this.#suffixMean = new Float64Array(length);
    this.#suffixSquares = new Float64Array(length);
  }

  /** True once `mean` and `variance` describe a full window. */
  push(value: number): boolean {
    this.#block[this.#filled++] = value;
    const away = value - this.#prefixMean;
    this.#prefixMean += away / this.#filled;
    this.#prefixSquares += away * (value - this.#prefixMean);
    if (this.#filled < this.#length) {
      if (this.#full) this.#join();
      return this.#full;
    }
    this.mean = this.#prefixMean;
    this.variance = this.#prefixSquares / this.#length;
    this.#finishBlock();
    return true;
  }

  #join(): void {
    const newer = this.#filled;
    const older = this.#length - newer;
    const olderMean = this.#suffixMean[newer]!;
    const apart = this.#prefixMean - olderMean;
    const share = newer / this.#length;
    this.mean = olderMean + apart * share;
    this.variance = (this.#suffixSquares[newer]! + this.#prefixSquares + apart * apart * older * share) / this.#length;
  }

  #finishBlock(): void {
    let mean = 0;
    let squares = 0;
    for (let index = this.#length - 1, count = 1; index >= 0; index--, count++) {
      const value = this.#block[index]!;
      const away = value - mean;
      mean += away / count;
      squares += away * (value - mean);
      this.#suffixMean[index] = mean;
      this.#suffixSquares[index] = squares;
    }
    this.#full = true;
    this.#filled = 0;
    this.#prefixMean = 0;
    this.#prefixSquares = 0;
  }
}

/** Largest value of the window. The smallest is the negated largest of the negated values. */
export class RollingMaximum {
  readonly #length: number;
  readonly #block: Float64Array;
  readonly #suffix: Float64Array;
  #filled = 0;
  #prefix = Number.NEGATIVE_INFINITY;
  #full = false;

  constructor(length: number) {
    this.#length = length;
    this.#block = new Float64Array(length);
    this.#suffix = new Float64Array(length);
  }

  push(value: number): number {
    this.#block[this.#filled++] = value;
    if (value > this.#prefix) this.#prefix = value;
    if (this.#filled < this.#length) return this.#full ? Math.max(this.#suffix[this.#filled]!, this.#prefix) : Number.NaN;
    const largest = this.#prefix;
    let suffix = Number.NEGATIVE_INFINITY;
    for (let index = this.#length - 1; index >= 0; index--) {
      suffix = Math.max(suffix, this.#block[index]!);
      this.#suffix[index] = suffix;
    }
    this.#full = true;
    this.#filled = 0;
    this.#prefix = Number.NEGATIVE_INFINITY;
    return largest;
  }
}
