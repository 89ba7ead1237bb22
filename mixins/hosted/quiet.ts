/** Counts messages that wait or are being handled on a node, and tells those who wait for none. */

export class Quiet {
  #pending = 0;
  #waiters: (() => void)[] = [];

  get pending(): number {
    return this.#pending;
  }

  readonly count = (change: 1 | -1): void => {
    this.#pending += change;
    if (this.#pending > 0 || this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  };

  /** Resolves at the next moment that is quiet; it may be over by the time the caller runs. */
  when(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
}
