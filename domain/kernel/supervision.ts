/**
 * What becomes of an actor that failed: restart after a back-off that doubles, or give up after too many restarts in
 * a window. Pure: the caller owns the clock and the timers. After Erlang's one-for-one strategy.
 */

export interface SupervisionPolicy {
  /** First restart delay; doubles with each restart inside the window. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** More failures than this inside the window, and the supervisor gives up. */
  readonly maxRestarts: number;
  readonly windowMs: number;
}

export type SupervisorDirective = { readonly kind: "restart"; readonly delayMs: number } | { readonly kind: "give-up" };

export class Supervision {
  readonly policy: SupervisionPolicy;
  #failuresAtMs: number[] = [];

  constructor(policy: SupervisionPolicy) {
    this.policy = policy;
  }

  onFailure(nowMs: number): SupervisorDirective {
    this.#forget(nowMs);
    this.#failuresAtMs.push(nowMs);
    const count = this.#failuresAtMs.length;
    if (count > this.policy.maxRestarts) return { kind: "give-up" };
    return { kind: "restart", delayMs: Math.min(this.policy.maxMs, this.policy.baseMs * 2 ** (count - 1)) };
  }

  /** A person restarted it: the past no longer counts. */
  reset(): void {
    this.#failuresAtMs = [];
  }

  describe(nowMs: number): string {
    this.#forget(nowMs);
    return `${this.#failuresAtMs.length} of ${this.policy.maxRestarts} restarts in ${this.policy.windowMs / 1_000} s`;
  }

  #forget(nowMs: number): void {
    this.#failuresAtMs = this.#failuresAtMs.filter((atMs) => nowMs - atMs < this.policy.windowMs);
  }
}

/** Delay before attempt `attempt` (0-based): exponential, capped, with full jitter above half of it. */
export function backoffMs(attempt: number, baseMs: number, maxMs: number, jitter: number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (ceiling / 2) * jitter;
}
