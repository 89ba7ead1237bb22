import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { VerifiedToken } from "../../actors/core/tokens.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import type { Bar, Trade } from "../../domain/market/events.ts";
import { startFloor, type TestFloor } from "./gateway-floor.ts";
import * as rows from "./gateway-rows.ts";
import { Peer, refusal } from "./stream-peer.ts";

const TRADING = "/api/v1/trading/stream";
const MARKET = "/api/v1/market-data/stream/";

let floor: TestFloor;
let token: string;
const peers: Peer[] = [];

beforeAll(async () => {
  floor = await startFloor();
  token = await floor.token("Analyst");
});
afterEach(async () => {
  floor.answers.clear();
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
});
afterAll(() => floor.stop());

async function connect(path: string, on: TestFloor = floor, bearer = token): Promise<Peer> {
  const peer = new Peer(`${on.url}${path}`, { headers: { authorization: `Bearer ${bearer}` } });
  peers.push(peer);
  return peer.open();
}

describe("an upgrade", () => {
  it("takes the token from header, query or subprotocol", async () => {
    for (const [path, options] of [
      [TRADING, { headers: { authorization: `Bearer ${token}` } }],
      [`${TRADING}?access_token=${token}`, {}],
      [TRADING, { protocols: ["dsta.v1", `bearer.${token}`] }],
    ] as const) {
      const peer = new Peer(`${floor.url}${path}`, options as { protocols?: string[]; headers?: Record<string, string> });
      peers.push(peer);
      await peer.open();
      expect(peer.socket.protocol).toBe("protocols" in options ? "dsta.v1" : "");
      await peer.until((message) => message.type === "snapshot");
    }
  });

  it("is refused as HTTP", async () => {
    const headers = { authorization: `Bearer ${token}` };
    const bot = { authorization: `Bearer ${await floor.token("Bot")}` };
    expect(await refusal(`${floor.url}${TRADING}`)).toEqual({ status: 401, type: "AUTH_REQUIRED" });
    expect(await refusal(`${floor.url}${TRADING}?access_token=x`)).toEqual({ status: 401, type: "TOKEN_INVALID" });
    expect(await refusal(`${floor.url}${TRADING}`, { headers: bot })).toEqual({ status: 403, type: "FORBIDDEN" });
    expect(await refusal(`${floor.url}/api/v1/nothing`, { headers })).toEqual({ status: 404, type: "NOT_FOUND" });
    expect(await refusal(`${floor.url}${MARKET}XXX-USDT`, { headers })).toEqual({ status: 404, type: "NOT_FOUND" });
    expect(await refusal(`${floor.url}${MARKET}nonsense`, { headers })).toEqual({ status: 422, type: "VALIDATION_ERROR" });
    expect(await refusal(`${floor.url}${MARKET}BTC-USDT?interval=7m`, { headers })).toEqual({ status: 422, type: "VALIDATION_ERROR" });
  });

  it("finds no place beyond the last", async () => {
    const small = await startFloor({ settings: { maxStreamClients: 1 } });
    const own = await small.token("Analyst");
    const peer = await connect(TRADING, small, own);
    await peer.until((message) => message.type === "snapshot");
    expect(await refusal(`${small.url}${TRADING}?access_token=${own}`)).toEqual({ status: 503, type: "STREAMS_FULL" });
    const closed = peer.closed();
    await small.stop();
    expect(await closed).toBe(1001);
  });
});

