/**
 * Faults of the simulated venue, by name, all off by default; drawn from the venue's seed, or ordered by a test.
 * Nothing here changes what is true at the venue: faults only spoil what the outside hears of it.
 */
import { invalid } from "../../domain/kernel/errors.ts";
import type { Random } from "../../domain/kernel/random.ts";

/** Probabilities are 0 to 1. */
export interface SimFaults {
  /** A public frame is not delivered. */
  readonly dropFrame?: number;
  /** Mean time between connection losses in ms; 0 is never. */
  readonly disconnectEveryMs?: number;
  /** How long a loss lasts. Default 2,000. */
  readonly disconnectForMs?: number;
  /** An order is refused with SIMULATED_REJECT. */
  readonly rejectOrder?: number;
  /** An order is taken, but instead of its acknowledgement comes the report `unknown`. */
  readonly unknownOutcome?: number;
  /** A report is delivered twice. */
  readonly duplicateReport?: number;
}

const PROBABILITIES = ["dropFrame", "rejectOrder", "unknownOutcome", "duplicateReport"] as const;

export class FaultPlan {
  readonly #faults: SimFaults;
  readonly #random: Random;
  #dropNext = 0;
  #unknownNext = 0;

  /** @throws {DstaError} VALIDATION_ERROR naming the fault that is out of range. */
  constructor(faults: SimFaults, random: Random) {
    for (const name of PROBABILITIES) {
      const value = faults[name] ?? 0;
      if (!(value >= 0 && value <= 1)) throw invalid(`faults.${name}`, "a probability from 0 to 1", value);
    }
    for (const name of ["disconnectEveryMs", "disconnectForMs"] as const) {
      const value = faults[name] ?? 0;
      if (!(Number.isFinite(value) && value >= 0)) throw invalid(`faults.${name}`, "milliseconds, at least 0", value);
    }
    this.#faults = faults;
    this.#random = random;
  }

  dropNextFrames(count: number): void {
    this.#dropNext += count;
  }

  unknownNext(count: number): void {
    this.#unknownNext += count;
  }

  dropsFrame(): boolean {
    if (this.#dropNext > 0) {
      this.#dropNext--;
      return true;
    }
    return this.#draw(this.#faults.dropFrame);
  }

  hidesOutcome(): boolean {
    if (this.#unknownNext > 0) {
      this.#unknownNext--;
      return true;
    }
    return this.#draw(this.#faults.unknownOutcome);
  }

  rejectsOrder(): boolean {
    return this.#draw(this.#faults.rejectOrder);
  }

  doublesReport(): boolean {
    return this.#draw(this.#faults.duplicateReport);
  }

  /** Time to the next connection loss in ms, or null when there are none. */
  nextDisconnectMs(): number | null {
    const every = this.#faults.disconnectEveryMs ?? 0;
    return every > 0 ? this.#random.exponential(every) : null;
  }

  get disconnectForMs(): number {
    return this.#faults.disconnectForMs ?? 2_000;
  }

  /** Draws only when the fault is on, so that turning one on does not change another's sequence when it is off. */
  #draw(probability = 0): boolean {
    return probability > 0 && this.#random.next() < probability;
  }
}
