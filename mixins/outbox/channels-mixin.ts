/**
 * Durable consumers of a Moleculer service: `mixins: [channelsMixin(channels, ports)]`. They start with the service and
 * stop before it has stopped, in order: no more messages are asked for, the one being handled is finished.
 */
import type { ServiceSchema } from "moleculer";
import { type ChannelDefinition, ChannelConsumer, type ConsumerPorts } from "./channel-consumer.ts";

/** A channel with its event's type closed over. */
export interface BoundChannel {
  consumer(ports: ConsumerPorts): Pick<ChannelConsumer<unknown>, "start" | "stop" | "counts">;
}

/** `channel({ subject: "audit.logs", durable: "audit", schema, handler })` */
export function channel<T>(definition: ChannelDefinition<T>): BoundChannel {
  return { consumer: (ports) => new ChannelConsumer(definition, ports) };
}

export function channelsMixin(channels: readonly BoundChannel[], ports: ConsumerPorts): Partial<ServiceSchema> {
  const consumers = channels.map((bound) => bound.consumer(ports));
  return {
    async started() {
      await Promise.all(consumers.map((consumer) => consumer.start()));
    },
    async stopped() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
    },
  };
}