describe("the trading stream", () => {
  it("sends a snapshot, then numbered deltas; every fill appears", async () => {
    const peer = await connect(TRADING);
    const snapshot = await peer.until((message) => message.type === "snapshot");
    expect(snapshot.state).toMatchObject({
      floor: rows.status.floor,
      orders: { "o-1": rows.order },
      strategies: { "sma-btc-1": rows.strategy },
      positions: { "main|sim|BTC/USDT|sma-btc-1": rows.position },
      actors: { [rows.actor.actorId]: rows.actor },
    });
    for (let at = 0; at < 300; at++) floor.feed.publish(subjects.floor("fill"), { ...rows.fill, tradeId: `new-${at}` });
    floor.feed.publish(subjects.floor("trading"), { ...rows.status.trading, state: "halted" });
    floor.feed.publish(subjects.floor("order"), { ...rows.order, orderId: "o-2" });
    await peer.until((message) => message.delta?.["upsert"]?.["orders"] !== undefined);
    const deltas = peer.messages.filter((message) => message.type === "delta");
    const fills = deltas.flatMap((message) => (message.delta?.["append"]?.["fills"] ?? []) as { tradeId: string }[]);
    expect(fills.map((fill) => fill.tradeId)).toEqual(Array.from({ length: 300 }, (_, at) => `new-${at}`));
    expect(deltas.some((message) => (message.delta?.["set"]?.["trading"] as { state: string } | undefined)?.state === "halted")).toBe(true);
    expect(deltas.map((message) => message.seq)).toEqual(deltas.map((_, at) => snapshot.seq! + 1 + at));
  });

  it("sends a new snapshot when asked, and errors for nonsense", async () => {
    const peer = await connect(TRADING);
    await peer.until((message) => message.type === "snapshot");
    for (const bad of ["{", "[]", { type: "buy" }, { type: "visible", visible: "no" }]) peer.send(bad);
    await peer.until(() => peer.messages.filter((message) => message.error?.type === "BAD_MESSAGE").length === 4);
    peer.send({ type: "resync" });
    await peer.until(() => peer.messages.filter((message) => message.type === "snapshot").length === 2);
  });

  it("hangs up on messages too big, and on too many bad ones", async () => {
    const big = await connect(TRADING);
    big.send("x".repeat(5_000));
    expect(await big.closed()).toBe(1009);
    const noisy = await connect(TRADING);
    for (let at = 0; at < 20; at++) noisy.send("{");
    expect(await noisy.closed()).toBe(1008);
  });

  it("says that it cannot load, and tries again", async () => {
    floor.answers.set("positions.pnl", () => {
      throw new Error("not yet");
    });
    const peer = await connect(TRADING);
    expect((await peer.until((message) => message.type === "error")).error).toMatchObject({ type: "LOADING" });
    floor.answers.clear();
    await peer.until((message) => message.type === "snapshot");
  });
});

describe("time on the streams", () => {
  const PING_MS = 15_000;
  const ann: VerifiedToken = { identity: { name: "ann", role: "Analyst" }, session: null, expiresAtMs: rows.AT_MS + 1_000 };

  /** A ping goes out and its pong has been read: the answer to what is sent after it is here. */
  async function pingRound(clock: ManualClock, peer: Peer): Promise<void> {
    const pinged = once(peer.socket, "ping");
    clock.advance(PING_MS);
    await pinged;
    peer.messages.length = 0;
    peer.send("{");
    await peer.until((message) => message.type === "error");
  }

  it("ends a client 30 s after its token", async () => {
    const clock = new ManualClock(rows.AT_MS);
    const timed = await startFloor({ clock, verifier: { verify: () => ann } });
    const peer = await connect(TRADING, timed, "any");
    const closed = peer.closed();
    await pingRound(clock, peer);
    await pingRound(clock, peer);
    clock.advance(999);
    expect(peer.socket.readyState).toBe(peer.socket.OPEN);
    clock.advance(1);
    expect(await closed).toBe(4401);
    await timed.stop();
  });

  it("drops a peer that no longer answers pings", async () => {
    const clock = new ManualClock(rows.AT_MS);
    const timed = await startFloor({ clock });
    const peer = new Peer(`${timed.url}${TRADING}?access_token=${timed.localToken()}`, { autoPong: false });
    const closed = peer.closed();
    await peer.open();
    clock.advance(PING_MS);
    expect(peer.socket.readyState).toBe(peer.socket.OPEN);
    clock.advance(PING_MS);
    expect(await closed).toBe(1006);
    await timed.stop();
  });
});

