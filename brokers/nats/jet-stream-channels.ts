/**
 * Durable consumers on JetStream: pull, explicit acknowledgement, shared between nodes by the consumer's name. Survives
 * the server's restarts, a stream that is not there yet and another node that creates the consumer at the same moment.
 *
 * Counting deliveries and burying is the reader's: the server repeats without end, so nothing vanishes there.
 */
import { AckPolicy, type Consumer, DeliverPolicy, headers, type JetStreamClient, type JetStreamManager, type JsMsg, nanos } from "nats";
import type { Clock } from "../../domain/kernel/clock.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import type { ChannelMessage, ChannelRequest, ChannelSource, ChannelSubscription } from "../../mixins/outbox/channel-source.ts";
import { ensureStream, publishFailed, streamName, streamOf } from "./jet-streams.ts";
import type { JetStreamOptions } from "./jet-stream-publisher.ts";

const API_TIMEOUT_MS = 2_000;
/** One request waits for messages so long; also how long a lost server may go unnoticed. */
const PULL_MS = 2_000;
const AGAIN_MS = 250;
/** Of all nodes together; more wait in the stream. */
const UNSETTLED_MAX = 1_024;

export class JetStreamChannels implements ChannelSource {
  readonly #options: JetStreamOptions;
  readonly #clock: Clock;
  readonly #client: JetStreamClient;
  #manager: JetStreamManager | null = null;

  constructor(options: JetStreamOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#client = options.connection.jetstream({ timeout: API_TIMEOUT_MS });
  }

  /** Does not wait for the server: the program starts without it. */
  open(
    request: ChannelRequest,
    onMessage: (message: ChannelMessage) => void,
    onTrouble: (why: string | null) => void,
  ): Promise<ChannelSubscription> {
    return new Promise((resolve) => {
      const policy = streamOf(`out.${request.subject}`);
      const pull = new Pull({
        ensure: () => this.#ensure(request),
        clock: this.#clock,
        maxInFlight: request.maxInFlight,
        onMessage: (message, settled) => onMessage(this.#wrap(message, settled)),
        onTrouble: (why) => onTrouble(why === null ? null : `${policy.name} stream: ${why}`),
      });
      resolve({
        stop: () => pull.stop(),
        close: async () => {
          if (this.#options.connected()) await this.#options.connection.flush();
        },
      });
    });
  }

  async bury(durable: string, message: ChannelMessage, reason: string): Promise<void> {
    const subject = `dead.${durable}`;
    const head = headers();
    head.set("Dsta-Reason", oneLine(reason));
    head.set("Dsta-Subject", message.subject);
    head.set("Dsta-Event-Id", oneLine(message.id));
    try {
      await ensureStream(await this.#managed(), this.#options, streamOf(subject));
      await this.#client.publish(`${this.#options.namespace}.${subject}`, message.bytes, {
        msgID: `${durable}:${oneLine(message.id)}`,
        headers: head,
      });
    } catch (error) {
      throw publishFailed(message.id, error);
    }
  }

  async #managed(): Promise<JetStreamManager> {
    return (this.#manager ??= await this.#options.connection.jetstreamManager({ timeout: API_TIMEOUT_MS, checkAPI: false }));
  }

  async #ensure({ subject, durable, ackWaitMs }: ChannelRequest): Promise<Consumer> {
    const manager = await this.#managed();
    const policy = streamOf(`out.${subject}`);
    const stream = streamName(this.#options, policy);
    await ensureStream(manager, this.#options, policy);
    try {
      await manager.consumers.add(stream, {
        durable_name: durable,
        filter_subject: `${this.#options.namespace}.out.${subject}`,
        deliver_policy: DeliverPolicy.All,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ackWaitMs),
        max_deliver: -1,
        max_ack_pending: UNSETTLED_MAX,
      });
    } catch (error) {
      // Another node made it, maybe of another version: it is used as it is. Not there after all: the first error counts.
      if (!(await isThere(manager, stream, durable))) throw error;
    }
    return this.#client.consumers.get(stream, durable);
  }

  #wrap(message: JsMsg, settled: () => void): ChannelMessage {
    const settle = (how: () => void) => () => {
      how();
      settled();
    };
    return {
      subject: message.subject.slice(this.#options.namespace.length + ".out.".length),
      id: message.headers?.get("Nats-Msg-Id") || `${message.info.stream}:${message.seq}`,
      bytes: message.data,
      delivery: message.info.deliveryCount,
      ack: settle(() => message.ack()),
      term: settle(() => message.term()),
      nak: (delayMs) => settle(() => message.nak(delayMs))(),
      working: () => message.working(),
    };
  }
}

interface PullPorts {
  readonly ensure: () => Promise<Consumer>;
  readonly clock: Clock;
  readonly maxInFlight: number;
  readonly onMessage: (message: JsMsg, settled: () => void) => void;
  readonly onTrouble: (why: string | null) => void;
}

/** Asks for messages again and again, never for more than may be in flight. */
class Pull {
  readonly #ports: PullPorts;
  readonly #done: Promise<void>;
  #stopped = false;
  #end: () => void = () => undefined;
  #inFlight = 0;
  #room: () => void = () => undefined;

  constructor(ports: PullPorts) {
    this.#ports = ports;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#end();
    this.#room();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { ensure, onTrouble } = this.#ports;
    let consumer: Consumer | null = null;
    let troubled = false;
    while (!this.#stopped) {
      try {
        consumer ??= await ensure();
        if (troubled) onTrouble(null);
        troubled = false;
        await this.#once(consumer);
      } catch (error) {
        if (!troubled) onTrouble(messageOf(error));
        troubled = true;
        consumer = null;
        await this.#wait((resolve) => this.#ports.clock.after(AGAIN_MS, resolve));
      }
    }
  }

  async #once(consumer: Consumer): Promise<void> {
    const room = this.#ports.maxInFlight - this.#inFlight;
    if (room <= 0) return new Promise((resolve) => (this.#room = resolve));
    const messages = await consumer.fetch({ max_messages: room, expires: PULL_MS });
    this.#end = () => messages.stop();
    if (this.#stopped) messages.stop();
    for await (const message of messages) {
      this.#inFlight++;
      this.#ports.onMessage(message, () => {
        this.#inFlight--;
        this.#room();
      });
    }
  }

  #wait(begin: (resolve: () => void) => () => void): Promise<void> {
    return new Promise((resolve) => {
      const cancel = begin(resolve);
      this.#end = () => {
        cancel();
        resolve();
      };
    });
  }
}

async function isThere(manager: JetStreamManager, stream: string, durable: string): Promise<boolean> {
  try {
    await manager.consumers.info(stream, durable);
    return true;
  } catch {
    // Why is what the caller throws: this only asked.
    return false;
  }
}

/** A header holds one line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ").slice(0, 500);
}
