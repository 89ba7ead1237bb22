/**
 * SAMPLE DATA for developing the page: runs of an invented research with their reports and trials, among them one at
 * work, one that failed and one that was stopped. Never used by the product.
 */
import type {
  BacktestReport,
  MonteCarloReport,
  ResearchDataSet,
  ResearchRun,
  ResearchTrade,
  ResearchTrial,
  SearchReport,
  TradeChart,
  ValidationReport,
} from "../../domain/contract/views/research.ts";
import { sequence } from "./sample-market.ts";
import { START_MS } from "./sample-rows.ts";

export const FROM_MS = Date.UTC(2024, 0, 1);
export const TO_MS = Date.UTC(2025, 10, 1);
const BAR_MS = 60_000;
const HASH = "a91f3c55e0d24b8892f07c61ab3e5d07a91f3c55e0d24b8892f07c61ab3e5d07";

export const DATA: ResearchDataSet[] = [
  ["binance-btcusdt-1m.csv.gz", "binance", ["BTC/USDT"], BAR_MS, 964_800, "bars", []],
  ["binance-btcusdt-1h.csv", "binance", ["BTC/USDT"], 3_600_000, 16_080, "bars", []],
  ["bybit-perpetuals-1h.parquet", "bybit", ["BTC/USDT", "ETH/USDT", "SOL/USDT"], 3_600_000, 48_200, "bars", ["2 gaps in SOL/USDT"]],
  ["bybit-funding.csv", "bybit", ["BTC/USDT"], null, 2_010, "funding", []],
].map(([name, venue, symbols, intervalMs, rows, kind, problems]) => ({
  name: name as string,
  venue: venue as string,
  symbols: symbols as string[],
  intervalMs: intervalMs as number | null,
  fromMs: FROM_MS,
  toMs: TO_MS,
  rows: rows as number,
  sizeBytes: (rows as number) * 40,
  kind: kind as ResearchDataSet["kind"],
  problems: problems as string[],
}));

export function runRow(id: string, over: Partial<ResearchRun>): ResearchRun {
  return {
    id,
    kind: "optimize",
    state: "done",
    title: "sma-cross, grid",
    strategy: "sma-cross",
    strategyVersion: 3,
    symbols: ["BTC/USDT"],
    fromMs: FROM_MS,
    toMs: TO_MS,
    submittedAtMs: START_MS - 200_000,
    startedAtMs: START_MS - 199_000,
    endedAtMs: START_MS - 100_000,
    by: "ana",
    done: 93,
    total: 93,
    skipped: 7,
    running: 0,
    etaMs: null,
    barsPerSecond: 5_400_000,
    error: null,
    bestParams: { fast: 12, slow: 80 },
    metrics: { sharpe: 1.31, maxDrawdown: 0.084, trades: 312, totalReturn: 0.31 },
    heldOut: { sharpe: 0.44, maxDrawdown: 0.062, trades: 41, totalReturn: 0.03 },
    deflatedSharpe: 0.71,
    dataHash: HASH,
    codeVersion: "4c1e9b7",
    seed: "7",
    hash: HASH,
    node: "data-1",
    workers: 4,
    ...over,
  };
}

export function walk(seed: number, drift: number, points = 500, from = 10_000): { time: number; value: number }[] {
  const random = sequence(seed);
  let value = from;
  return Array.from({ length: points }, (_, at) => {
    value *= 1 + drift / points + (random() - 0.5) * 0.016;
    return { time: FROM_MS + Math.round(((TO_MS - FROM_MS) * at) / (points - 1)), value };
  });
}

const FALL = (points: { time: number; value: number }[]): { time: number; value: number }[] => {
  let peak = 0;
  return points.map(({ time, value }) => ({ time, value: value / (peak = Math.max(peak, value)) - 1 }));
};

