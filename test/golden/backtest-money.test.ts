/**
 * The ledger of a backtest against hand calculations: funding of a real perpetual over nine months, fees with tiers and a
 * third asset, slippage by model, liquidation, and two strategies on one purse. Provenance: SOURCES.md, "Backtests".
 */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { backtestSpec, type BacktestSpecInput } from "../../domain/contract/research/spec.ts";
import { format, toNumber } from "../../domain/kernel/decimal.ts";
import { barTableOf } from "../../domain/market/bar-table.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestInput } from "../../domain/simulation/backtest/types.ts";
import { candles, defineStrategy, int, quantity } from "../../domain/strategy/index.ts";
import { loadData } from "../../research/data/load.ts";
import { backtestInput } from "../../research/run/input.ts";

const HOUR_MS = 3_600_000;
const at = (path: string) => fileURLToPath(new URL(`../../../shared/data/candles/${path}`, import.meta.url));

/** Buys at the close of bar `buyAt`, sells all at the close of bar `sellAt`; 0 never. */
const timed = defineStrategy({
  name: "timed",
  version: 1,
  params: {
    size: quantity(1),
    buyAt: int(1, { min: 1, max: 1_000 }),
    sellAt: int(0, { min: 0, max: 1_000 }),
    short: int(0, { min: 0, max: 1 }),
  },
  data: { bars: candles("1h") },
  state: { seen: 0 },
  on: {
    bar(ctx) {
      ctx.state.seen += 1;
      const order = { quantity: ctx.params.size, why: "in" };
      if (ctx.state.seen === ctx.params.buyAt && ctx.params.short === 1) ctx.sell(order);
      else if (ctx.state.seen === ctx.params.buyAt) ctx.buy(order);
      if (ctx.state.seen === ctx.params.sellAt) ctx.close({ why: "out" });
    },
  },
});

const named = () => timed;

async function inputOf(spec: BacktestSpecInput): Promise<BacktestInput> {
  const parsed = backtestSpec.parse(spec);
  return backtestInput(parsed, await loadData(parsed.data, { resolve: (name) => name, market: parsed.market }), named);
}

/** Bars of [open, high, low, close, volume], one an hour. */
function smallInput(
  rows: readonly (readonly number[])[],
  over: Partial<BacktestInput> = {},
  sizes: readonly number[] = [1],
): BacktestInput {
  const symbol = "BTC/USDT";
  const bars = rows.map(([open, high, low, close, volume], index) => ({
    venue: "csv",
    symbol,
    intervalMs: HOUR_MS,
    openTimeMs: (index + 1) * HOUR_MS,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    volume: volume ?? 100,
  }));
  const spec = backtestSpec.parse({
    strategies: [{ strategy: "timed" }],
    data: { files: ["none"] },
    costs: { makerFeeBps: 0, takerFeeBps: 10 },
  });
  const table = barTableOf({ venue: "csv", symbol, intervalMs: HOUR_MS }, bars);
  const instrument = {
    venue: "csv",
    symbol,
    base: "BTC",
    quote: "USDT",
    kind: "linear" as const,
    priceDecimals: 2,
    quantityDecimals: 8,
    tickSize: 10n ** 16n,
    lotSize: 10n ** 10n,
    minQuantity: 10n ** 10n,
    maxQuantity: 10n ** 27n,
    minNotional: 10n ** 16n,
    makerFeeRate: 0n,
    takerFeeRate: 0n,
  };
  return {
    markets: [{ instrument: instrument as never, kind: "linear", bars: table, funding: null, leverage: 10, maintenanceRate: 0.005 }],
    strategies: sizes.map((size, index) => ({
      id: `timed-${index + 1}`,
      definition: timed,
      params: { size, sellAt: rows.length - 1 },
      symbol,
      share: 1 / sizes.length,
    })),
    cash: (10_000n * 10n ** 18n) as BacktestInput["cash"],
    fill: "next-open",
    volumeShare: 0.1,
    costs: spec.costs,
    sizeAt: "fill",
    closeAtEnd: false,
    seed: "money",
    ...over,
  };
}

const FLAT = Array.from({ length: 6 }, () => [100, 101, 99, 100, 50]);

