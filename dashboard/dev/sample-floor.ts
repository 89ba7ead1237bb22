/**
 * SAMPLE DATA for developing the page: a deterministic moving floor over the real contract, with the states worth
 * looking at (empty, stale, halted, reducing). Never used by the product.
 */
import type { FloorDelta, FloorState, TradingSwitch } from "../../domain/contract/stream.ts";
import type { EventRow, FillRow, PortfolioPnl, StrategyRow } from "../../domain/contract/views.ts";
import { sequence } from "./sample-market.ts";
import { actorRows, eventRows, MARKETS, nodeRows, orderRows, START_MS, strategyRows } from "./sample-rows.ts";

const BASE = 1_283_411.08;
const ACTIVE: TradingSwitch = {
  state: "active",
  sinceMs: START_MS - 11_000_000,
  by: "system",
  reason: "start",
  cancelled: 0,
  unknown: 0,
  kept: 0,
};

const byKey = <T>(rows: readonly T[], key: (row: T) => string): Record<string, T> => Object.fromEntries(rows.map((row) => [key(row), row]));

export class SampleFloor {
  nowMs = START_MS;
  mode: FloorState["floor"]["mode"] = "paper";
  replay: FloorState["floor"]["replay"] = null;
  trading: TradingSwitch = ACTIVE;
  strategies = strategyRows();
  orders = orderRows();
  events: EventRow[] = eventRows();
  fills: FillRow[] = [];
  actors = actorRows();
  equity: { atMs: number; equity: number }[] = [];
  #random = sequence(20_251_122);
  #nextId = 2_000;