describe("a client that stops reading", () => {
  it("costs a bounded buffer and gets the newest state when it reads again", async () => {
    const [slow, quick] = [await connect(TRADING), await connect(TRADING)];
    await Promise.all([slow, quick].map((peer) => peer.until((message) => message.type === "snapshot")));
    slow.socket.pause();
    const text = "x".repeat(2_000);
    let mostBytes = 0;
    for (let round = 0; round < 60; round++) {
      for (let at = 0; at < 500; at++) {
        const eventId = 1_000 + round * 500 + at;
        floor.feed.publish(subjects.floor("event"), { ...rows.event, eventId, text });
      }
      const last = 1_000 + round * 500 + 499;
      await quick.until((message) => JSON.stringify(message.delta?.["append"]?.["events"] ?? []).includes(`"eventId":${last},`));
      quick.messages.length = 0;
      mostBytes = Math.max(mostBytes, ...buffered());
    }
    // 60 rounds are 60 MB of deltas; what waits is 1 MB and the delta that passed it.
    expect(mostBytes).toBeGreaterThan(1_000_000);
    expect(mostBytes).toBeLessThan(4_000_000);
    slow.messages.length = 0;
    slow.socket.resume();
    const snapshot = await slow.until((message) => message.type === "snapshot");
    const events = snapshot.state?.["events"] as { eventId: number }[];
    expect(events[0]?.eventId).toBe(1_000 + 60 * 500 - 1);
    expect(events).toHaveLength(200);
  });

  /** What waits in this process for each WebSocket it serves. */
  function buffered(): number[] {
    // oxlint-disable-next-line no-underscore-dangle -- Node has no other way to see what a socket still holds
    const handles = (process as unknown as { _getActiveHandles(): { writableLength?: number; server?: unknown }[] })._getActiveHandles();
    return [0, ...handles.filter((handle) => handle.server).map((handle) => handle.writableLength ?? 0)];
  }
});

describe("the market stream", () => {
  const tradeAt = (price: number, atMs: number): Trade => ({
    venue: "sim",
    symbol: "BTC/USDT",
    tradeId: String(atMs),
    price,
    quantity: 50_000,
    side: "buy",
    venueTimeMs: atMs,
    receivedAtMs: atMs,
  });

  it("sends the market, its trades and the open bar built from them", async () => {
    const peer = await connect(`${MARKET}btc-usdt?venue=sim&interval=1m`);
    const snapshot = await peer.until((message) => message.type === "snapshot");
    expect(snapshot.state).toMatchObject({
      venue: "sim",
      symbol: "BTC/USDT",
      interval: "1m",
      pricePrecision: 2,
      quantityPrecision: 5,
      book: rows.book,
      bars: [rows.bar],
      trades: [],
    });
    const nextMs = rows.bar.openTimeMs + 60_000;
    for (const trade of [tradeAt(5_000_050, nextMs + 1), tradeAt(4_999_900, nextMs + 2), tradeAt(5_000_100, nextMs + 3)]) {
      floor.feed.publish(subjects.trade("sim", "BTC/USDT"), trade);
    }
    const delta = await peer.until((message) => message.delta?.["trades"] !== undefined);
    expect(delta.delta).toEqual({
      bars: [{ openTimeMs: nextMs, open: 50_000.5, high: 50_001, low: 49_999, close: 50_001, volume: 1.5 }],
      trades: [
        { price: "50000.5", quantity: "0.5", side: "buy", atMs: nextMs + 1 },
        { price: "49999", quantity: "0.5", side: "buy", atMs: nextMs + 2 },
        { price: "50001", quantity: "0.5", side: "buy", atMs: nextMs + 3 },
      ],
    });
    const closed: Bar = {
      venue: "sim",
      symbol: "BTC/USDT",
      intervalMs: 60_000,
      openTimeMs: nextMs,
      open: 1,
      high: 2,
      low: 1,
      close: 2,
      volume: 9,
    };
    floor.feed.publish(subjects.bar("sim", "BTC/USDT", "1m"), closed);
    await peer.until((message) => JSON.stringify(message.delta?.["bars"] ?? []).includes('"volume":9'));
  });

  it("reads the book again when its top changed", async () => {
    const peer = await connect(`${MARKET}BTC-USDT`);
    await peer.until((message) => message.type === "snapshot");
    floor.answers.set("market.orderbook", () => ({ ...rows.book, updateId: 8 }));
    floor.feed.publish(subjects.top("sim", "BTC/USDT"), {});
    const delta = await peer.until((message) => message.delta?.["book"] !== undefined);
    expect(delta.delta?.["book"]).toMatchObject({ updateId: 8 });
  });
});
