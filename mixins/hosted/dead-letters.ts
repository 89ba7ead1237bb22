/**
 * Messages that could not be delivered or handled: kept, counted and visible, never silence. The newest 500 distinct
 * ones (actor, message, reason) are kept; a repeat only raises its count, so a flood cannot grow memory.
 */
import type { Clock } from "../../domain/kernel/clock.ts";
import type { DeadLetterRow } from "../../domain/contract/views.ts";

const KEPT = 500;

export class DeadLetters {
  readonly #clock: Clock;
  readonly #onLetter: (row: DeadLetterRow) => void;
  readonly #letters = new Map<string, DeadLetterRow>();
  #created = 0;
  total = 0;

  constructor(clock: Clock, onLetter: (row: DeadLetterRow) => void) {
    this.#clock = clock;
    this.#onLetter = onLetter;
  }

  add(actorId: string, message: string, reason: string): void {
    this.total++;
    const key = `${actorId}\n${message}\n${reason}`;
    const known = this.#letters.get(key);
    this.#letters.delete(key);
    const row = {
      letterId: known?.letterId ?? ++this.#created,
      atMs: this.#clock.now(),
      actorId,
      message,
      reason,
      count: (known?.count ?? 0) + 1,
    };
    this.#letters.set(key, row);
    if (this.#letters.size > KEPT) this.#letters.delete(this.#letters.keys().next().value!);
    // A flood is announced at 1, 10, 100 … so that watching it costs nothing.
    if (Number.isInteger(Math.log10(row.count))) this.#onLetter(row);
  }

  /** Newest first. */
  list(): DeadLetterRow[] {
    return [...this.#letters.values()].reverse();
  }
}