/** The first `count` trials of a 10 × 10 grid; slow below fast is skipped. */
export function trialRows(count: number): ResearchTrial[] {
  const random = sequence(418);
  return Array.from({ length: 100 }, (_, at) => {
    const [fast, slow] = [4 + 4 * (at % 10), 20 + 20 * Math.floor(at / 10)];
    const skipped = slow <= fast;
    const hill = 1.45 * Math.exp(-(((fast - 15) / 14) ** 2) - ((slow - 95) / 60) ** 2) + (random() - 0.5) * 0.5 - 0.1;
    const sharpe = fast === 36 && slow === 120 ? 1.72 : hill;
    return {
      trial: at,
      fold: null,
      params: { fast, slow },
      state: skipped ? ("skipped" as const) : ("done" as const),
      reason: skipped ? `slow above fast: ${slow} is not above ${fast}` : null,
      objectives: [skipped ? null : sharpe],
      metrics: skipped
        ? {}
        : {
            sharpe,
            maxDrawdown: 0.05 + random() * 0.16,
            totalReturn: sharpe * 0.2,
            trades: Math.round(900 / fast),
            profitFactor: 1 + sharpe / 5,
          },
      feasible: true,
      onFront: false,
    };
  }).slice(0, count);
}

export function searchReport(run: ResearchRun): SearchReport {
  const trials = trialRows(100);
  const best = trials.find(({ params }) => params["fast"] === 12 && params["slow"] === 80) ?? null;
  const month = 30 * 86_400_000;
  return {
    run,
    spec: {
      backtest: backtestReport(run).spec,
      space: { fast: { from: 4, to: 40, step: 4, log: false }, slow: { from: 20, to: 200, step: 20, log: false } },
      method: "grid",
      objectives: ["sharpe"],
      constraints: [],
      trials: 100,
      holdOutShare: 0.2,
      folds: { mode: "rolling", count: 6, testShare: 0.25, embargoMs: 86_400_000 },
      prune: false,
      seed: "7",
    },
    best,
    trials,
    front: [],
    hypervolume: null,
    folds: Array.from({ length: 6 }, (_, fold) => ({
      fold,
      trainFromMs: FROM_MS + fold * 2 * month,
      trainToMs: FROM_MS + (fold * 2 + 6) * month,
      testFromMs: FROM_MS + (fold * 2 + 6) * month,
      testToMs: FROM_MS + (fold * 2 + 8) * month,
      params: { fast: [12, 12, 16, 20, 12, 16][fold]!, slow: [80, 100, 80, 100, 80, 100][fold]! },
      inSample: { sharpe: 1.4 - fold * 0.06 },
      outOfSample: { sharpe: [0.9, 1.2, 0.4, -0.2, 1.1, 0.7][fold]!, totalReturn: [0.04, 0.06, 0.01, -0.02, 0.05, 0.03][fold]! },
    })),
    stitched: walk(402, 0.25, 300, 10_000),
    trust: {
      verdict: "weak",
      text: "Most of the searched result is what the best of 463 tries would show by luck.",
      trials: 463,
      deflatedSharpe: 0.71,
      luckSharpe: 1.08,
      pbo: 0.38,
      stability: 0.82,
      sharpe: { searched: 1.31, walkForward: 0.86, heldOut: 0.44 },
      heldOutTrades: 41,
      warnings: [
        { code: "OUT_OF_SAMPLE", severity: "warn", text: "A third of its Sharpe survives out of sample." },
        { code: "LONE_PEAK", severity: "warn", text: "36 / 120 stands alone: its neighbours earn 0.2." },
        { code: "FEW_WINNERS", severity: "warn", text: "61 % of the profit comes from 4 of 312 trades." },
        { code: "COSTS", severity: "warn", text: "Costs +2 bp turn the hold-out negative." },
        { code: "LOOK_AHEAD", severity: "info", text: "No look-ahead found in shifted data." },
        { code: "PLATEAU", severity: "info", text: "Plateau 12–20 / 80–100 holds in 5 of 6 folds." },
      ],
    },
    equity: walk(418, 0.35),
  };
}

