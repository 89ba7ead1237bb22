/**
 * A deep side of an order book: a tick ladder for the prices around the best one, sorted levels for all others.
 *
 * The ladder is a window of consecutive ticks. Most changes fall into it and cost one array write, however deep they lie;
 * real diffs reach a hundred levels down at the median, where a search in sorted levels costs several mispredicted
 * branches. The window is allocated with the first level, holds still while the top moves inside it, and moves or doubles
 * only after `PATIENCE` changes fell outside it, so that a price jumping back and forth cannot make it move each time.
 * Keys are `sign * price`, which lets bids (+1) and asks (−1) share one ascending order. Mutates in place.
 * Invariant: a level lies in the ladder exactly when its key is inside the window. The number of levels is bounded: at
 * the bound the level farthest from the top is forgotten and counted.
 */
import { SortedLevels } from "./sorted-levels.ts";
import { TickLadder } from "./tick-ladder.ts";

/** Slots of the smallest and the largest window: 8 to 512 kB of quantities. */
const SLOTS_MIN = 1 << 10;
const SLOTS_MAX = 1 << 16;
/** Where the best level lies after the window has moved: most of the window is for the levels behind it. */
const TOP_SHARE = 7 / 8;
/** The window follows when the top is below this share of it. */
const LOW_SHARE = 1 / 2;
/** Changes outside the window before it is reconsidered. */
const PATIENCE = 64;
/** The window doubles when more than one level in this many lies outside it. */
const OUTSIDE_SHARE = 16;

export class WindowedSide {
  readonly #sign: 1 | -1;
  readonly #levelsMax: number;
  /** Price units from slot to slot. */
  #step: number;
  /** Key of slot 0. */
  #base = 0;
  #ladder = new TickLadder(0);
  readonly #outside = new SortedLevels();
  /** Levels better than the window. */
  #above = 0;
  #count = 0;
  #bestPrice = 0;
  #bestQuantity = 0;
  #forgotten = 0;
  #patience = 0;
  /** The ladder level read last, by its rank within the ladder: reading ranks in a row is O(1) each. −1 after a change. */
  #cursorRank = -1;
  #cursorSlot = -1;

  /** `tickUnits`: price units between neighbouring prices; a price in between makes it 1. */
  constructor(sign: 1 | -1, levelsMax: number, tickUnits = 1) {
    this.#sign = sign;
    this.#levelsMax = levelsMax;
    this.#step = tickUnits;
  }

  get count(): number {
    return this.#count;
  }

  /** Levels lost to the bound since the side was made; above 0 the far end of this side is incomplete. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Ticks the window spans, 0 before the first level. 8 bytes each, and 1 bit. */
  get windowTicks(): number {
    return this.#ladder.size;
  }

  /** 0 when the side is empty. */
  get bestPrice(): number {
    return this.#bestPrice;
  }

  /** 0 when the side is empty. */
  get bestQuantity(): number {
    return this.#bestQuantity;
  }

