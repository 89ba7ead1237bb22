/**
 * Finds the actors of one kind that nobody has spoken to for the kind's time. Looks every quarter of that time, while there
 * are any, in slices of 1,000 with a turn of the event loop between them; an actor may therefore live a quarter longer.
 */
import type { Clock } from "../../domain/kernel/clock.ts";
import type { Cell } from "./cell.ts";

const SLICE = 1_000;

export interface IdleSweepPorts {
  readonly systemClock: Clock;
  readonly defer: (callback: () => void) => void;
  readonly passivate: (cell: Cell) => void;
}

export class IdleSweep {
  readonly #cells: ReadonlyMap<string, Cell>;
  readonly #passivateMs: number;
  readonly #ports: IdleSweepPorts;
  #isSet = false;

  constructor(cells: ReadonlyMap<string, Cell>, passivateMs: number, ports: IdleSweepPorts) {
    this.#cells = cells;
    this.#passivateMs = passivateMs;
    this.#ports = ports;
  }

  /** To be called when the kind has a new actor. */
  wake(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    this.#ports.systemClock.after(Math.ceil(this.#passivateMs / 4), () => this.#slice(this.#cells.values()));
  }

  #slice(cells: IterableIterator<Cell>): void {
    const beforeMs = this.#ports.systemClock.now() - this.#passivateMs;
    for (let looked = 0; looked < SLICE; looked++) {
      const { value: cell, done } = cells.next();
      if (done === true) {
        this.#isSet = false;
        if (this.#cells.size > 0) this.wake();
        return;
      }
      if (cell.status === "active" && !cell.isBusy && cell.lastUsedMs <= beforeMs) this.#ports.passivate(cell);
    }
    this.#ports.defer(() => this.#slice(cells));
  }
}
