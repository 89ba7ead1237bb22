import { describe, expect, it } from "vitest";
import { publicEventsOf } from "../../domain/contract/events.ts";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Checkpoints } from "../../mixins/outbox/checkpoints.ts";
import type { EventPublisher, OutboxMessage } from "../../mixins/outbox/event-publisher.ts";
import { OutboxRelay } from "../../mixins/outbox/relay.ts";
import { sampleRecords } from "./outbox-samples.ts";

/** Checkpoints with the rules of the table. */
class MemoryCheckpoints implements Checkpoints {
  position = 0n;
  epoch = 0n;
  away = false;
  saves = 0;

  take(_name: string, epoch: bigint): Promise<bigint> {
    if (this.away) return Promise.reject(new DstaError("OUTBOX_STORE_AWAY", "away", { retryable: true }));
    if (epoch < this.epoch) return Promise.reject(new DstaError("FENCED", "fenced"));
    this.epoch = epoch;
    return Promise.resolve(this.position);
  }

  save(_name: string, epoch: bigint, position: bigint): Promise<void> {
    if (this.away) return Promise.reject(new DstaError("OUTBOX_STORE_AWAY", "away", { retryable: true }));
    if (epoch !== this.epoch) return Promise.reject(new DstaError("FENCED", "fenced"));
    this.position = position;
    this.saves++;
    return Promise.resolve();
  }
}

/** Keeps what it is given, fails when told to, after `takesBeforeFailing` messages of the list. */
class Recorder implements EventPublisher {
  readonly taken: string[] = [];
  away = false;
  takesBeforeFailing = 0;

  publish(messages: readonly OutboxMessage[]): Promise<void> {
    const ids = messages.map(({ id }) => id);
    this.taken.push(...(this.away ? ids.slice(0, this.takesBeforeFailing) : ids));
    return this.away ? Promise.reject(new DstaError("PUBLISH_FAILED", "NATS is away", { retryable: true })) : Promise.resolve();
  }
}

function setUp() {
  const parts = {
    journal: new MemoryJournal(),
    checkpoints: new MemoryCheckpoints(),
    publisher: new Recorder(),
    clock: new ManualClock(1_000),
    troubles: [] as (string | null)[],
    ends: [] as unknown[],
  };
  const relay = (epoch: bigint): OutboxRelay =>
    new OutboxRelay("main", epoch, {
      ...parts,
      toPublic: publicEventsOf,
      onTrouble: (why) => void parts.troubles.push(why),
      onEnd: (error) => void parts.ends.push(error),
    });
  return { ...parts, relay };
}

async function fill(journal: MemoryJournal, from: number, to: number): Promise<string[]> {
  const versions = new Map<string, number>();
  const records = sampleRecords();
  for (const [index, { stream, type, schema, atMs, data }] of records.entries()) {
    const version = versions.get(stream) ?? 0;
    if (index >= from && index < to) await journal.append(stream, 1n, version, [{ type, schema, atMs, data }]);
    versions.set(stream, version + 1);
  }
  return records
    .slice(0, to)
    .flatMap(publicEventsOf)
    .map(({ id }) => id);
}

