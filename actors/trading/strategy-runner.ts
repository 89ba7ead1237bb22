/**
 * What a session drives: a strategy's runner, in this thread or in one of its own. In this thread it answers at once and
 * leaves a mark for the watchdog while the author's code runs; in its own thread it answers a promise. Callers await what
 * is one, so the way from tick to order stays synchronous where it was.
 */
import type { StrategyIsolation } from "../../domain/contract/views.ts";
import type { Bar, BookTop, ConnectionState, Trade } from "../../domain/market/events.ts";
import type { CandlesNeed } from "../../domain/strategy/bar-feeds.ts";
import type { Decision } from "../../domain/strategy/decision.ts";
import type { OrderUpdate } from "../../domain/strategy/own-orders.ts";
import type { PositionState } from "../../domain/strategy/position-view.ts";
import { createRunner, type FillUpdate, type RunnerInput, type RunnerView, type SavedState } from "../../domain/strategy/runner.ts";
import type { LoopHolder } from "../../mixins/watchdog/loop-holder.ts";

export type Later<T> = T | Promise<T>;

export interface SessionRunner {
  readonly isolation: StrategyIsolation;
  readonly candles: readonly CandlesNeed[];
  /** Every indicator has its value; stays true. */
  readonly ready: boolean;
  warm(bars: readonly Bar[]): Later<void>;
  onBar(bar: Bar): Later<Decision>;
  onTop(top: BookTop): Later<Decision>;
  onTrade(trade: Trade): Later<Decision>;
  onFill(update: FillUpdate, position: PositionState): Later<Decision>;
  onOrder(update: OrderUpdate): Later<Decision>;
  onConnection(state: ConnectionState): Later<Decision>;
  onStart(nowMs: number): Later<Decision>;
  onStop(nowMs: number): Later<Decision>;
  /** As of the last event that was answered. */
  view(): RunnerView;
  saveState(): SavedState;
  /** Gives back what it runs in; nothing is asked of it afterwards. */
  end(): void;
}

export class InlineRunner implements SessionRunner {
  readonly isolation = "inline";
  readonly #id: string;
  readonly #holder: LoopHolder;
  readonly #runner: ReturnType<typeof createRunner>;

  constructor(input: RunnerInput, holder: LoopHolder) {
    this.#id = input.instance.id;
    this.#holder = holder;
    holder.enter(this.#id);
    try {
      this.#runner = createRunner(input);
    } finally {
      holder.leave();
    }
  }

  get candles(): readonly CandlesNeed[] {
    return this.#runner.candles;
  }

  get ready(): boolean {
    return this.#runner.ready;
  }

  warm(bars: readonly Bar[]): void {
    this.#holder.enter(this.#id);
    try {
      this.#runner.warm(bars);
    } finally {
      this.#holder.leave();
    }
  }

  onBar(bar: Bar): Decision {
    this.#holder.enter(this.#id);
    try {
      return this.#runner.onBar(bar);
    } finally {
      this.#holder.leave();
    }
  }

  onTop(top: BookTop): Decision {
    this.#holder.enter(this.#id);
    try {
      return this.#runner.onTop(top);
    } finally {
      this.#holder.leave();
    }
  }

  onTrade(trade: Trade): Decision {
    this.#holder.enter(this.#id);
    try {
      return this.#runner.onTrade(trade);
    } finally {
      this.#holder.leave();
    }
  }

  onFill(update: FillUpdate, position: PositionState): Decision {
    return this.#marked(() => this.#runner.onFill(update, position));
  }

  onOrder(update: OrderUpdate): Decision {
    return this.#marked(() => this.#runner.onOrder(update));
  }

  onConnection(state: ConnectionState): Decision {
    return this.#marked(() => this.#runner.onConnection(state));
  }

  onStart(nowMs: number): Decision {
    return this.#marked(() => this.#runner.onStart(nowMs));
  }

  onStop(nowMs: number): Decision {
    return this.#marked(() => this.#runner.onStop(nowMs));
  }

  view(): RunnerView {
    return this.#runner.view();
  }

  saveState(): SavedState {
    return this.#runner.saveState();
  }

  end(): void {}

  /** For what happens rarely; market events are marked without a closure. */
  #marked<T>(work: () => T): T {
    this.#holder.enter(this.#id);
    try {
      return work();
    } finally {
      this.#holder.leave();
    }
  }
}
