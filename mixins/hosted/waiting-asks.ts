/**
 * Asks of this node that nobody has answered yet. One timer for all of them rejects those past their deadline, whose
 * outcome is then unknown.
 */
import type { MessageContract } from "../../domain/contract/message.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Envelope } from "./envelope.ts";

const SWEEP_MS = 250;

export class WaitingAsks {
  readonly #clock: Clock;
  readonly #asks = new Set<Envelope>();
  #isSweeping = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes an ask's envelope and hands it to `deliver`. */
  ask<P, R>(message: MessageContract<P, R>, params: P, timeoutMs: number, deliver: (envelope: Envelope) => void): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const envelope: Envelope = {
        name: message.name,
        params,
        lane: message.lane,
        deadlineMs: this.#clock.now() + timeoutMs,
        own: null,
        arrival: null,
        resolve: (value) => {
          this.#asks.delete(envelope);
          resolve(value as R);
        },
        reject: (error) => {
          this.#asks.delete(envelope);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      this.#asks.add(envelope);
      this.#sweepLater();
      deliver(envelope);
    });
  }

  #sweepLater(): void {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    this.#clock.after(SWEEP_MS, () => {
      this.#isSweeping = false;
      const nowMs = this.#clock.now();
      for (const envelope of this.#asks) {
        if (nowMs <= envelope.deadlineMs) continue;
        envelope.reject?.(
          new DstaError("ASK_TIMEOUT", `no answer to ${envelope.name} in time; its outcome is unknown`, { code: 504, retryable: true }),
        );
      }
      if (this.#asks.size > 0) this.#sweepLater();
    });
  }
}