  /** Price of the level at `rank`, 0 being the best; 0 where there is no such level. O(1) for ranks read in a row. */
  priceAt(rank: number): number {
    if (!(rank >= 0 && rank < this.#count)) return 0;
    const inLadder = this.#count - this.#outside.count;
    const key = this.#isInLadder(rank)
      ? this.#keyOf(this.#slotAt(rank - this.#above))
      : this.#outside.keyAt(rank < this.#above ? rank : rank - inLadder);
    return this.#sign * key;
  }

  quantityAt(rank: number): number {
    if (!(rank >= 0 && rank < this.#count)) return 0;
    if (this.#isInLadder(rank)) return this.#ladder.quantity(this.#slotAt(rank - this.#above));
    return this.#outside.quantityAt(rank < this.#above ? rank : rank - (this.#count - this.#outside.count));
  }

  /** Quantity resting at exactly this price, 0 when none. */
  quantityOf(price: number): number {
    const key = this.#sign * price;
    const slot = (key - this.#base) / this.#step;
    if (!(slot >= 0 && slot < this.#ladder.size)) return this.#outside.quantityOf(key);
    return Number.isInteger(slot) ? this.#ladder.quantity(slot) : 0;
  }

  /** Sets the first `count` levels of [price, quantity, …]. */
  apply(pairs: Float64Array, count: number): void {
    for (let at = 0; at < count * 2; at += 2) this.set(pairs[at]!, pairs[at + 1]!);
  }

  /** Sets the absolute quantity of a level; 0 deletes it, and deleting an unknown level does nothing. */
  set(price: number, quantity: number): void {
    const key = this.#sign * price;
    const distance = key - this.#base;
    const place = this.#step === 1 ? distance : distance / this.#step;
    const slot = place | 0;
    this.#cursorRank = -1;
    if (slot === place && slot >= 0 && slot < this.#ladder.size) {
      const { top } = this.#ladder;
      this.#count += this.#ladder.set(slot, quantity);
      if (this.#count > this.#levelsMax) this.#forgetFarthest();
      if (slot >= top) this.#noteBest();
    } else {
      this.#setOutside(key, place, quantity);
    }
  }

  /** Replaces the whole content by [price, quantity, …], best first, and makes the window fit it. */
  load(levels: Float64Array): void {
    this.clear();
    if (levels.length === 0) return;
    const best = levels[0]!;
    const wanted = Math.abs(best - levels[levels.length - 2]!) / this.#step;
    let size = Math.max(SLOTS_MIN, this.#ladder.size);
    while (size < SLOTS_MAX && size * TOP_SHARE < wanted * 2) size *= 2;
    this.#place(size, this.#sign * best);
    this.#refill(levels);
  }

  clear(): void {
    this.#ladder.clear();
    this.#outside.clear();
    this.#above = 0;
    this.#count = 0;
    this.#cursorRank = -1;
    this.#noteBest();
  }

  #keyOf(slot: number): number {
    return this.#base + slot * this.#step;
  }

  #noteBest(): void {
    const { top } = this.#ladder;
    if (this.#above === 0 && top >= 0) {
      this.#bestPrice = this.#sign * this.#keyOf(top);
      this.#bestQuantity = this.#ladder.quantity(top);
    } else {
      this.#bestPrice = this.#count === 0 ? 0 : this.#sign * this.#outside.bestKey;
      this.#bestQuantity = this.#outside.bestQuantity;
    }
  }

  #isInLadder(rank: number): boolean {
    return rank >= this.#above && rank < this.#above + this.#count - this.#outside.count;
  }

  /** The ladder's level at this rank within it; the rank must exist. */
  #slotAt(rank: number): number {
    if (this.#cursorRank < 0 || rank < this.#cursorRank) {
      this.#cursorRank = 0;
      this.#cursorSlot = this.#ladder.top;
    }
    while (this.#cursorRank < rank) {
      this.#cursorSlot = this.#ladder.below(this.#cursorSlot);
      this.#cursorRank += 1;
    }
    return this.#cursorSlot;
  }

  #setOutside(key: number, place: number, quantity: number): void {
    const { size } = this.#ladder;
    if (size === 0) {
      if (quantity === 0) return;
      this.#place(SLOTS_MIN, key);
      return this.set(this.#sign * key, quantity);
    }
    if (place > 0 && place < size) {
      if (quantity === 0) return;
      // A price between two ticks: the step was too coarse for this book.
      this.#rebuild(size, 1);
      return this.set(this.#sign * key, quantity);
    }
    const change = this.#outside.set(key, quantity);
    this.#count += change;
    if (place > 0) this.#above += change;
    if (this.#count > this.#levelsMax) this.#forgetFarthest();
    this.#noteBest();
    if (++this.#patience >= PATIENCE) this.#reconsider();
  }

  #reconsider(): void {
    this.#patience = 0;
    const { size, top } = this.#ladder;
    if (this.#count === 0) return;
    if (this.#above > 0 || top < size * LOW_SHARE) this.#rebuild(size);
    else if (size < SLOTS_MAX && this.#outside.count * OUTSIDE_SHARE > this.#count) this.#rebuild(size * 2);
  }

  /** Moves the window to the best level, with `size` slots, and sorts every level to where it now belongs. */
  #rebuild(size: number, step = this.#step): void {
    const levels = new Float64Array(this.#count * 2);
    for (let rank = 0; rank < this.#count; rank++) {
      levels[rank * 2] = this.priceAt(rank);
      levels[rank * 2 + 1] = this.quantityAt(rank);
    }
    const bestKey = this.#sign * this.#bestPrice;
    this.clear();
    this.#step = step;
    this.#place(size, bestKey);
    this.#refill(levels);
  }

  /** Farthest first: those outside the window are then appended, not inserted. They do not use up its patience. */
  #refill(levels: Float64Array): void {
    this.#patience = Number.NEGATIVE_INFINITY;
    for (let at = levels.length - 2; at >= 0; at -= 2) this.set(levels[at]!, levels[at + 1]!);
    this.#patience = 0;
  }

  #place(size: number, bestKey: number): void {
    if (size !== this.#ladder.size) this.#ladder = new TickLadder(size);
    this.#base = bestKey - size * TOP_SHARE * this.#step;
  }

  #forgetFarthest(): void {
    this.#forgotten += 1;
    this.#count -= 1;
    if (this.#outside.count > this.#above) return this.#outside.removeWorst();
    const lowest = this.#ladder.lowest();
    if (lowest >= 0) {
      this.#ladder.set(lowest, 0);
    } else {
      this.#outside.removeWorst();
      this.#above -= 1;
    }
  }
}
