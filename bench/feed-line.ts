/**
 * The other process of the feed bench: sends ticks at a pace, through MeshFeed or as bare NATS messages of the size of
 * one record. A pacer that fell behind sends what is due at once; a tick's time is when it was due to leave.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "nats";
import { connectNats } from "../brokers/nats/connect.ts";
import { NatsWire } from "../brokers/nats/nats-wire.ts";
import { meshSubjects } from "../domain/contract/mesh-subjects.ts";
import { subjects } from "../domain/contract/subjects.ts";
import type { BookTop } from "../domain/market/events.ts";
import { LocalFeed } from "../mixins/feed/local-feed.ts";
import { MeshFeed } from "../mixins/feed/mesh-feed.ts";
import { machineClock } from "../test/integration/database.ts";

export const SYMBOLS = 24;
const BARE_BYTES = 62;

export function symbolAt(index: number): string {
  return `C${index % SYMBOLS}/USDT`;
}

export function tickAt(index: number, receivedAtMs: number): BookTop {
  const prices = { bidPrice: 6_173_700 + (index % 97), bidQuantity: 15, askPrice: 6_173_763 + (index % 89), askQuantity: 7 };
  return { venue: "sim", symbol: symbolAt(index), quality: "LIVE", updateId: index, ...prices, venueTimeMs: receivedAtMs, receivedAtMs };
}

export interface FeedLine {
  readonly connection: NatsConnection;
  readonly feed: MeshFeed;
  close(): Promise<void>;
}

export async function connectFeed(url: string, name: string, members: readonly string[]): Promise<FeedLine> {
  const connection = await connectNats({ servers: [url], name });
  const raise = (subject: string, error: unknown): never => {
    throw new Error(`${subject} failed`, { cause: error });
  };
  const feed = new MeshFeed({
    local: new LocalFeed(raise),
    wire: new NatsWire(name, connection, () => undefined),
    subjects: meshSubjects("bench"),
    clock: machineClock,
    defer: (callback) => void setImmediate(callback),
    session: `${name} ${process.pid} ${process.hrtime.bigint()}`,
    areaOf: () => "exchange",
    ownArea: "exchange",
    onError: raise,
  });
  feed.membersChanged(members);
  const close = async (): Promise<void> => {
    feed.close();
    await connection.drain();
  };
  return { connection, feed, close };
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

async function publish(url: string, mode: string, ticks: number, perSecond: number): Promise<void> {
  const line = await connectFeed(url, "publisher", ["subscriber", "publisher"]);
  const { connection, feed } = line;
  const isReady = mode === "bare" ? readiness() : (): boolean => feed.hasListeners(subjects.top("sim", symbolAt(SYMBOLS - 1)));
  while (!isReady()) await sleep(1);
  const topics = Array.from({ length: SYMBOLS }, (_, index) => subjects.top("sim", symbolAt(index)));
  const send = (index: number, atMs: number): void => {
    if (mode === "feed") return feed.publish(topics[index % SYMBOLS]!, tickAt(index, atMs));
    const bytes = new Uint8Array(BARE_BYTES);
    new DataView(bytes.buffer).setFloat64(BARE_BYTES - 8, atMs, true);
    connection.publish("bare", bytes);
  };
  const startMs = nowMs();
  for (let sent = 0; sent < ticks;) {
    const due = Math.min(ticks, Math.floor(((nowMs() - startMs) * perSecond) / 1_000));
    for (; sent < due; sent++) send(sent, nowMs());
    await new Promise(setImmediate);
  }
  await connection.flush();
  await line.close();
  if (process.connected) process.disconnect();
}

/** The subscriber is a NATS client of its own: only it knows when the server has its subscription. */
function readiness(): () => boolean {
  let isReady = false;
  process.once("message", () => {
    isReady = true;
  });
  return () => isReady;
}

if (process.argv[2] === "publish") {
  const [url, mode, ticks, perSecond] = process.argv.slice(3);
  await publish(url!, mode!, Number(ticks), Number(perSecond));
}
