/**
 * Whether the book may be acted on, as the floor's book actor judges it: whole, and heard of lately. Silence is looked for
 * once a second; a message ends it.
 */
import type { BookQuality } from "../../market/events.ts";
import type { RecordedMarket } from "./recorded-market.ts";

const WATCH_MS = 1_000;

export class BookWatch {
  /** When silence is looked for next. */
  nextMs: number;
  /** Receipt of the newest depth message; before any, the start. */
  heardAtMs: number;
  readonly #staleAfterMs: number;
  #isSilent = false;

  constructor(staleAfterMs: number, startMs: number) {
    this.#staleAfterMs = staleAfterMs;
    this.heardAtMs = startMs;
    this.nextMs = startMs + WATCH_MS;
  }

  heard(nowMs: number): void {
    this.heardAtMs = nowMs;
    this.#isSilent = false;
  }

  /** True once a silence: the book has just become stale. */
  isStaleAt(nowMs: number): boolean {
    if (nowMs < this.nextMs) return false;
    this.nextMs = nowMs + WATCH_MS;
    if (this.#isSilent || nowMs - this.heardAtMs < this.#staleAfterMs) return false;
    return (this.#isSilent = true);
  }

  quality({ sequencer }: RecordedMarket): BookQuality {
    return this.#isSilent ? "STALE" : sequencer.quality;
  }
}
