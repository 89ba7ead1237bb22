/** Small recordings of an order book written by hand, and backtests on them: prices of 0.01, quantities of 0.001. */
import type { SequenceRules } from "../../domain/book/sequencer.ts";
import { costSpec } from "../../domain/contract/research/spec.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import type { Side } from "../../domain/market/events.ts";
import type { BacktestInput } from "../../domain/simulation/backtest/types.ts";
import type { L2Recording } from "../../domain/simulation/l2/l2-recording.ts";
import { L2Builder } from "../../domain/simulation/l2/l2-table.ts";
import { barsOfRecording } from "../../domain/simulation/l2/recording-bars.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { strategyNamed } from "../../strategies/index.ts";

type Level = readonly [price: number, quantity: number];

export type Message =
  | { readonly atMs: number; readonly kind: "snapshot" | "depth"; readonly bids: readonly Level[]; readonly asks: readonly Level[] }
  | { readonly atMs: number; readonly kind: "trade"; readonly price: number; readonly quantity: number; readonly side: Side }
  | { readonly atMs: number; readonly kind: "other" };

export const INSTRUMENT: Instrument = {
  venue: "test",
  symbol: "ABC/USDT:USDT",
  base: "ABC",
  quote: "USDT",
  kind: "linear",
  priceDecimals: 2,
  quantityDecimals: 3,
  tickSize: decimal("0.01"),
  lotSize: decimal("0.001"),
  minQuantity: decimal("0.001"),
  maxQuantity: decimal("1000000"),
  minNotional: decimal("0.01"),
  makerFeeRate: decimal("0.0001"),
  takerFeeRate: decimal("0.0005"),
};

const RULES: SequenceRules = {
  name: "counted",
  isOld: (bookId, { lastId }) => lastId <= bookId,
  joins: (snapshotId, { firstId }) => firstId <= snapshotId + 1,
  continues: (bookId, { firstId }) => firstId === bookId + 1,
};

/** Update ids are counted from 1: the book stays whole. */
export function recordingOf(messages: readonly Message[]): L2Recording {
  const builder = new L2Builder();
  let id = 0;
  for (const message of messages) {
    const { atMs } = message;
    if (message.kind === "other") builder.other(atMs);
    else if (message.kind === "trade") {
      const { price, quantity, side } = message;
      builder.trade({
        venue: "test",
        symbol: INSTRUMENT.symbol,
        tradeId: String(++id),
        price,
        quantity,
        side,
        venueTimeMs: atMs,
        receivedAtMs: atMs,
      });
    } else {
      const [bids, asks] = [Float64Array.from(message.bids.flat()), Float64Array.from(message.asks.flat())];
      if (message.kind === "snapshot") builder.snapshot({ lastId: id, bids, asks }, atMs);
      else {
        const ids = { firstId: ++id, lastId: id, previousId: -1, venueTimeMs: atMs };
        builder.depth({ ...ids, bids, asks, bidCount: message.bids.length, askCount: message.asks.length }, atMs);
      }
    }
    if (message.kind === "trade") id--;
  }
  const table = builder.table({ venue: "test", symbol: INSTRUMENT.symbol, rules: RULES.name });
  return { table, rules: RULES, staleAfterMs: 5_000 };
}

export interface SampleRun {
  readonly strategy: string | AnyStrategy;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly latencyMs?: number;
}

export function l2Input(recording: L2Recording, { strategy, params = {}, latencyMs = 20 }: SampleRun): BacktestInput {
  const definition = typeof strategy === "string" ? strategyNamed(strategy) : strategy;
  const bars = barsOfRecording(recording.table, recording.rules, INSTRUMENT, 1_000);
  return {
    markets: [{ instrument: INSTRUMENT, kind: "linear", bars, funding: null, leverage: 10, maintenanceRate: 0.005 }],
    strategies: [{ id: "one", definition, params, symbol: INSTRUMENT.symbol, share: 1 }],
    cash: decimal("100000"),
    fill: "l2",
    volumeShare: 0.1,
    costs: costSpec.parse({ latency: { model: "constant", ms: latencyMs } }),
    sizeAt: "decision",
    closeAtEnd: false,
    seed: "test",
    recording,
  };
}
