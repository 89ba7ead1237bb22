/**
 * One durable consumer of one channel: hands each event to its handler until that succeeds, with growing pauses. What
 * does not fit its schema goes to the dead letters at once; what fails `maxDeliver` times, or kills its process as
 * often, goes there too, with the reason. Nothing is dropped: a message ends acknowledged or buried.
 *
 * Handlers run one after the other in a process, in the order of delivery, and must be idempotent by the event's id.
 * Bounded: `IN_FLIGHT` messages wait here; the rest stay at the source.
 */
import type { z } from "zod";
import type { Clock } from "../../domain/kernel/clock.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import type { ChannelMessage, ChannelSource, ChannelSubscription } from "./channel-source.ts";

export interface ChannelDefinition<T> {
  /** Without the namespace, e.g. `audit.logs` or `fill.*`. */
  readonly subject: string;
  readonly durable: string;
  /** Of the whole message, see CHANNELS. */
  readonly schema: z.ZodType<T>;
  /** Idempotent: the same event may come again. */
  readonly handler: (event: T) => void | Promise<void>;
  /** Tries before a message is buried. Default 5. */
  readonly maxDeliver?: number;
  /** A process that has not settled a message for so long is taken for dead. Default 30,000. */
  readonly ackWaitMs?: number;
}

export interface ConsumerPorts {
  readonly source: ChannelSource;
  /** The machine's. */
  readonly clock: Clock;
  readonly onTrouble: (text: string) => void;
}

export interface ConsumerCounts {
  readonly handled: number;
  readonly failed: number;
  readonly buried: number;
}

const IN_FLIGHT = 64;
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 30_000;
/** How long a message waits whose dead letter could not be written. */
const BURY_AGAIN_MS = 5_000;

const decoder = new TextDecoder();

export class ChannelConsumer<T> {
  readonly #definition: Required<ChannelDefinition<T>>;
  readonly #ports: ConsumerPorts;
  #subscription: ChannelSubscription | null = null;
  #queue: ChannelMessage[] = [];
  #working: Promise<void> | null = null;
  #stopped = false;
  #handled = 0;
  #failed = 0;
  #buried = 0;

  constructor(definition: ChannelDefinition<T>, ports: ConsumerPorts) {
    this.#definition = { maxDeliver: 5, ackWaitMs: 30_000, ...definition };
    this.#ports = ports;
  }

  get counts(): ConsumerCounts {
    return { handled: this.#handled, failed: this.#failed, buried: this.#buried };
  }

  /** @throws {DstaError} CHANNEL_REFUSED */
  async start(): Promise<void> {
    const { subject, durable, ackWaitMs } = this.#definition;
    const request = { subject, durable, ackWaitMs, maxInFlight: IN_FLIGHT };
    const onTrouble = (why: string | null): void => this.#ports.onTrouble(`channel ${durable}: ${why ?? "goes on"}`);
    this.#subscription = await this.#ports.source.open(request, (message) => this.#take(message), onTrouble);
  }

  /** Takes no more, finishes the message being handled, gives back those that wait. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#subscription?.stop();
    for (const message of this.#queue.splice(0)) message.nak(0);
    await this.#working;
    await this.#subscription?.close();
  }

  #take(message: ChannelMessage): void {
    if (this.#stopped) return message.nak(0);
    this.#queue.push(message);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    const { clock } = this.#ports;
    const period = this.#definition.ackWaitMs / 3;
    // Those that wait for a slow one before them are alive too.
    let cancel = (): void => undefined;
    const beat = (): void => {
      cancel = clock.after(period, () => {
        for (const message of [...this.#queue, ...(this.#current ? [this.#current] : [])]) message.working();
        beat();
      });
    };
    beat();
    for (let message = this.#queue.shift(); message; message = this.#queue.shift()) {
      this.#current = message;
      await this.#handle(message);
      this.#current = null;
    }
    cancel();
    this.#working = null;
  }

  #current: ChannelMessage | null = null;

  async #handle(message: ChannelMessage): Promise<void> {
    const { schema, handler, maxDeliver, durable } = this.#definition;
    if (message.delivery > maxDeliver) return this.#bury(message, `delivered ${message.delivery} times and never settled`);
    const parsed = schema.safeParse(jsonOf(message.bytes));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return this.#bury(message, `not a message of this channel: ${issue?.path.join(".")}: ${issue?.message}`);
    }
    try {
      await handler(parsed.data);
      message.ack();
      this.#handled++;
    } catch (error) {
      this.#failed++;
      if (message.delivery >= maxDeliver) return this.#bury(message, messageOf(error));
      this.#ports.onTrouble(`channel ${durable}: ${message.id} failed (${message.delivery} of ${maxDeliver}): ${messageOf(error)}`);
      message.nak(Math.min(RETRY_FIRST_MS * 2 ** (message.delivery - 1), RETRY_MAX_MS));
    }
  }

  async #bury(message: ChannelMessage, reason: string): Promise<void> {
    const { durable } = this.#definition;
    try {
      await this.#ports.source.bury(durable, message, reason);
    } catch (error) {
      this.#ports.onTrouble(`channel ${durable}: the dead letter of ${message.id} could not be written: ${messageOf(error)}`);
      return message.nak(BURY_AGAIN_MS);
    }
    message.term();
    this.#buried++;
    this.#ports.onTrouble(`channel ${durable}: ${message.id} went to the dead letters: ${reason}`);
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    // The schema refuses it, with the reason that people see.
    return undefined;
  }
}
