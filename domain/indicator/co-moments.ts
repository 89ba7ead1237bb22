/**
 * Means, population variances and covariance of the last `length` pairs, by the same two-stack window as `RollingMoments`:
 * nothing that leaves is ever subtracted. Source: co-moments joined after Chan, Golub and LeVeque (1979).
 */

export class RollingCoMoments {
  meanX = Number.NaN;
  meanY = Number.NaN;
  varianceX = Number.NaN;
  varianceY = Number.NaN;
  covariance = Number.NaN;
  readonly #length: number;
  /** What x has grown by from a block to the next, for an x that is the position in its block; 0 for values. */
  readonly #growthX: number;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  /** Of the finished block from k to its end, five numbers a row: means of x and y, squares of x and y, products. */
  readonly #suffix: Float64Array;
  readonly #prefix = new Float64Array(5);
  #filled = 0;
  #full = false;

  constructor(length: number, growthX = 0) {
    this.#length = length;
    this.#growthX = growthX;
    this.#x = new Float64Array(length);
    this.#y = new Float64Array(length);
    this.#suffix = new Float64Array(5 * length);
  }

  /** True once the moments describe a full window. */
  push(x: number, y: number): boolean {
    this.#x[this.#filled] = x;
    this.#y[this.#filled] = y;
    this.#filled += 1;
    include(this.#prefix, x, y, this.#filled);
    if (this.#filled < this.#length) {
      if (this.#full) this.#join();
      return this.#full;
    }
    const [meanX, meanY, squaresX, squaresY, products] = this.#prefix;
    this.#answer(meanX!, meanY!, squaresX!, squaresY!, products!);
    this.#finishBlock();
    return true;
  }

  #join(): void {
    const newer = this.#filled;
    const older = this.#length - newer;
    const share = newer / this.#length;
    const at = 5 * newer;
    const [meanX, meanY, squaresX, squaresY, products] = this.#prefix;
    const olderX = this.#suffix[at]! - this.#growthX;
    const olderY = this.#suffix[at + 1]!;
    const apartX = meanX! - olderX;
    const apartY = meanY! - olderY;
    const weight = older * share;
    this.#answer(
      olderX + apartX * share,
      olderY + apartY * share,
      this.#suffix[at + 2]! + squaresX! + apartX * apartX * weight,
      this.#suffix[at + 3]! + squaresY! + apartY * apartY * weight,
      this.#suffix[at + 4]! + products! + apartX * apartY * weight,
    );
  }

  #answer(meanX: number, meanY: number, squaresX: number, squaresY: number, products: number): void {
    this.meanX = meanX;
    this.meanY = meanY;
    this.varianceX = squaresX / this.#length;
    this.varianceY = squaresY / this.#length;
    this.covariance = products / this.#length;
  }

  #finishBlock(): void {
    const running = this.#prefix.fill(0);
    for (let index = this.#length - 1, count = 1; index >= 0; index--, count++) {
      include(running, this.#x[index]!, this.#y[index]!, count);
      this.#suffix.set(running, 5 * index);
    }
    this.#full = true;
    this.#filled = 0;
    running.fill(0);
  }
}

/** One more pair, the `count`-th, in means and sums about them (Welford 1962). */
function include(moments: Float64Array, x: number, y: number, count: number): void {
  const awayX = x - moments[0]!;
  const awayY = y - moments[1]!;
  moments[0]! += awayX / count;
  moments[1]! += awayY / count;
  moments[2]! += awayX * (x - moments[0]!);
  moments[3]! += awayY * (y - moments[1]!);
  moments[4]! += awayX * (y - moments[1]!);
}