describe("the ledger of a backtest", () => {
  it("pays the funding of a real perpetual", { timeout: 60_000 }, async () => {
    const spec = (short: number): BacktestSpecInput => ({
      strategies: [{ strategy: "timed", params: { short } }],
      data: { files: [at("gateio-futures-btcusdt-1h-2023.csv.gz")], funding: [at("gateio-futures-btcusdt-8h-funding-2023.csv.gz")] },
      costs: { makerFeeBps: 0, takerFeeBps: 0 },
      cash: "100000",
    });
    const [long, short] = [runBacktest(await inputOf(spec(0))), runBacktest(await inputOf(spec(1)))];
    expect(format(long.funding)).toBe("-564.4657639");
    expect(format(short.funding)).toBe("564.4657639");
    // Bought at 16,529.4, marked at 26,657.1.
    expect(format(long.finalEquity)).toBe("109563.2342361");
    expect(format(short.finalEquity)).toBe("90436.7657639");
  });

  it("charges the tier that the last 30 days earned, and less in a third asset", () => {
    const rows = Array.from({ length: 60 }, () => [100, 101, 99, 100, 1e6]);
    const base = smallInput(rows, {}, [50]);
    const costs = { ...base.costs, tiers: [{ volume: "5000", makerFeeBps: 0, takerFeeBps: 4 }] };
    // 5,000 bought in the first day at 10 bps; sold two days later at 4 bps: 5 + 2.
    expect(toNumber(runBacktest({ ...base, costs }).fees)).toBe(7);
    const feeAsset = { asset: "BNB", discount: 0.25, price: "300" };
    expect(toNumber(runBacktest({ ...base, costs: { ...costs, feeAsset } }).fees)).toBe(5.25);
  });

  it.each([
    [{ model: "fixed", bps: 20 } as const, 100.2],
    // 10 of 50: impact 0.1 × 0.2² = 0.4 %.
    [{ model: "volume-share", impact: 0.1 } as const, 100.4],
    // σ = ln(101/99) / √(4 ln 2), times √0.2.
    [{ model: "square-root", coefficient: 1 } as const, 100 * (1 + (Math.log(101 / 99) / Math.sqrt(4 * Math.LN2)) * Math.sqrt(0.2))],
  ])("slips by %o", (slippage, price) => {
    const base = smallInput(FLAT, {}, [10]);
    const { fills, slippage: cost } = runBacktest({ ...base, costs: { ...base.costs, slippage } });
    expect(toNumber(fills[0]!.price)).toBeCloseTo(price, 9);
    expect(toNumber(cost)).toBeCloseTo(2 * (price - 100) * 10, 6);
  });

  it("liquidates where equity meets the maintenance margin", () => {
    // 500 bought at 100 with 10,000: equity is 0.5 % of the notional where 10,000 − 50 + 500·(p − 100) = 2.5·p, p = 80.50 (rounded).
    const rows = [
      [100, 101, 99, 100],
      [100, 101, 99, 100],
      [100, 100, 60, 70],
      [70, 71, 69, 70],
      [70, 71, 69, 70],
    ];
    const { liquidations, fills } = runBacktest(smallInput(rows, {}, [500]));
    expect(liquidations).toBe(1);
    expect(fills.map(({ side, price }) => [side, toNumber(price)])).toEqual([
      ["buy", 100],
      ["sell", 80.5],
    ]);
  });

  it("lets two strategies share one purse: each alone fits, both together do not", () => {
    const spot = (sizes: readonly number[]) => {
      const input = smallInput(FLAT, {}, sizes);
      return runBacktest({ ...input, markets: [{ ...input.markets[0]!, kind: "spot" }] });
    };
    const alone = spot([60]);
    expect(alone.fills.map(({ strategyId, side }) => [strategyId, side])).toEqual([
      ["timed-1", "buy"],
      ["timed-1", "sell"],
    ]);
    const both = spot([60, 60]);
    expect(both.fills.map(({ strategyId, side }) => [strategyId, side])).toEqual([
      ["timed-1", "buy"],
      ["timed-1", "sell"],
    ]);
    expect(both.refusals).toEqual([{ code: "INSUFFICIENT_FUNDS", count: 1, example: "needs 6006, free 3994" }]);
    const fitting = spot([30, 40]);
    expect(fitting.fills.length).toBe(4);
    expect(format(fitting.fees)).toBe(format(((spot([30]).fees as bigint) + (spot([40]).fees as bigint)) as never));
  });
});
