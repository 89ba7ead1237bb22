/**
 * Channels within one process: what the relay publishes is handed to the consumers here, and counts as published when
 * each has settled it. The relay's checkpoint makes that durable: what was not settled comes again after a restart.
 *
 * Consumers named in `durables` are waited for: until they are there, publishing to their subject fails (retryable), so
 * that nothing passes them by. Events nobody here consumes stay in the journal.
 */
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { ChannelMessage, ChannelRequest, ChannelSource, ChannelSubscription } from "./channel-source.ts";
import type { EventPublisher, OutboxMessage } from "./event-publisher.ts";

export interface LocalChannelsPorts {
  /** Subject → names of the consumers that must have seen each of its events. */
  readonly durables: Readonly<Record<string, readonly string[]>>;
  readonly clock: Clock;
  /** A message that its consumer gave up; the journal still has the record it came from. */
  readonly onDeadLetter: (durable: string, message: { readonly id: string; readonly subject: string }, reason: string) => void;
}

interface Attached {
  readonly request: ChannelRequest;
  readonly onMessage: (message: ChannelMessage) => void;
  /** Deliveries under way: called when the consumer leaves. */
  readonly leave: Set<() => void>;
}

export class LocalChannels implements EventPublisher, ChannelSource {
  readonly #ports: LocalChannelsPorts;
  readonly #consumers = new Map<string, Attached>();

  constructor(ports: LocalChannelsPorts) {
    this.#ports = ports;
  }

  async publish(messages: readonly OutboxMessage[]): Promise<void> {
    for (const message of messages) {
      for (const durable of this.#ports.durables[message.subject] ?? []) {
        if (!this.#consumers.has(durable)) throw failed(message, `consumer ${durable} is not there`);
      }
      const takers = [...this.#consumers.values()].filter(({ request }) => matches(request.subject, message.subject));
      await Promise.all(takers.map((taker) => this.#deliver(taker, message)));
    }
  }

  open(request: ChannelRequest, onMessage: (message: ChannelMessage) => void): Promise<ChannelSubscription> {
    const taken: Attached = { request, onMessage, leave: new Set() };
    if (this.#consumers.has(request.durable)) {
      const message = `durable: expected a consumer that is not there yet, got ${request.durable}`;
      return Promise.reject(new DstaError("CHANNEL_REFUSED", message, { data: { field: "durable", got: request.durable } }));
    }
    this.#consumers.set(request.durable, taken);
    const detach = (): void => {
      if (this.#consumers.get(request.durable) === taken) this.#consumers.delete(request.durable);
    };
    return Promise.resolve({
      stop: () => Promise.resolve(detach()),
      close: () => {
        for (const leave of taken.leave) leave();
        return Promise.resolve();
      },
    });
  }

  bury(durable: string, message: ChannelMessage, reason: string): Promise<void> {
    this.#ports.onDeadLetter(durable, message, reason);
    return Promise.resolve();
  }

  /** Resolves when the consumer has settled it, after as many deliveries as that takes. */
  #deliver(taker: Attached, { id, subject, bytes }: OutboxMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      let cancelRetry = (): void => undefined;
      const leave = (): void => {
        cancelRetry();
        taker.leave.delete(leave);
        reject(failed({ id }, `consumer ${taker.request.durable} left before it was done`));
      };
      taker.leave.add(leave);
      const settle = (): void => {
        taker.leave.delete(leave);
        resolve();
      };
      const send = (delivery: number): void =>
        taker.onMessage({
          id,
          subject,
          bytes,
          delivery,
          ack: settle,
          term: settle,
          // No deadline within a process: it dies with its consumer.
          working: () => undefined,
          nak: (delayMs) => {
            if (this.#consumers.get(taker.request.durable) !== taker) return leave();
            cancelRetry = this.#ports.clock.after(delayMs, () => send(delivery + 1));
          },
        });
      send(1);
    });
  }
}

function matches(pattern: string, subject: string): boolean {
  const wanted = pattern.split(".");
  const given = subject.split(".");
  return wanted.length === given.length && wanted.every((token, index) => token === "*" || token === given[index]);
}

function failed({ id }: { readonly id: string }, why: string): DstaError {
  return new DstaError("PUBLISH_FAILED", `${id} could not be published: ${why}`, { code: 503, retryable: true, data: { id, why } });
}
