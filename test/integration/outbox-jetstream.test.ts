/** The outbox on a real nats-server: order, repeats, restarts; and durable consumers: redelivery, dead letters, two nodes. */
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { JetStreamChannels } from "../../brokers/nats/jet-stream-channels.ts";
import { JetStreamPublisher } from "../../brokers/nats/jet-stream-publisher.ts";
import { ChannelConsumer, type ChannelDefinition } from "../../mixins/outbox/channel-consumer.ts";
import type { OutboxMessage } from "../../mixins/outbox/event-publisher.ts";
import { machineClock } from "./database.ts";
import { type NatsServer, startNats } from "./nats-server.ts";

const schema = z.object({ n: z.number() });
type Event = z.infer<typeof schema>;

let nats: NatsServer;
const connections: NatsConnection[] = [];
let namespace = "";
let created = 0;

beforeAll(async () => {
  nats = await startNats();
});

afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await nats.stop();
});

// Each test has streams of its own.
beforeEach(() => void (namespace = `t${++created}`));

async function node() {
  const connection = await connect({ servers: nats.url, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
  connections.push(connection);
  const options = { connection, namespace, replicas: 1, connected: () => true };
  return { connection, publisher: new JetStreamPublisher(options), channels: new JetStreamChannels(options, machineClock) };
}

function message(n: unknown, subject = "audit.logs"): OutboxMessage {
  return { id: `m${String(n)}`, subject, bytes: new TextEncoder().encode(JSON.stringify({ n })) };
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** Numbers in the stream, in order. */
async function stored(connection: NatsConnection, stream: string): Promise<number[]> {
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(`${namespace}-${stream}`);
  const found: number[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    found.push((await manager.streams.getMessage(`${namespace}-${stream}`, { seq })).json<Event>().n);
  }
  return found;
}

async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadlineMs = Date.now() + 20_000;
  while (!(await isTrue())) {
    if (Date.now() > deadlineMs) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("publishing to JetStream", () => {
  it("keeps the order of many messages in flight, each subject in its stream", async () => {
    const { publisher, connection } = await node();
    await publisher.publish(numbers(0, 700).map((n) => message(n, n % 2 ? "audit.logs" : "fill.BTC-USDT")));
    expect(await stored(connection, "audit")).toEqual(numbers(0, 700).filter((n) => n % 2));
    expect(await stored(connection, "events")).toEqual(numbers(0, 700).filter((n) => !(n % 2)));
  });

  it("stores what is published again once: the whole list, a list that overlaps, one by another publisher", async () => {
    const { publisher, connection } = await node();
    await publisher.publish(numbers(0, 5).map((n) => message(n)));
    await publisher.publish(numbers(0, 5).map((n) => message(n)));
    await publisher.publish(numbers(3, 8).map((n) => message(n)));
    await (await node()).publisher.publish(numbers(2, 9).map((n) => message(n)));
    await publisher.publish(numbers(0, 10).map((n) => message(n)));
    expect(await stored(connection, "audit")).toEqual(numbers(0, 10));
  });

  it("drops repeats by their place when the window of ids is over, or the server forgot it", async () => {
    const { publisher, connection } = await node();
    await publisher.publish(numbers(0, 5).map((n) => message(n)));
    const manager = await connection.jetstreamManager();
    const config = (await manager.streams.info(`${namespace}-audit`)).config;
    await manager.streams.update(`${namespace}-audit`, { ...config, duplicate_window: 100_000_000 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    const chain = (await node()).publisher;
    await chain.publish(numbers(2, 8).map((n) => message(n)));
    expect(await stored(connection, "audit")).toEqual(numbers(0, 8));
  });

  it("goes on when somebody else wrote in between", async () => {
    const { publisher, connection } = await node();
    await publisher.publish([message(0), message(1)]);
    await connection.jetstream().publish(`${namespace}.out.audit.logs`, JSON.stringify({ n: -1 }));
    await expect(publisher.publish([message(2)])).rejects.toMatchObject({ type: "PUBLISH_FAILED", retryable: true });
    await publisher.publish([message(0), message(1), message(2), message(3)]);
    expect(await stored(connection, "audit")).toEqual([0, 1, -1, 2, 3]);
  });

  it("two that race write one list, in order", async () => {
    const [a, b] = [await node(), await node()];
    const list = numbers(0, 500).map((n) => message(n));
    const insist = async ({ publisher }: typeof a): Promise<void> => {
      for (let index = 0; index < list.length; index += 50) {
        for (let attempt = 0; ; attempt++) {
          try {
            await publisher.publish(list.slice(index, index + 50));
            break;
          } catch (error) {
            if (attempt > 50) throw error;
          }
        }
      }
    };
    await Promise.all([insist(a), insist(b)]);
    expect(await stored(a.connection, "audit")).toEqual(numbers(0, 500));
  });

  it("seals the audit stream: nothing can be purged or deleted", async () => {
    const { publisher, connection } = await node();
    await publisher.publish([message(0)]);
    const manager = await connection.jetstreamManager();
    await expect(manager.streams.purge(`${namespace}-audit`)).rejects.toThrow(/not permitted|purge/i);
    await expect(manager.streams.deleteMessage(`${namespace}-audit`, 1)).rejects.toThrow(/not permitted|delete/i);
    expect(await stored(connection, "audit")).toEqual([0]);
  });

  it("brings an older stream to the present configuration, and refuses a subject that no stream keeps", async () => {
    const { publisher, connection } = await node();
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: `${namespace}-events`, subjects: [`${namespace}.out.trading.>`], max_bytes: 1_000_000 });
    await publisher.publish([message(1, "fill.BTC-USDT")]);
    expect((await manager.streams.info(`${namespace}-events`)).config.subjects).toHaveLength(4);
    await expect(publisher.publish([message(1, "else.where")])).rejects.toMatchObject({ type: "CHANNEL_REFUSED" });
  });
});

describe("a durable consumer on JetStream", () => {
  const definition = (handler: ChannelDefinition<Event>["handler"]): ChannelDefinition<Event> => ({
    subject: "audit.logs",
    durable: "audit-log",
    schema,
    handler,
    ackWaitMs: 1_000,
    maxDeliver: 3,
  });

  async function consumer(handler: ChannelDefinition<Event>["handler"], more: Partial<ChannelDefinition<Event>> = {}) {
    const own = await node();
    const troubles: string[] = [];
    const made = new ChannelConsumer(
      { ...definition(handler), ...more },
      { source: own.channels, clock: machineClock, onTrouble: (text) => void troubles.push(text) },
    );
    await made.start();
    return { ...own, consumer: made, troubles };
  }

  it("gets what was published before and after it came, each once", async () => {
    const { publisher } = await node();
    await publisher.publish(numbers(0, 100).map((n) => message(n)));
    const seen: number[] = [];
    const { consumer: audit } = await consumer(({ n }) => void seen.push(n));
    await until(() => seen.length === 100, "the old ones");
    await publisher.publish(numbers(100, 300).map((n) => message(n)));
    await until(() => seen.length === 300, "the new ones");
    expect(seen).toEqual(numbers(0, 300));
    await audit.stop();
  });

  it("two nodes that start at once share the messages; one that stops leaves none behind", async () => {
    const seen: number[][] = [[], []];
    const take =
      (index: number) =>
      async ({ n }: Event) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        seen[index]!.push(n);
      };
    const [a, b] = await Promise.all([consumer(take(0)), consumer(take(1))]);
    const { publisher } = await node();
    await publisher.publish(numbers(0, 400).map((n) => message(n)));
    await until(() => seen[0]!.length > 20 && seen[1]!.length > 20, "both get some");
    await a.consumer.stop();
    const atStop = seen[0]!.length;
    await until(() => seen.flat().length >= 400, "the other takes over");
    expect(seen[0]).toHaveLength(atStop);
    expect(seen.flat().toSorted((x, y) => x - y)).toEqual(numbers(0, 400));
    await b.consumer.stop();
  });

  it("gets again what failed, and what a dead node had taken", async () => {
    const tries: number[] = [];
    const first = await consumer(() => new Promise(() => undefined));
    const { publisher } = await node();
    await publisher.publish([message(1)]);
    await until(async () => {
      const manager = await first.connection.jetstreamManager();
      return (await manager.consumers.info(`${namespace}-audit`, "audit-log")).num_ack_pending === 1;
    }, "the first node has it");
    // Dies with it: nothing is given back.
    await first.connection.close();
    const second = await consumer(({ n }) => {
      tries.push(n);
      if (tries.length < 2) throw new Error("not yet");
    });
    await until(() => tries.length === 2, "the second node succeeds");
    expect(second.consumer.counts).toEqual({ handled: 1, failed: 1, buried: 0 });
    await second.consumer.stop();
  });

  it("puts poison and what is no message among the dead letters, with the reason, and goes on", async () => {
    const seen: number[] = [];
    const { consumer: audit, connection } = await consumer(({ n }) => {
      if (n === 2) throw new Error("cannot\nbe");
      seen.push(n);
    });
    const { publisher } = await node();
    await publisher.publish([message(1), message(2), message("x"), message(3)]);
    await until(() => audit.counts.buried === 2, "both are buried");
    await until(() => seen.length === 2, "the others are handled");
    const manager = await connection.jetstreamManager();
    const dead = [];
    for (const seq of [1, 2]) {
      const { subject, header, data } = await manager.streams.getMessage(`${namespace}-dead`, { seq });
      dead.push([
        subject,
        header.get("Dsta-Event-Id"),
        header.get("Dsta-Reason"),
        header.get("Dsta-Subject"),
        new TextDecoder().decode(data),
      ]);
    }
    const subject = `${namespace}.dead.audit-log`;
    expect(dead.toSorted(([, a], [, b]) => String(a).localeCompare(String(b)))).toEqual([
      [subject, "m2", "cannot be", "audit.logs", '{"n":2}'],
      [subject, "mx", expect.stringContaining("not a message of this channel"), "audit.logs", '{"n":"x"}'],
    ]);
    await audit.stop();
  });

  it("uses a consumer that is there already, whatever its settings", async () => {
    const { publisher, connection } = await node();
    await publisher.publish([message(1)]);
    const manager = await connection.jetstreamManager();
    await manager.consumers.add(`${namespace}-audit`, {
      durable_name: "audit-log",
      ack_policy: "explicit" as never,
      deliver_policy: "new" as never,
    });
    const seen: number[] = [];
    const { consumer: audit } = await consumer(({ n }) => void seen.push(n));
    await publisher.publish([message(2)]);
    await until(() => seen.includes(2), "the new one");
    await audit.stop();
  });
});

describe("while NATS is restarted", () => {
  it("publishing and consuming resume by themselves: nothing lost, nothing twice in the stream", async () => {
    const seen: number[] = [];
    const { publisher, connection } = await node();
    const own = await node();
    const audit = new ChannelConsumer<Event>(
      { subject: "audit.logs", durable: "audit-log", schema, handler: ({ n }) => void seen.push(n), ackWaitMs: 1_000 },
      { source: own.channels, clock: machineClock, onTrouble: () => undefined },
    );
    await audit.start();
    const list = numbers(0, 3_000).map((n) => message(n));
    const published = (async () => {
      for (let index = 0; index < list.length;) {
        try {
          await publisher.publish(list.slice(index, index + 100));
          index += 100;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    })();
    await until(() => seen.length > 200, "it runs");
    await nats.kill();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await nats.restart();
    await published;
    expect(await stored(connection, "audit")).toEqual(numbers(0, 3_000));
    await until(() => new Set(seen).size === 3_000, "all consumed");
    await audit.stop();
  });
});
