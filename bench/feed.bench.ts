/**
 * Market data between two nodes. (a) Reading a batch of 100 BookTops and handing each to a subscriber, against reading
 * every field of the same bytes through a DataView. (b) Ticks paced from one process to another through MeshFeed on a
 * real nats-server, against bare NATS messages of the same number and size in the same run, in alternating rounds.
 *
 * Goals (2 cores): (a) at least 5M ticks/s; (b) p99 at 10,000 ticks/s within 3 × bare NATS.
 * Not goals: throughput of the server, machines apart, or clusters; clocks of the two processes are the machine's own.
 * `node bench/feed.bench.ts [--quick]`. The last line is JSON; `hash` covers every price read, `ticks` every one heard.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { subjects } from "../domain/contract/subjects.ts";
import { HybridClock } from "../mixins/feed/hybrid-clock.ts";
import { Arrivals } from "../mixins/feed/arrivals.ts";
import { noCounts } from "../mixins/feed/feed-counts.ts";
import { FRAME, HEAD_BYTES, type FrameHead } from "../mixins/feed/frame.ts";
import { LocalFeed } from "../mixins/feed/local-feed.ts";
import { OwnInterests } from "../mixins/feed/own-interests.ts";
import { readRecords } from "../mixins/feed/record-reader.ts";
import { RecordWriter } from "../mixins/feed/record-writer.ts";
import { TopicTable } from "../mixins/feed/topic.ts";
import type { BookTop } from "../domain/market/events.ts";
import { startNats } from "../test/integration/nats-server.ts";
import { machineClock } from "../test/integration/database.ts";
import { connectFeed, SYMBOLS, symbolAt, tickAt } from "./feed-line.ts";
import { measure, quantile, rounded } from "./measure.ts";

const quick = process.argv.includes("--quick");
/** Many short rounds: the fastest is one that nothing else on the machine interrupted. */
const BATCHES = quick ? 1_000 : 2_000;
const DECODE_ROUNDS = quick ? 10 : 60;
const TICKS = quick ? 2_000 : 50_000;
const ROUNDS = quick ? 1 : 3;
const BATCH = 100;
const TOP_BYTES = 62;

function batch(): Uint8Array {
  const table = new TopicTable(() => "exchange", 1_000);
  const writer = new RecordWriter();
  for (let index = 0; index < BATCH; index++) {
    writer.write(table.open(subjects.top("sim", symbolAt(index)))!, (index % SYMBOLS) + 1, tickAt(index, 0), 0);
  }
  const head: FrameHead = { type: FRAME.batch, flags: 0, from: 1, to: 2, stamp: 3, sequence: 4, count: 0, outlet: 0 };
  return writer.take(head);
}

function readFields(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let at = HEAD_BYTES; at < bytes.byteLength; at += TOP_BYTES) {
    sum += view.getUint8(at) + view.getUint32(at + 1, true) + view.getUint8(at + 5);
    for (let field = at + 6; field < at + TOP_BYTES; field += 8) sum += view.getFloat64(field, true);
  }
  return sum;
}

function decoding(): { perSecond: number; floorPerSecond: number; hash: number } {
  const bytes = batch();
  const floor = measure(DECODE_ROUNDS, BATCHES * BATCH, () => {
    let sum = 0;
    for (let round = 0; round < BATCHES; round++) sum += readFields(bytes);
    return sum;
  });
  const local = new LocalFeed((subject, error) => {
    throw new Error(subject, { cause: error });
  });
  const interests = new OwnInterests("bench", "bench");
  const table = new TopicTable(() => "exchange", 1_000);
  const deliver = (subject: string, message: unknown): void => local.publish(subject, message);
  const arrivals = new Arrivals({ interests, counts: noCounts(), deliver, onError: () => undefined });
  let hash = 0;
  for (let index = 0; index < SYMBOLS; index++) {
    const topic = table.open(subjects.top("sim", symbolAt(index)))!;
    interests.add(topic);
    local.subscribe(topic.subject, (top) => {
      hash = (Math.imul(hash, 31) + (top as BookTop).bidPrice) | 0;
    });
  }
  const clock = new HybridClock(machineClock);
  const feed = measure(DECODE_ROUNDS, BATCHES * BATCH, () => {
    hash = 0;
    for (let round = 0; round < BATCHES; round++) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      arrivals.begin(7, "exchange", clock.tick());
      readRecords(bytes, view, BATCH, arrivals);
    }
    return hash;
  });
  return { perSecond: feed.perSecond, floorPerSecond: floor.perSecond, hash: feed.hash };
}

interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly ticks: number;
}

/** Ticks sent by another process at a pace, and heard here. */
async function paced(url: string, mode: "feed" | "bare", perSecond: number): Promise<Latency> {
  const delays = new Float64Array(TICKS);
  let heard = 0;
  const onTick = (sentAtMs: number): void => {
    if (heard < TICKS) delays[heard++] = (performance.timeOrigin + performance.now() - sentAtMs) * 1_000;
  };
  const line = await connectFeed(url, "subscriber", ["subscriber", "publisher"]);
  const child = fork(fileURLToPath(new URL("feed-line.ts", import.meta.url)), ["publish", url, mode, String(TICKS), String(perSecond)]);
  try {
    if (mode === "bare") {
      line.connection.subscribe("bare", {
        callback: (_error, { data }) => onTick(new DataView(data.buffer, data.byteOffset).getFloat64(data.byteLength - 8, true)),
      });
      await line.connection.flush();
      child.send("ready");
    } else {
      for (let index = 0; index < SYMBOLS; index++) {
        line.feed.subscribe(subjects.top("sim", symbolAt(index)), (top) => onTick((top as BookTop).receivedAtMs));
      }
    }
    await new Promise((resolve, reject) => {
      child.once("exit", (code) => (code === 0 ? resolve(null) : reject(new Error(`the publisher ended with ${code}`))));
    });
    await line.connection.flush();
  } finally {
    child.kill("SIGKILL");
    await line.close();
  }
  const sorted = delays.subarray(0, heard).sort();
  return { p50Us: quantile(sorted, 0.5), p99Us: quantile(sorted, 0.99), ticks: heard };
}

async function latencies(url: string, perSecond: number): Promise<{ feed: Latency; bare: Latency }> {
  const rounds: { feed: Latency; bare: Latency }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ bare: await paced(url, "bare", perSecond), feed: await paced(url, "feed", perSecond) });
  }
  for (const { feed, bare } of rounds) {
    if (bare.ticks !== TICKS || feed.ticks !== TICKS) throw new Error(`${TICKS} ticks sent, ${bare.ticks} and ${feed.ticks} heard`);
  }
  const middle = (mode: "feed" | "bare"): Latency => rounds.map((round) => round[mode]).sort((a, b) => a.p99Us - b.p99Us)[ROUNDS >> 1]!;
  return { feed: middle("feed"), bare: middle("bare") };
}

const decoded = decoding();
const server = await startNats({ jetstream: false });
try {
  const at10k = await latencies(server.url, 10_000);
  const result = {
    bench: "feed",
    quick,
    ticksPerSecond: decoded.perSecond,
    floorTicksPerSecond: decoded.floorPerSecond,
    decodeRatio: rounded(decoded.perSecond / decoded.floorPerSecond),
    p50Us: Math.round(at10k.feed.p50Us),
    p99Us: Math.round(at10k.feed.p99Us),
    bareP50Us: Math.round(at10k.bare.p50Us),
    bareP99Us: Math.round(at10k.bare.p99Us),
    p99Ratio: rounded(at10k.feed.p99Us / at10k.bare.p99Us),
    ticks: at10k.feed.ticks,
    hash: decoded.hash,
  };
  console.log(
    `decode and deliver ${(decoded.perSecond / 1e6).toFixed(1)}M ticks/s, ${result.decodeRatio} of reading the fields (goal: 5M/s)`,
  );
  console.log(`10,000 ticks/s: p50 ${result.p50Us} µs, p99 ${result.p99Us} µs; bare NATS ${result.bareP50Us} and ${result.bareP99Us} µs`);
  console.log(`p99 ratio ${result.p99Ratio} (goal: at most 3)`);
  console.log(JSON.stringify(result));
} finally {
  await server.stop();
}