  constructor() {
    const start = Math.floor(START_MS / 86_400_000) * 86_400_000;
    let value = 0;
    for (let at = 0; at < 385; at += 1) {
      value += (this.#random() - 0.48) * 36 + Math.cos(at / 42) * 7.4;
      this.equity.push({ atMs: start + at * 30_000, equity: BASE + value });
    }
    const whys = [
      "fast crossed above slow",
      "quote hit, inventory −4.2",
      "level 171.80 filled",
      "spread inside 0.5 σ",
      "edge 6.2 bp above cost",
    ];
    for (let at = 0; at < 26; at += 1) {
      const row = this.strategies[[0, 1, 3, 4, 0, 6][at % 6]!]!;
      const market = MARKETS.find((item) => item.symbol === row.symbol)!;
      this.fills.push({
        tradeId: `t-${900 - at}`,
        orderId: `o-${at}`,
        strategyId: row.id,
        account: "desk-1",
        venue: row.venue,
        symbol: row.symbol,
        side: at % 3 === 1 ? "sell" : "buy",
        price: (market.price * (1 - at * 0.00002)).toFixed(2),
        quantity: (0.08 + at * 0.03).toFixed(2),
        fee: "2.48",
        feeAsset: "USDT",
        liquidity: at % 4 < 2 ? "maker" : "taker",
        why: whys[at % 5]!,
        atMs: START_MS - 8_000 - at * at * 19_000,
        realisedPnl: "0",
        slippageBps: (this.#random() - 0.4) * 1.4,
      });
    }
  }

  pnl(): PortfolioPnl {
    const equity = this.equity.at(-1)!.equity;
    const day = equity - BASE;
    return {
      account: "desk-1",
      currency: "USDT",
      simulated: this.mode !== "live",
      equity: equity.toFixed(2),
      startEquity: BASE.toFixed(2),
      realisedPnl: "420.10",
      unrealisedPnl: "82.21",
      feesPaid: "61.40",
      netPnl: day.toFixed(2),
      dayPnl: day.toFixed(2),
      dayPnlRatio: day / BASE,
      peakEquity: Math.max(...this.equity.map((point) => point.equity)).toFixed(2),
      drawdownRatio: 0.0004,
      byStrategy: [],
      unpriced: [],
    };
  }

  state(): FloorState {
    return {
      floor: {
        desk: "desk-1",
        mode: this.mode,
        version: "0.1.0",
        startedAtMs: START_MS - 11_528_000,
        venues: ["binance", "htx", "gateio"],
        replay: this.replay,
      },
      trading: this.trading,
      health: this.health(),
      pnl: this.pnl(),
      equity: this.equity.slice(),
      strategies: byKey(this.strategies, (row) => row.id),
      positions: {},
      orders: byKey(this.orders, (row) => row.orderId),
      fills: this.fills.slice(),
      events: this.events.slice(),
      nodes: byKey(nodeRows(), (row) => row.nodeId),
      actors: byKey(this.actors, (row) => row.actorId),
      research: {},
      deadLetters: [
        { letterId: 5, atMs: START_MS - 82_000, actorId: "risk/desk-1", message: "Review", reason: "deadline passed 250 ms", count: 1 },
        {
          letterId: 4,
          atMs: START_MS - 197_000,
          actorId: "execution/desk-1",
          message: "VenueReport",
          reason: "FENCED: epoch 203 < 204",
          count: 2,
        },
        {
          letterId: 3,
          atMs: START_MS - 197_000,
          actorId: "book/binance:LTC/USDT",
          message: "Delta",
          reason: "owner moved; conflated",
          count: 418,
        },
        { letterId: 2, atMs: START_MS - 430_000, actorId: "strategy/momo-sol", message: "Bar", reason: "actor stopped", count: 6 },
      ],
    };
  }

  health(): FloorState["health"] {
    const stale = this.strategies.some((row) => row.bookQuality !== "LIVE");
    return {
      nodesUp: 5,
      nodesTotal: 6,
      feedsLive: stale ? 8 : 12,
      feedsTotal: 12,
      clockOffsetMs: 0.8,
      journalOk: true,
      journalP50Ms: 0.6,
      nowMs: this.nowMs,
    };
  }

  /** A quarter of a second. */
  move(): FloorDelta {
    this.nowMs += 250;
    const moved: StrategyRow[] = [];
    this.strategies = this.strategies.map((row) => {
      if (row.positionQuantity === "0" || row.bookQuality !== "LIVE" || this.#random() > 0.5) return row;
      const by = (this.#random() - 0.5) * 0.8;
      const next = { ...row, unrealisedPnl: (Number(row.unrealisedPnl) + by).toFixed(2), dayPnl: (Number(row.dayPnl) + by).toFixed(2) };
      moved.push(next);
      return next;
    });
    return { set: { health: this.health(), pnl: this.pnl() }, upsert: { strategies: byKey(moved, (row) => row.id) } };
  }

  say(severity: EventRow["severity"], source: string, text: string): FloorDelta {
    const event: EventRow = { eventId: this.#nextId, atMs: this.nowMs, severity, source, text, code: null };
    this.#nextId += 1;
    this.events = [event, ...this.events].slice(0, 200);
    return { append: { events: [event] } };
  }

  change(id: string, change: Partial<StrategyRow>): FloorDelta {
    this.strategies = this.strategies.map((row) => (row.id === id ? { ...row, ...change } : row));
    return {
      upsert: {
        strategies: byKey(
          this.strategies.filter((row) => row.id === id),
          (row) => row.id,
        ),
      },
    };
  }

  switchTo(state: TradingSwitch["state"], by: string, reason: string): FloorDelta {
    const halted = state === "halted";
    this.trading = { state, sinceMs: this.nowMs, by, reason, cancelled: halted ? 5 : 0, unknown: halted ? 1 : 0, kept: halted ? 6 : 0 };
    const gone = halted ? this.orders.filter((order) => order.status !== "Unknown").map((order) => order.orderId) : [];
    this.orders = this.orders.filter((order) => !gone.includes(order.orderId));
    this.strategies = this.strategies.map((row) => {
      if (halted && ["running", "reducing", "warm-up"].includes(row.state))
        return { ...row, state: "halted", stateReason: "refused HALTED" };
      return state === "active" && row.state === "halted" ? { ...row, state: "running", stateReason: "" } : row;
    });
    return { set: { trading: this.trading }, upsert: { strategies: byKey(this.strategies, (row) => row.id) }, remove: { orders: gone } };
  }
}
