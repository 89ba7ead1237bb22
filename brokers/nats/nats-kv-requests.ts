/**
 * Writes to a bucket's stream with their acknowledgements: one subscription for all answers and one timer for all
 * deadlines. The client's own requests cost four times the time, which is what a node's start with thousands of claims is
 * made of. Every request ends: with an answer, at its deadline, or when the connection is lost.
 */
import { createInbox, headers, type Msg, type NatsConnection, type Subscription } from "nats";
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";

/** The answer of JetStream to a publish. */
export interface PublishAnswer {
  readonly seq?: number;
  readonly error?: { readonly code: number; readonly err_code?: number; readonly description?: string };
}

export interface NatsKvRequestsOptions {
  readonly connection: NatsConnection;
  readonly clock: Clock;
  readonly elapsedMs: () => number;
  readonly timeoutMs: number;
}

interface Waiting {
  readonly sentAtMs: number;
  readonly resolve: (answer: PublishAnswer) => void;
  readonly reject: (error: Error) => void;
}

const EXPECTED = "Nats-Expected-Last-Subject-Sequence";
export const OPERATION = "KV-Operation";
const NO_RESPONDERS = 503;

export class NatsKvRequests {
  readonly #options: NatsKvRequestsOptions;
  readonly #inbox = createInbox();
  readonly #answers: Subscription;
  readonly #waiting = new Map<string, Waiting>();
  #sent = 0;
  #cancelSweep: CancelTimer | null = null;

  constructor(options: NatsKvRequestsOptions) {
    this.#options = options;
    this.#answers = options.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) this.fail(error.message);
        else this.#settle(message);
      },
    });
  }

  /** Publishes when the subject's last message has the sequence `previous`. @throws {Error} when there is no answer */
  publish(subject: string, bytes: Uint8Array, previous: number, removes: boolean): Promise<PublishAnswer> {
    return new Promise((resolve, reject) => {
      const reply = `${this.#inbox}.${++this.#sent}`;
      const head = headers();
      head.set(EXPECTED, String(previous));
      if (removes) head.set(OPERATION, "DEL");
      this.#waiting.set(reply, { sentAtMs: this.#options.elapsedMs(), resolve, reject });
      try {
        this.#options.connection.publish(subject, bytes, { reply, headers: head });
      } catch (error) {
        this.#waiting.delete(reply);
        return reject(error instanceof Error ? error : new Error(String(error)));
      }
      this.#sweepLater();
    });
  }

  /** Nothing that waits will be answered. */
  fail(why: string): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(why));
    this.#waiting.clear();
  }

  close(): void {
    this.#cancelSweep?.();
    this.fail("closed");
    this.#answers.unsubscribe();
  }

  #settle(message: Msg): void {
    const waiting = this.#waiting.get(message.subject);
    if (waiting === undefined) return;
    this.#waiting.delete(message.subject);
    if (message.data.length === 0) {
      const why = message.headers?.code === NO_RESPONDERS ? "no stream takes it" : "an empty answer";
      return waiting.reject(new Error(why));
    }
    try {
      waiting.resolve(message.json<PublishAnswer>());
    } catch (error) {
      waiting.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #sweepLater(): void {
    this.#cancelSweep ??= this.#options.clock.after(Math.ceil(this.#options.timeoutMs / 4), () => {
      this.#cancelSweep = null;
      const nowMs = this.#options.elapsedMs();
      for (const [reply, { sentAtMs, reject }] of this.#waiting) {
        if (nowMs - sentAtMs < this.#options.timeoutMs) break;
        this.#waiting.delete(reply);
        reject(new Error(`no answer within ${this.#options.timeoutMs} ms`));
      }
      if (this.#waiting.size > 0) this.#sweepLater();
    });
  }
}
