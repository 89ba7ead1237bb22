/**
 * Decides whether a strategy holds the event loop, from samples that another thread takes: the loop's count of beats, and
 * whether the held thread said who holds it.
 *
 * Only time in which the thread answered is charged: it answers while it runs JavaScript, and not while it collects
 * garbage, is inside native code or does not get a processor. A sample that came late itself (a suspended process, a
 * laptop asleep) is charged as one that came in time. Charged is one call of author's code at a time: many short calls in
 * one long turn accuse nobody. Pure: the clock is in the samples.
 */

/** Who holds the loop, as the held thread tells it. */
export interface Holder {
  /** Null when it is no actor's turn. */
  readonly actorId: string | null;
  /** The code that runs is a strategy author's. */
  readonly isAuthor: boolean;
  /** Counts calls of author's code: another number is another call. */
  readonly call: number;
  /** Innermost first. */
  readonly stack: readonly string[];
}

export interface Sample {
  /** Monotonic, ms. */
  readonly nowMs: number;
  /** Grows with each beat of the loop. */
  readonly beats: number;
  /** What the loop's thread said since the sample before; null when it said nothing. */
  readonly answer: Holder | null;
}

export interface JudgeLimits {
  /** Planned time between samples, ms. */
  readonly sampleMs: number;
  /** From here on the held thread is asked, ms without a beat. */
  readonly askAfterMs: number;
  readonly warnMs: number;
  /** Charged time in one call of author's code that makes it stuck, ms. Above `askAfterMs`. */
  readonly stuckMs: number;
}

export type Verdict =
  | { readonly kind: "beating" }
  /** No beat; `ask`: ask the held thread who holds it. */
  | { readonly kind: "late"; readonly ask: boolean }
  /** Late for `warnMs`: told once for each time it is held. `holder` is null when it does not answer. */
  | { readonly kind: "slow"; readonly heldMs: number; readonly holder: Holder | null }
  | { readonly kind: "stuck"; readonly heldMs: number; readonly holder: Holder };

/** A sample this many times later than planned says more about the sampler than about the loop. */
const LATE_FACTOR = 2;

export class StuckJudge {
  readonly #limits: JudgeLimits;
  #last: { readonly nowMs: number; readonly beats: number } | null = null;
  #heldMs = 0;
  #chargedMs = 0;
  #holder: Holder | null = null;
  #warned = false;

  constructor(limits: JudgeLimits) {
    this.#limits = limits;
  }

  sample({ nowMs, beats, answer }: Sample): Verdict {
    const last = this.#last;
    this.#last = { nowMs, beats };
    if (last === null || last.beats !== beats) {
      this.#reset();
      return { kind: "beating" };
    }
    const { sampleMs, askAfterMs, warnMs, stuckMs } = this.#limits;
    const passedMs = Math.min(Math.max(0, nowMs - last.nowMs), sampleMs * LATE_FACTOR);
    // Before anybody was asked nobody could answer.
    const wasAsked = this.#heldMs >= askAfterMs;
    this.#heldMs += passedMs;
    if (!wasAsked) this.#chargedMs += passedMs;
    else if (answer !== null) this.#charge(answer, passedMs);
    // What was deaf then may have been deaf before it was asked.
    else if (this.#holder === null) this.#chargedMs = 0;
    const holder = this.#holder;
    if (holder?.isAuthor === true && this.#chargedMs >= stuckMs) return { kind: "stuck", heldMs: this.#heldMs, holder };
    if (!this.#warned && this.#heldMs >= warnMs) {
      this.#warned = true;
      return { kind: "slow", heldMs: this.#heldMs, holder };
    }
    return { kind: "late", ask: this.#heldMs >= askAfterMs };
  }

  #charge(answer: Holder, passedMs: number): void {
    const isOther = this.#holder !== null && (this.#holder.call !== answer.call || this.#holder.isAuthor !== answer.isAuthor);
    this.#holder = answer;
    this.#chargedMs = isOther ? 0 : this.#chargedMs + passedMs;
  }

  #reset(): void {
    this.#heldMs = 0;
    this.#chargedMs = 0;
    this.#holder = null;
    this.#warned = false;
  }
}