export function trades(): ResearchTrade[] {
  const random = sequence(99);
  return Array.from({ length: 312 }, (_, at) => {
    const entryTime = FROM_MS + at * 3_080 * BAR_MS;
    const bars = 200 + Math.floor(random() * 1_200);
    const entryPrice = priceAt(entryTime);
    const exitPrice = priceAt(entryTime + bars * BAR_MS);
    const open = at === 311;
    return {
      strategyId: "sma-cross",
      symbol: "BTC/USDT",
      side: "long",
      entryTime,
      entryPrice,
      exitTime: open ? null : entryTime + bars * BAR_MS,
      exitPrice: open ? null : exitPrice,
      quantity: 10_000 / entryPrice,
      fee: 20,
      funding: 0,
      pnl: (exitPrice / entryPrice - 1) * 10_000 - 20,
      returnRatio: exitPrice / entryPrice - 1,
      bars,
      mae: -0.01,
      mfe: 0.02,
      why: "fast crossed above slow",
      exitWhy: open ? null : "fast crossed below slow",
    };
  });
}

function priceAt(timeMs: number): number {
  const day = timeMs / 86_400_000;
  return 60_000 * (1 + 0.2 * Math.sin(day / 60) + 0.04 * Math.sin(day / 7) + 0.012 * Math.sin(day * 2.1) + 0.004 * Math.sin(day * 17));
}

/** Bars of the window thinned to at most `points`, by whole multiples of a minute. */
export function chart(fromMs: number, toMs: number, points: number): TradeChart {
  const multiple = Math.max(1, Math.ceil((toMs - fromMs) / BAR_MS / points));
  const intervalMs = multiple * BAR_MS;
  const random = sequence(7);
  const bars = Array.from({ length: Math.floor((toMs - fromMs) / intervalMs) }, (_, at) => {
    const time = Math.floor((fromMs + at * intervalMs) / intervalMs) * intervalMs;
    const [open, close] = [priceAt(time), priceAt(time + intervalMs)];
    const wick = Math.abs(close - open) * 0.6 + open * 0.0006;
    return {
      time,
      open,
      close,
      high: Math.max(open, close) + random() * wick,
      low: Math.min(open, close) - random() * wick,
      volume: 5 + random() * 30,
    };
  });
  const groups = new Map<string, TradeChart["markers"][number]>();
  const add = (time: number, side: "buy" | "sell", price: number, pnl: number | null, text: string): void => {
    const at = Math.floor(time / intervalMs) * intervalMs;
    if (at < fromMs || at > toMs) return;
    const before = groups.get(`${at}${side}`);
    groups.set(`${at}${side}`, {
      time: at,
      price,
      side,
      count: (before?.count ?? 0) + 1,
      pnl: pnl === null ? null : (before?.pnl ?? 0) + pnl,
      text,
    });
  };
  for (const trade of trades()) {
    add(trade.entryTime, "buy", trade.entryPrice, null, trade.why);
    if (trade.exitTime !== null) add(trade.exitTime, "sell", trade.exitPrice ?? 0, trade.pnl, trade.exitWhy ?? "");
  }
  return { symbol: "BTC/USDT", intervalMs, bars, markers: [...groups.values()].sort((a, b) => a.time - b.time) };
}

