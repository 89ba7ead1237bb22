/**
 * The candles sources of one running strategy: takes each bar to the series of its interval, and knows when every
 * indicator has seen enough. Warm-up is inferred from the indicators; nobody declares it.
 */
import { RecordedBars } from "../indicator/bar-series.ts";
import type { ColumnBars } from "../indicator/column-series.ts";
import { invalid } from "../kernel/errors.ts";
import type { Bar } from "../market/events.ts";
import { type AnyData, intervalMsOf } from "./data.ts";

/** What a running strategy needs of one interval. */
export interface CandlesNeed {
  readonly name: string;
  readonly intervalMs: number;
  /** Bars to have seen before it may decide; 0 when nothing looks back. */
  readonly warmupBars: number;
}

/** Bars that are pushed one by one, or columns whose row moves forward. */
export type FedBars = RecordedBars | ColumnBars;

export class BarFeeds {
  readonly byName: Readonly<Record<string, FedBars>>;
  /** The first declared: `on.bar` decides on it. */
  readonly primary: FedBars | null;
  readonly #all: readonly FedBars[];
  #ready = false;

  /** `barsOf` makes the bars of an interval; default: empty ones, to be pushed. */
  constructor(data: AnyData, params: Readonly<Record<string, unknown>>, barsOf: (intervalMs: number) => FedBars = pushedBars) {
    const entries = Object.entries(data).flatMap(([name, source]) =>
      source.source === "candles" ? [[name, barsOf(intervalMsOf(source, params))] as const] : [],
    );
    this.byName = Object.freeze(Object.fromEntries(entries));
    this.#all = entries.map(([, bars]) => bars);
    this.primary = this.#all[0] ?? null;
  }

  /** No indicator can be added any more. */
  seal(): void {
    for (const bars of this.#all) bars.timeline.seal();
  }

  /** True once every indicator of every source has its value; stays true. */
  get ready(): boolean {
    if (this.#ready) return true;
    for (const bars of this.#all) if (!bars.timeline.ready) return false;
    this.#ready = true;
    return true;
  }

  /** Of the first source; 0 without one. */
  seen(): { warmupBars: number; seenBars: number } {
    return { warmupBars: this.primary?.timeline.warmup ?? 0, seenBars: this.primary?.count ?? 0 };
  }

  needs(): CandlesNeed[] {
    return Object.entries(this.byName).map(([name, bars]) => ({ name, intervalMs: bars.intervalMs, warmupBars: bars.timeline.warmup }));
  }

  /**
   * Takes the next bar of its interval; false when it is not after the last one of that interval.
   * @throws {DstaError} VALIDATION_ERROR for an interval that no source asks for, or an impossible bar.
   */
  push(bar: Bar): boolean {
    let taken = false;
    let wanted = false;
    const all = this.#all;
    for (let index = 0; index < all.length; index++) {
      const bars = all[index]!;
      if (bars.intervalMs !== bar.intervalMs) continue;
      wanted = true;
      if ("push" in bars && bars.push(bar)) taken = true;
    }
    if (!wanted)
      throw invalid(
        "bar.intervalMs",
        `one of ${all.map((bars) => bars.intervalMs).join(", ") || "none: no candles are asked for"}`,
        bar.intervalMs,
      );
    return taken;
  }
}

function pushedBars(intervalMs: number): RecordedBars {
  return new RecordedBars(intervalMs);
}
