/** One time limit over several waits, on a clock: each ends when its work has settled or when the time is over. */
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";

export class Patience {
  readonly #over: Promise<void>;
  readonly #cancel: CancelTimer;

  constructor(clock: Clock, timeoutMs: number) {
    let end: () => void = () => undefined;
    this.#over = new Promise((resolve) => (end = resolve));
    this.#cancel = clock.after(timeoutMs, end);
  }

  /** @throws what `work` rejects with in time */
  async within(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, this.#over]);
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#cancel();
  }
}