export function backtestReport(run: ResearchRun): BacktestReport {
  const equity = walk(391, 0.28);
  const random = sequence(12);
  const all = trades();
  return {
    run,
    spec: {
      strategies: [{ strategy: "sma-cross", params: { fast: 12, slow: 80 } }],
      data: { files: ["binance-btcusdt-1m.csv.gz"], funding: [] },
      market: { kind: "linear", lot: "0.00000001", tick: null, minNotional: null, leverage: 10, maintenanceRate: 0.005 },
      costs: {
        makerFeeBps: 2,
        takerFeeBps: 4,
        tiers: [],
        feeAsset: null,
        slippage: { model: "fixed", bps: 1 },
        latency: { model: "constant", ms: 45 },
      },
      fill: "next-open",
      volumeShare: 0.1,
      cash: "10000",
      sizeAt: "fill",
      closeAtEnd: false,
      seed: "7",
    },
    metrics: {
      totalReturn: 0.22,
      cagr: 0.115,
      volatility: 0.18,
      sharpe: 0.98,
      sortino: 1.4,
      calmar: 1.6,
      omega: 1.21,
      tailRatio: 1.1,
      skew: 0.3,
      kurtosis: 4.2,
      valueAtRisk95: 0.011,
      expectedShortfall95: 0.017,
      maxDrawdown: 0.072,
      maxDrawdownDays: 88,
      averageDrawdown: 0.021,
      recoveryDays: null,
      exposure: 0.51,
      turnover: 61,
      trades: 312,
      winRate: 0.38,
      profitFactor: 1.24,
      expectancy: 7.1,
      sqn: 1.9,
      bestTrade: 0.091,
      worstTrade: -0.031,
      averageHoldingMs: 41_400_000,
      finalEquity: 12_200.5,
      netProfit: 2_200.5,
      fees: 2_490.1,
      funding: 0,
      slippage: 311.2,
    },
    why: { recoveryDays: "the deepest drawdown has not recovered" },
    benchmark: { name: "hold", metrics: { totalReturn: 0.38 }, equity: walk(1, 0.5) },
    equity,
    drawdown: FALL(equity),
    trades: all.slice(0, 100),
    tradesTotal: all.length,
    monthly: [2024, 2025].map((year) => ({
      year,
      months: Array.from({ length: 12 }, (_, month) => (year === 2025 && month > 9 ? null : (random() - 0.42) * 0.08)),
      total: year === 2024 ? 0.13 : 0.08,
    })),
    drawdowns: [
      { fromMs: FROM_MS + 4e9, troughMs: FROM_MS + 7e9, toMs: FROM_MS + 9e9, depth: 0.072, days: 58 },
      { fromMs: FROM_MS + 3e10, troughMs: FROM_MS + 3.2e10, toMs: null, depth: 0.051, days: 88 },
    ],
    attribution: [
      { by: "symbol", name: "BTC/USDT", pnl: 2_200.5, fee: 2_490.1, trades: 312 },
      { by: "side", name: "long", pnl: 2_200.5, fee: 2_490.1, trades: 312 },
      { by: "why", name: "fast crossed above slow", pnl: 2_200.5, fee: 2_490.1, trades: 312 },
    ],
    costs: { fee: 2_490.1, slippage: 311.2, funding: 0, turnover: 61 },
    warnings: [
      { code: "BELOW_HOLD", severity: "warn", text: "Holding earned more: 38 % against 22 %." },
      { code: "COSTS", severity: "warn", text: "Costs took more than the profit left." },
      { code: "TRADES", severity: "info", text: "312 trades are enough to judge." },
    ],
    finalEquity: 12_200.5,
    bars: 964_800,
    barsPerSecond: 11_200_000,
    hash: HASH,
    refusals: [],
  };
}

export function monteCarloReport(run: ResearchRun): MonteCarloReport {
  const middle = walk(5, 0.25, 200);
  return {
    run,
    method: "block-bootstrap",
    paths: 1_000,
    quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map((quantile, at) => ({
      quantile,
      finalEquity: 9_100 + at * 1_600,
      maxDrawdown: 0.21 - at * 0.035,
    })),
    ruinShare: 0.004,
    fan: middle.map(({ time, value }, at) => {
      const width = Math.sqrt(at / 200) * 0.25;
      return {
        time,
        p05: value * (1 - width),
        p25: value * (1 - width / 2),
        p50: value,
        p75: value * (1 + width / 2),
        p95: value * (1 + width),
      };
    }),
    warnings: [{ code: "PATHS", severity: "info", text: "One path in twenty ends below its start." }],
  };
}

export function validationReport(run: ResearchRun): ValidationReport {
  return {
    run,
    checks: [
      { name: "Look-ahead", verdict: "pass", text: "Cutting off the future changed nothing at 20 places.", numbers: {} },
      { name: "Warm-up", verdict: "pass", text: "Starting later gives the same decisions.", numbers: {} },
      { name: "Costs", verdict: "warn", text: "2 bp more a side turn the result negative.", numbers: {} },
      { name: "Random entries", verdict: "fail", text: "41 % of random entries did better.", numbers: { share: 0.41 } },
    ],
  };
}
