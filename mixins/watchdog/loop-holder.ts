/**
 * Who holds the event loop at this moment, kept for the watchdog: the actor whose turn it is and, inside it, the strategy
 * whose author's code runs. Written by plain assignments on the hot path and read only when the loop is late, so it costs
 * nothing worth measuring. Author's code is synchronous: it cannot be left without passing `leave`.
 */
import type { Holder } from "./stuck-judge.ts";

/** Frames of a stack that belong to the question, not to the code that is held. */
const QUESTION_FRAME = /<anonymous>:1:\d+\)?$/;
const FRAMES_SHOWN = 6;

export class LoopHolder {
  /** The actor whose turn it is; null between turns. */
  turn: { readonly actorId: string } | null = null;
  /** Instance whose author's code runs; null outside of any. Only `enter` and `leave` change it. */
  strategy: string | null = null;
  /** Of author's code, so far. */
  calls = 0;

  enter(strategyId: string): void {
    this.strategy = strategyId;
    this.calls++;
  }

  leave(): void {
    this.strategy = null;
  }

  /** To be called from within what holds the loop: the stack is its own. */
  describe(): Holder {
    const frames = (new Error().stack ?? "").split("\n");
    const first = frames.findIndex((frame) => QUESTION_FRAME.test(frame)) + 1;
    return {
      actorId: this.strategy === null ? (this.turn?.actorId ?? null) : `strategy/${this.strategy}`,
      isAuthor: this.strategy !== null,
      call: this.calls,
      stack: frames.slice(Math.max(1, first), first + FRAMES_SHOWN).map((frame) => frame.trim()),
    };
  }
}
