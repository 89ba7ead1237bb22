/**
 * The moving average crossover over real hours of BTC/USDT against an independent calculation in exact decimals: number
 * of trades, fees, final equity, first and last trade. Provenance: SOURCES.md, "Backtests".
 */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { backtestSpec } from "../../domain/contract/research/spec.ts";
import { format } from "../../domain/kernel/decimal.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import { loadData } from "../../research/data/load.ts";
import { backtestInput } from "../../research/run/input.ts";
import { strategyNamed } from "../../strategies/index.ts";

const FILE = fileURLToPath(new URL("../../../shared/data/candles/binance-btcusdt-1h-2017-2024.csv.gz", import.meta.url));

interface Row {
  readonly params: Readonly<Record<string, number | string>>;
  readonly cash: string;
  readonly feeBps: number;
  readonly lot: string;
  readonly trades: number;
  readonly fees: string;
  readonly finalEquity: string;
  readonly first: readonly [entry: number, price: number, exit: number, price: number, quantity: number, pnl: number];
  readonly last: readonly [entry: number, price: number, quantity: number, pnl: number];
}

const ROWS: readonly Row[] = [
  {
    params: { fast: 10, slow: 30, allocation: 1, side: "long" },
    cash: "1000000",
    feeBps: 10,
    lot: "1",
    trades: 1_180,
    fees: "12397627.5183",
    finalEquity: "7422863.1417",
    first: [1_503_190_800_000, 4_086.09, 1_503_291_600_000, 4_104.68, 244, 2_537.41212],
    last: [1_713_639_600_000, 64_964.1, 114, -22_852.1664],
  },
  {
    params: { fast: 10, slow: 30, allocation: 1, side: "both" },
    cash: "1000000",
    feeBps: 10,
    lot: "1",
    trades: 2_359,
    fees: "11629952.83655",
    finalEquity: "932602.13345",
    first: [1_503_190_800_000, 4_086.09, 1_503_291_600_000, 4_104.68, 244, 2_537.41212],
    last: [1_713_639_600_000, 64_964.1, 14, -2_806.4064],
  },
  {
    params: { fast: 20, slow: 100, allocation: 1, side: "both" },
    cash: "10000",
    feeBps: 4,
    lot: "0.001",
    trades: 775,
    fees: "53042.76392044",
    finalEquity: "118079.77377956",
    first: [1_503_482_400_000, 4_208.11, 1_503_918_000_000, 4_290.77, 2.375, 188.243564],
    last: [1_713_517_200_000, 64_639.02, 1.82, 368.85392544],
  },
];

describe("sma-cross on BTC/USDT, 1h, 2017 to 2024", () => {
  it.each(ROWS)(
    "$params from $cash, $feeBps bps, lot $lot",
    async ({ params, cash, feeBps, lot, trades, fees, finalEquity, first, last }) => {
      const spec = backtestSpec.parse({
        strategies: [{ strategy: "sma-cross", params }],
        data: { files: [FILE] },
        market: { lot },
        costs: { makerFeeBps: feeBps, takerFeeBps: feeBps },
        cash,
        closeAtEnd: true,
      });
      const data = await loadData(spec.data, { resolve: (name) => name, market: spec.market });
      const outcome = runBacktest(backtestInput(spec, data, strategyNamed));
      expect({ trades: outcome.trades.length, fees: format(outcome.fees), finalEquity: format(outcome.finalEquity) }).toEqual({
        trades,
        fees,
        finalEquity,
      });
      const [one] = outcome.trades;
      expect([one?.entryMs, one?.entryPrice, one?.exitMs, one?.exitPrice, one?.quantity, one?.pnl]).toEqual(first);
      const end = outcome.trades.at(-1);
      expect([end?.entryMs, end?.entryPrice, end?.quantity, end?.pnl]).toEqual(last);
      expect(outcome.equity.timeMs.length).toBe(58_419);
    },
  );
});
