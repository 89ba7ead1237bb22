/**
 * The trading switch, and what its last halt did: a halt is settled once execution has been told to cancel what is open.
 * Both are folds of journaled events, so that whoever takes the account over finishes a halt that was left half-way.
 */
import type { HaltSettled, TradingStateChanged } from "./events.ts";
import type { Halt, Switch } from "./risk-state.ts";

export class TradingSwitch {
  #now: Switch;
  #halt: Halt | null;

  constructor(now: Switch, halt: Halt | null) {
    this.#now = now;
    this.#halt = halt;
  }

  get now(): Switch {
    return this.#now;
  }

  /** Of the last halt; null before the first one and while it has not reached execution. */
  get halt(): Halt | null {
    return this.#halt;
  }

  turn({ to, atMs, by, reason }: TradingStateChanged): void {
    this.#now = { state: to, sinceMs: atMs, by, reason };
    if (to === "halted") this.#halt = null;
  }

  settle({ cancelled, unknown, kept }: HaltSettled): void {
    this.#halt = { cancelled, unknown, kept };
  }
}
