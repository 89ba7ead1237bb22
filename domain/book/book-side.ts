/**
 * One side of an order book: sorted levels and, once changes reach deep, a tick window (`windowed-side.ts`).
 *
 * An ordinary symbol changes near its top. Sorted levels then touch a few neighbouring cache lines and hold 16 bytes a level,
 * which is what lets one core turn over a thousand books: memory, not arithmetic, is what such a core waits for. The diffs
 * of a busy symbol reach a hundred levels down at the median, where a search costs several mispredicted branches: such a
 * side moves into a window, once, and stays there. Which of the two it is changes nothing but speed.
 * Bound: `levelsMax`; beyond it the level farthest from the top is forgotten and counted.
 */
import { invalid } from "../kernel/errors.ts";
import { SortedLevels } from "./sorted-levels.ts";
import { WindowedSide } from "./windowed-side.ts";

/** Changes between two looks at how deep they lie. */
const LOOK_CHANGES = 64;
/** A side is deep when its changes lie this many levels down on average. */
const SHALLOW_RANKS = 5;

export class BookSide {
  /** 0 when the side is empty. Kept with every change: the top is read more often than it is set. */
  bestPrice = 0;
  bestQuantity = 0;
  #window: WindowedSide | null = null;
  /** Keys are `sign * price`, which lets bids (+1) and asks (−1) share one ascending order. Empty once there is a window. */
  readonly #levels = new SortedLevels();
  readonly #sign: 1 | -1;
  readonly #levelsMax: number;
  #changes = 0;
  #forgotten = 0;
  readonly #tickUnits: number;

  /** `tickUnits`: price units between neighbouring prices; only speed depends on it. */
  constructor(sign: 1 | -1, levelsMax: number, tickUnits = 1) {
    if (!Number.isSafeInteger(levelsMax) || levelsMax < 1) throw invalid("levelsMax", "a whole number of levels, at least 1", levelsMax);
    if (!Number.isSafeInteger(tickUnits) || tickUnits < 1)
      throw invalid("tickUnits", "a whole number of price units, at least 1", tickUnits);
    this.#sign = sign;
    this.#levelsMax = levelsMax;
    this.#tickUnits = tickUnits;
  }

  get count(): number {
    return this.#window === null ? this.#levels.count : this.#window.count;
  }

  /** Levels lost to the bound since the side was made; above 0 the far end of this side is incomplete. */
  get forgotten(): number {
    return this.#forgotten + (this.#window === null ? 0 : this.#window.forgotten);
  }

  /** Ticks the window spans, 0 while there is none. 8 bytes each, and 1 bit. */
  get windowTicks(): number {
    return this.#window === null ? 0 : this.#window.windowTicks;
  }

  /** Price of the level at `rank`, 0 being the best; 0 where there is no such level. O(1) for ranks read in a row. */
  priceAt(rank: number): number {
    if (this.#window !== null) return this.#window.priceAt(rank);
    return rank >= 0 && rank < this.#levels.count ? this.#sign * this.#levels.keyAt(rank) : 0;
  }

  quantityAt(rank: number): number {
    if (this.#window !== null) return this.#window.quantityAt(rank);
    return rank >= 0 && rank < this.#levels.count ? this.#levels.quantityAt(rank) : 0;
  }

  /** Quantity resting at exactly this price, 0 when none. */
  quantityOf(price: number): number {
    return this.#window === null ? this.#levels.quantityOf(this.#sign * price) : this.#window.quantityOf(price);
  }

  /** Sets the first `count` levels of [price, quantity, …]. */
  apply(pairs: Float64Array, count: number): void {
    const window = this.#window;
    // Each kind has its own loop, compiled for it alone.
    if (window !== null) {
      window.apply(pairs, count);
      return this.#follow(window);
    }
    for (let at = 0; at < count * 2; at += 2) this.set(pairs[at]!, pairs[at + 1]!);
  }

  /** Sets the absolute quantity of a level; 0 deletes it, and deleting an unknown level does nothing. */
  set(price: number, quantity: number): void {
    const window = this.#window;
    if (window === null) return this.#setShallow(price, quantity);
    window.set(price, quantity);
    this.#follow(window);
  }

  #follow(window: WindowedSide): void {
    this.bestPrice = window.bestPrice;
    this.bestQuantity = window.bestQuantity;
  }

  #setShallow(price: number, quantity: number): void {
    const levels = this.#levels;
    levels.set(this.#sign * price, quantity);
    if (levels.count > this.#levelsMax) {
      levels.removeWorst();
      this.#forgotten += 1;
    }
    this.#noteBest();
    if (++this.#changes >= LOOK_CHANGES) this.#look();
  }

  #noteBest(): void {
    const levels = this.#levels;
    this.bestPrice = levels.count === 0 ? 0 : this.#sign * levels.bestKey;
    this.bestQuantity = levels.count === 0 ? 0 : levels.bestQuantity;
  }

  /** Replaces the whole content by [price, quantity, …], best first. */
  load(pairs: Float64Array): void {
    if (this.#window !== null) {
      this.#window.load(pairs);
      return this.#follow(this.#window);
    }
    this.clear();
    // Farthest first, so that each is appended; they say nothing about how deep changes lie.
    this.#changes = -pairs.length;
    for (let at = pairs.length - 2; at >= 0; at -= 2) this.set(pairs[at]!, pairs[at + 1]!);
    this.#changes = 0;
    this.#levels.takeReach();
  }

  clear(): void {
    this.#levels.clear();
    this.#window?.clear();
    this.bestPrice = 0;
    this.bestQuantity = 0;
  }

  /** Opens the window when the changes since the last look lay deep. */
  #look(): void {
    this.#changes = 0;
    const levels = this.#levels;
    if (levels.takeReach() <= LOOK_CHANGES * SHALLOW_RANKS || levels.count === 0) return;
    const pairs = new Float64Array(levels.count * 2);
    for (let rank = 0; rank < levels.count; rank++) {
      pairs[rank * 2] = this.#sign * levels.keyAt(rank);
      pairs[rank * 2 + 1] = levels.quantityAt(rank);
    }
    const window = new WindowedSide(this.#sign, this.#levelsMax, this.#tickUnits);
    window.load(pairs);
    this.#window = window;
    levels.reset();
  }
}
