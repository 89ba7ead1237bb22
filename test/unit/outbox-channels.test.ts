import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { ChannelConsumer, type ChannelDefinition } from "../../mixins/outbox/channel-consumer.ts";
import type { OutboxMessage } from "../../mixins/outbox/event-publisher.ts";
import { LocalChannels } from "../../mixins/outbox/local-channels.ts";

const schema = z.object({ n: z.number() });
type Event = z.infer<typeof schema>;

function setUp(durables: Record<string, string[]> = {}) {
  const clock = new ManualClock();
  const dead: string[] = [];
  const troubles: string[] = [];
  const channels = new LocalChannels({
    durables,
    clock,
    onDeadLetter: (durable, { id }, reason) => void dead.push(`${durable} ${id} ${reason}`),
  });
  const consumer = (handler: ChannelDefinition<Event>["handler"], definition: Partial<ChannelDefinition<Event>> = {}) =>
    new ChannelConsumer<Event>(
      { subject: "audit.logs", durable: "audit", schema, handler, ...definition },
      { source: channels, clock, onTrouble: (text) => void troubles.push(text) },
    );
  return { clock, dead, troubles, channels, consumer };
}

function message(n: unknown, subject = "audit.logs"): OutboxMessage {
  return { id: `m${String(n)}`, subject, bytes: new TextEncoder().encode(JSON.stringify({ n })) };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

describe("channels within one process", () => {
  it("count as published once every consumer of the subject has taken the event in, in order", async () => {
    const { channels, consumer } = setUp();
    const seen: string[] = [];
    const audit = consumer(({ n }) => void seen.push(`audit ${n}`));
    const fills = consumer(({ n }) => void seen.push(`fills ${n}`), { subject: "fill.*", durable: "fills" });
    await audit.start();
    await fills.start();
    await channels.publish([message(1), message(2, "fill.BTC-USDT"), message(3), message(4, "risk.alerts")]);
    expect(seen).toEqual(["audit 1", "fills 2", "audit 3"]);
    expect(audit.counts).toEqual({ handled: 2, failed: 0, buried: 0 });
  });

  it("wait for a consumer that was promised", async () => {
    const { channels, consumer } = setUp({ "audit.logs": ["audit"] });
    await expect(channels.publish([message(1)])).rejects.toMatchObject({ type: "PUBLISH_FAILED", retryable: true });
    await channels.publish([message(1, "risk.alerts")]);
    const audit = consumer(() => undefined);
    await audit.start();
    await channels.publish([message(1)]);
    await audit.stop();
    await expect(channels.publish([message(2)])).rejects.toMatchObject({ type: "PUBLISH_FAILED" });
  });

  it("refuse a second consumer of one name", async () => {
    const { consumer } = setUp();
    await consumer(() => undefined).start();
    await expect(consumer(() => undefined).start()).rejects.toMatchObject({ type: "CHANNEL_REFUSED" });
  });

  it("fail what was not settled when the consumer left", async () => {
    const { channels, consumer, clock } = setUp();
    const audit = consumer(() => Promise.reject(new Error("database away")));
    await audit.start();
    const published = channels.publish([message(1)]);
    published.catch(() => undefined);
    await settled();
    await audit.stop();
    await expect(published).rejects.toMatchObject({ type: "PUBLISH_FAILED" });
    clock.advance(60_000);
    expect(audit.counts.failed).toBe(1);
  });
});

describe("a channel's consumer", () => {
  it("tries again with growing pauses until the handler succeeds", async () => {
    const { channels, consumer, clock } = setUp();
    const tries: number[] = [];
    const audit = consumer(() => {
      tries.push(clock.now());
      if (tries.length < 4) throw new Error("not yet");
    });
    await audit.start();
    const published = channels.publish([message(1)]);
    for (let step = 0; step < 20; step++) {
      await settled();
      clock.advance(50);
    }
    await published;
    expect(tries).toEqual([0, 100, 300, 700]);
    expect(audit.counts).toEqual({ handled: 1, failed: 3, buried: 0 });
  });

  it("buries what fails too often, with the reason, and goes on with the next", async () => {
    const { channels, consumer, clock, dead } = setUp();
    const audit = consumer(({ n }) => (n === 1 ? Promise.reject(new Error("never")) : undefined), { maxDeliver: 3 });
    await audit.start();
    const published = channels.publish([message(1), message(2)]);
    for (let step = 0; step < 20; step++) {
      await settled();
      clock.advance(50);
    }
    await published;
    expect(dead).toEqual(["audit m1 never"]);
    expect(audit.counts).toEqual({ handled: 1, failed: 3, buried: 1 });
  });

  it("buries at once what is no message of the channel", async () => {
    const { channels, consumer, dead } = setUp();
    const audit = consumer(() => undefined);
    await audit.start();
    await channels.publish([message("x"), { id: "raw", subject: "audit.logs", bytes: new Uint8Array([0xff, 0x00]) }]);
    expect(dead).toEqual([expect.stringContaining("mx not a message of this channel: n:"), expect.stringContaining("raw not a message")]);
    expect(audit.counts).toEqual({ handled: 0, failed: 0, buried: 2 });
  });

  it("buries without trying what has killed its consumers", async () => {
    const { clock } = setUp();
    const settledAs: string[] = [];
    const buried: string[] = [];
    const audit = new ChannelConsumer<Event>(
      { subject: "audit.logs", durable: "audit", schema, handler: () => void settledAs.push("handled") },
      {
        clock,
        onTrouble: () => undefined,
        source: {
          open: (_request, onMessage) => {
            const how = (name: string) => () => void settledAs.push(name);
            onMessage({ ...message(1), delivery: 6, ack: how("ack"), nak: how("nak"), term: how("term"), working: how("working") });
            return Promise.resolve({ stop: () => Promise.resolve(), close: () => Promise.resolve() });
          },
          bury: (_durable, { id }, reason) => Promise.resolve(void buried.push(`${id} ${reason}`)),
        },
      },
    );
    await audit.start();
    await settled();
    expect(settledAs).toEqual(["term"]);
    expect(buried).toEqual(["m1 delivered 6 times and never settled"]);
  });

  it("keeps a message whose dead letter cannot be written", async () => {
    const { clock, troubles } = setUp();
    const settledAs: string[] = [];
    const audit = new ChannelConsumer<Event>(
      { subject: "audit.logs", durable: "audit", schema, handler: () => undefined },
      {
        clock,
        onTrouble: (text) => void troubles.push(text),
        source: {
          open: (_request, onMessage) => {
            const how = (name: string) => () => void settledAs.push(name);
            onMessage({ ...message("x"), delivery: 1, ack: how("ack"), nak: how("nak"), term: how("term"), working: how("working") });
            return Promise.resolve({ stop: () => Promise.resolve(), close: () => Promise.resolve() });
          },
          bury: () => Promise.reject(new Error("no NATS")),
        },
      },
    );
    await audit.start();
    await settled();
    expect(settledAs).toEqual(["nak"]);
    expect(troubles).toEqual(["channel audit: the dead letter of mx could not be written: no NATS"]);
  });

  it("says that it is still at it while a handler takes long, and finishes it before it stops", async () => {
    const { clock } = setUp();
    const settledAs: string[] = [];
    let finish = (): void => undefined;
    const audit = new ChannelConsumer<Event>(
      { subject: "audit.logs", durable: "audit", schema, ackWaitMs: 3_000, handler: () => new Promise((resolve) => (finish = resolve)) },
      {
        clock,
        onTrouble: () => undefined,
        source: {
          open: (_request, onMessage) => {
            for (const n of [1, 2]) {
              const how = (name: string) => () => void settledAs.push(`${name} ${n}`);
              onMessage({ ...message(n), delivery: 1, ack: how("ack"), nak: how("nak"), term: how("term"), working: how("working") });
            }
            return Promise.resolve({ stop: () => Promise.resolve(), close: () => Promise.resolve(void settledAs.push("closed")) });
          },
          bury: () => Promise.resolve(),
        },
      },
    );
    await audit.start();
    clock.advance(1_000);
    const stopped = audit.stop();
    await settled();
    finish();
    await stopped;
    expect(settledAs).toEqual(["working 2", "working 1", "nak 2", "ack 1", "closed"]);
  });
});
