/**
 * Simulated time and the processes that live in it. Time jumps from event to event, and every promise that can settle
 * has settled before the next one. A process can stand still (SIGSTOP), when its timers and input wait for it, and can
 * die, when nothing it began happens any more; its wall clock can jump, its monotonic clock never does.
 */
import type { CancelTimer, Clock } from "../../../domain/kernel/clock.ts";

interface SimEvent {
  readonly dueMs: number;
  readonly order: number;
  callback: (() => void) | null;
}

/** More than any run needs: one that gets there goes round in circles. */
const EVENTS_MAX = 400_000;

export class SimTime implements Clock {
  events = 0;
  #nowMs: number;
  #created = 0;
  /** A binary heap by due time, then by creation. */
  readonly #heap: SimEvent[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): CancelTimer {
    const event: SimEvent = { dueMs: this.#nowMs + Math.max(0, Math.ceil(delayMs)), order: this.#created++, callback };
    this.#push(event);
    return () => void (event.callback = null);
  }

  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settled();
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= endMs; next = this.#heap[0]) {
      this.#pop();
      const { callback } = next;
      if (callback === null) continue;
      this.#nowMs = next.dueMs;
      next.callback = null;
      if (++this.events > EVENTS_MAX) throw new Error(`more than ${EVENTS_MAX} events: something goes round in circles`);
      callback();
      await settled();
    }
    this.#nowMs = endMs;
  }

  #push(event: SimEvent): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(left: SimEvent, right: SimEvent): boolean {
  return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
}

/** A turn of the real event loop: every promise that can settle has settled when it comes. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class SimProcess {
  /** Unlike that of any other process of the run. */
  readonly life: string;
  /** Of the wall. */
  readonly clock: Clock;
  /** Shows the time of day at first, and then goes on whatever is done to the wall clock. */
  readonly steadyClock: Clock;
  readonly elapsedMs: () => number;
  alive = true;
  /** Added to the wall clock. */
  wallJumpMs = 0;
  /** Timers set, neither fired nor cancelled. */
  timers = 0;
  readonly #time: SimTime;
  /** Waited while it stood still, and is about to happen. */
  #thawing = 0;
  #frozen: { readonly timers: (() => void)[]; readonly input: (() => void)[] } | null = null;

  constructor(life: string, time: SimTime) {
    this.life = life;
    this.#time = time;
    this.elapsedMs = () => time.now();
    const after: Clock["after"] = (delayMs, callback) => this.#after(delayMs, callback);
    this.clock = { now: () => time.now() + this.wallJumpMs, after };
    this.steadyClock = { now: () => time.now(), after };
  }

  get isFrozen(): boolean {
    return this.#frozen !== null;
  }

  get runs(): boolean {
    return this.alive && this.#frozen === null;
  }

  readonly defer = (callback: () => void): void => {
    this.#time.after(0, () => this.#fire(callback));
  };

  /** Something from outside has arrived for the process. */
  input(callback: () => void): void {
    if (!this.alive) return;
    if (this.#frozen) this.#frozen.input.push(callback);
    else if (this.#thawing > 0) this.#afterThaw(callback);
    else callback();
  }

  freeze(): void {
    this.#frozen ??= { timers: [], input: [] };
  }

  /** @param inputFirst whether it stood still while it waited for input, which it then sees before its timers */
  thaw(inputFirst: boolean, more: () => void): void {
    const waiting = this.#frozen;
    if (waiting === null) return;
    this.#frozen = null;
    const input = [...waiting.input, more];
    const all = inputFirst ? [...input, ...waiting.timers] : [...waiting.timers, ...input];
    for (const callback of all) this.#afterThaw(callback);
  }

  /** Nothing that comes meanwhile overtakes what waited. */
  #afterThaw(callback: () => void): void {
    this.#thawing++;
    this.#time.after(0, () => {
      this.#thawing--;
      if (this.#frozen) this.#frozen.input.push(callback);
      else if (this.alive) callback();
    });
  }

  die(): void {
    this.alive = false;
    this.#frozen = null;
  }

  #after(delayMs: number, callback: () => void): CancelTimer {
    if (!this.alive) return () => undefined;
    let isSet = true;
    this.timers++;
    const unset = (): boolean => {
      if (!isSet) return false;
      isSet = false;
      this.timers--;
      return true;
    };
    const cancel = this.#time.after(delayMs, () => this.#fire(() => unset() && callback()));
    return () => {
      if (unset()) cancel();
    };
  }

  #fire(callback: () => void): void {
    if (!this.alive) return;
    if (this.#frozen) this.#frozen.timers.push(callback);
    else callback();
  }
}
