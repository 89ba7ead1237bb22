/**
 * The outbox's publisher on JetStream: many messages in flight and still in order. Each message names the sequence it
 * must get, so one that is lost on the way takes all behind it along, and none overtakes.
 *
 * After a failure the stream's last message says how far the list came; the rest is published again. Repeats are
 * dropped by that place, and by message id within the duplicate window. Bounded: `IN_FLIGHT` messages a stream.
 */
import { type JetStreamClient, type JetStreamManager, type NatsConnection, NatsError } from "nats";
import type { StreamPolicy } from "../../config/outbox.ts";
import { invariant } from "../../domain/kernel/errors.ts";
import type { EventPublisher, OutboxMessage } from "../../mixins/outbox/event-publisher.ts";
import { ensureStream, publishFailed, streamName, streamOf, type StreamPlace } from "./jet-streams.ts";

const IN_FLIGHT = 256;
/** A server that restarts loses what was in flight: the sooner that is noticed, the sooner it is sent again. */
const ACK_TIMEOUT_MS = 2_000;
const NO_MESSAGE_FOUND = 10_037;
const ID_HEADER = "Nats-Msg-Id";

export interface JetStreamOptions extends StreamPlace {
  readonly connection: NatsConnection;
  /** False while the server cannot be reached: publishing then fails at once. */
  readonly connected: () => boolean;
}

export class JetStreamPublisher implements EventPublisher {
  readonly #options: JetStreamOptions;
  readonly #chains = new Map<string, StreamChain>();

  constructor(options: JetStreamOptions) {
    this.#options = options;
  }

  async publish(messages: readonly OutboxMessage[]): Promise<void> {
    if (!this.#options.connected()) throw publishFailed(`${messages.length} events`, new Error("not connected to NATS"));
    const byStream = Map.groupBy(messages, ({ subject }) => this.#chain(streamOf(`out.${subject}`)));
    const outcomes = await Promise.allSettled(Array.from(byStream, ([chain, own]) => chain.publish(own)));
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure) throw failure.reason;
  }

  #chain(policy: StreamPolicy): StreamChain {
    const chain = this.#chains.get(policy.name) ?? new StreamChain(this.#options, policy);
    this.#chains.set(policy.name, chain);
    return chain;
  }
}

/** One stream, with the sequence of its last message while that is known. */
class StreamChain {
  readonly #options: JetStreamOptions;
  readonly #policy: StreamPolicy;
  readonly #name: string;
  readonly #client: JetStreamClient;
  #manager: JetStreamManager | null = null;
  #last: number | null = null;

  constructor(options: JetStreamOptions, policy: StreamPolicy) {
    this.#options = options;
    this.#policy = policy;
    this.#name = streamName(options, policy);
    this.#client = options.connection.jetstream({ timeout: ACK_TIMEOUT_MS });
  }

  async publish(messages: readonly OutboxMessage[]): Promise<void> {
    try {
      for (let rest = messages; rest.length > 0;) {
        if (this.#last === null) rest = await this.#resume(rest);
        const { stored, failure } = await this.#window(rest.slice(0, IN_FLIGHT));
        if (failure && stored === 0) throw failure.reason;
        rest = rest.slice(stored);
      }
    } catch (error) {
      this.#last = null;
      throw publishFailed(messages[0]!.id, error);
    }
  }

  /** Finds the end of the stream; answers those messages that are not in it yet. */
  async #resume(messages: readonly OutboxMessage[]): Promise<readonly OutboxMessage[]> {
    this.#manager ??= await this.#options.connection.jetstreamManager({ timeout: ACK_TIMEOUT_MS, checkAPI: false });
    await ensureStream(this.#manager, this.#options, this.#policy);
    const { state } = await this.#manager.streams.info(this.#name);
    this.#last = state.last_seq;
    const id = await this.#idOf(state.last_seq);
    // In order and without holes: what stands before the last one is in the stream, too.
    return messages.slice(messages.findIndex((message) => message.id === id) + 1);
  }

  /** Null for an empty stream, or one whose messages have all aged away. */
  async #idOf(sequence: number): Promise<string | null> {
    if (sequence === 0) return null;
    try {
      return (await this.#manager!.streams.getMessage(this.#name, { seq: sequence })).header.get(ID_HEADER);
    } catch (error) {
      if (error instanceof NatsError && error.api_error?.err_code === NO_MESSAGE_FOUND) return null;
      throw error;
    }
  }

  /** How many of the first ones are stored now; those behind a failure are not, since their place was not free yet. */
  async #window(messages: readonly OutboxMessage[]): Promise<{ stored: number; failure: PromiseRejectedResult | undefined }> {
    const base = this.#last;
    invariant(base !== null, "a window begins where the stream ends");
    const sent = messages.map(({ id, subject, bytes }, index) =>
      this.#client.publish(`${this.#options.namespace}.out.${subject}`, bytes, {
        msgID: id,
        expect: { streamName: this.#name, lastSequence: base + index },
      }),
    );
    // All answers first: the next attempt must not run beside one that is still on its way.
    const outcomes = await Promise.allSettled(sent);
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    // A repeat that the server dropped took no place: the end of the stream has to be looked up again.
    const isCounted = outcomes.every((outcome) => outcome.status === "fulfilled" && !outcome.value.duplicate);
    this.#last = isCounted ? base + messages.length : null;
    return { stored: failure ? outcomes.indexOf(failure) : messages.length, failure };
  }
}