/** Lets promises settle; the loop has no other way to go on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

describe("the outbox relay", () => {
  it("publishes all there is in commit order, then what comes, and saves its place", async () => {
    const floor = setUp();
    await fill(floor.journal, 0, 10);
    const relay = floor.relay(1n);
    relay.start();
    await settled();
    expect(relay.status()).toMatchObject({ name: "main", epoch: "1", position: "10", caughtUp: true, trouble: null });
    const ids = await fill(floor.journal, 10, 99);
    await settled();
    expect(floor.publisher.taken).toEqual(ids);
    floor.clock.advance(600);
    await settled();
    expect(floor.checkpoints.position).toBe(BigInt(sampleRecords().length));
    await relay.stop();
    expect(floor.ends).toEqual([]);
  });

  it("saves its place when it is stopped, and the next one goes on there", async () => {
    const floor = setUp();
    await fill(floor.journal, 0, 10);
    const first = floor.relay(1n);
    first.start();
    await settled();
    await first.stop();
    expect(floor.checkpoints.position).toBe(10n);
    const ids = await fill(floor.journal, 10, 99);
    const second = floor.relay(2n);
    second.start();
    await settled();
    expect(floor.publisher.taken).toEqual(ids);
    await second.stop();
  });

  it("waits with growing pauses while nobody takes its events, says so once, and then publishes the same again", async () => {
    const floor = setUp();
    floor.publisher.away = true;
    floor.publisher.takesBeforeFailing = 2;
    const ids = await fill(floor.journal, 0, 5);
    const relay = floor.relay(1n);
    relay.start();
    await settled();
    expect(relay.status().trouble).toBe("NATS is away");
    const attempts = [];
    for (let second = 0; second < 20; second++) {
      for (let step = 0; step < 10; step++) {
        floor.clock.advance(100);
        await settled();
      }
      attempts.push(floor.publisher.taken.length / 2);
    }
    expect(attempts.at(-1)).toBeLessThan(12);
    expect(floor.troubles).toEqual(["NATS is away"]);
    floor.publisher.away = false;
    floor.publisher.taken.length = 0;
    for (let step = 0; step < 60; step++) {
      floor.clock.advance(100);
      await settled();
    }
    expect(floor.publisher.taken).toEqual(ids);
    expect(floor.troubles).toEqual(["NATS is away", null]);
    await relay.stop();
  });

  it("waits for its checkpoint's store, too, and publishes nothing before it knows its place", async () => {
    const floor = setUp();
    floor.checkpoints.away = true;
    const ids = await fill(floor.journal, 0, 5);
    const relay = floor.relay(1n);
    relay.start();
    await settled();
    expect(floor.publisher.taken).toEqual([]);
    floor.checkpoints.away = false;
    floor.clock.advance(200);
    await settled();
    expect(floor.publisher.taken).toEqual(ids);
    await relay.stop();
  });

  it("ends when a later epoch has its place, at a start and in the middle", async () => {
    const floor = setUp();
    await fill(floor.journal, 0, 5);
    const old = floor.relay(1n);
    old.start();
    await settled();
    const young = floor.relay(2n);
    young.start();
    await settled();
    await fill(floor.journal, 5, 10);
    floor.clock.advance(1_000);
    await settled();
    expect(floor.ends).toMatchObject([{ type: "FENCED" }]);
    await fill(floor.journal, 10, 15);
    await settled();
    const counts = Map.groupBy(floor.publisher.taken, (id) => id);
    const last = sampleRecords().slice(10, 15).flatMap(publicEventsOf);
    expect(last.map(({ id }) => counts.get(id)?.length)).toEqual(last.map(() => 1));
    const late = floor.relay(1n);
    late.start();
    await settled();
    expect(floor.ends).toHaveLength(2);
    await young.stop();
  });

  it("ends, and says why, at a failure that waiting does not cure", async () => {
    const floor = setUp();
    await fill(floor.journal, 0, 1);
    const broken = new OutboxRelay("main", 1n, {
      ...floor,
      toPublic: () => {
        throw new TypeError("a bug");
      },
      onTrouble: (why) => void floor.troubles.push(why),
      onEnd: (error) => void floor.ends.push(error),
    });
    broken.start();
    await settled();
    expect(floor.ends).toMatchObject([{ message: "a bug" }]);
  });

  it("reads a long journal in batches and saves after each", async () => {
    const floor = setUp();
    const events = Array.from({ length: 1_000 }, (_, index) => ({ type: "StrategyPaused", schema: 1, atMs: index, data: { by: "ada" } }));
    await floor.journal.append("strategy/s", 1n, 0, events);
    const relay = floor.relay(1n);
    relay.start();
    for (let turn = 0; turn < 20; turn++) await settled();
    expect(floor.publisher.taken).toHaveLength(2_000);
    expect(floor.checkpoints.saves).toBe(3);
    await relay.stop();
    expect(floor.checkpoints.position).toBe(1_000n);
  });
});
