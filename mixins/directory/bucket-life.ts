/**
 * The life of a bucket that this node works in. A bucket that was lost and made again says nothing of who owned what in
 * the life before, and owners of that life may go on until their sessions run out without knowing: so nobody enters a
 * new life before one session's expiry has passed. The first who has waited marks the bucket open for all.
 */
import type { Clock } from "../../domain/kernel/clock.ts";
import { isExpected } from "../../domain/kernel/errors.ts";
import type { KeyValue } from "./key-value.ts";
import { OPEN_KEY } from "./records.ts";
import { passTime } from "./pass-time.ts";

export interface BucketLifeOptions {
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly elapsedMs: () => number;
  readonly expiryMs: number;
}

export class BucketLife {
  readonly #options: BucketLifeOptions;
  #generation = -1;
  /** When the last check was sent that found the bucket in the life we entered. */
  #checkedAtMs = Number.NEGATIVE_INFINITY;

  #present: Promise<boolean> | null = null;
  #next: Promise<boolean> | null = null;

  constructor(options: BucketLifeOptions) {
    this.#options = options;
  }

  get checkedAtMs(): number {
    return this.#checkedAtMs;
  }

  /** As far as is known here. Whoever learns of another life has nothing in it: what was owned before counts no more. */
  get isCurrent(): boolean {
    return this.#options.kv.generation === this.#generation;
  }

  /** Resolves when claims may be made in the bucket's present life. @throws {DstaError} KV_UNAVAILABLE */
  async enter(): Promise<void> {
    const { kv, elapsedMs } = this.#options;
    for (;;) {
      const generation = await kv.check();
      if ((await kv.get(OPEN_KEY)) === null) await this.#open();
      const sentAtMs = elapsedMs();
      if ((await kv.check()) !== generation) continue;
      this.#generation = generation;
      this.#checkedAtMs = sentAtMs;
      return;
    }
  }

  /** False when the bucket is in another life than the one we entered. @throws {DstaError} KV_UNAVAILABLE */
  async isSame(): Promise<boolean> {
    const sentAtMs = this.#options.elapsedMs();
    const same = (await this.#options.kv.check()) === this.#generation;
    if (same) this.#checkedAtMs = Math.max(this.#checkedAtMs, sentAtMs);
    return same;
  }

  /** As `isSame`, of a check that is sent after this call. Those who wait for the same one share it. @throws as `isSame` */
  isStillSame(): Promise<boolean> {
    this.#next ??= this.#afterPresent();
    return this.#next;
  }

  async #afterPresent(): Promise<boolean> {
    await this.#present?.catch(() => undefined);
    this.#present = this.isSame();
    this.#next = null;
    return this.#present;
  }

  async #open(): Promise<void> {
    const { kv, expiryMs } = this.#options;
    await passTime(this.#options, expiryMs);
    try {
      await kv.put(OPEN_KEY, "open", 0);
    } catch (error) {
      if (!isExpected(error) || error.type !== "KV_CONFLICT") throw error;
    }
  }
}
