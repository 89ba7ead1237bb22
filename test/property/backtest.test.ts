/**
 * Laws of the backtest, over a strategy that does everything at random: money is neither made nor lost, equity is what
 * the fills say at every moment, fills lie inside the bars they are of, nothing of the future is known, and equal inputs
 * give equal outcomes.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CostSpec } from "../../domain/contract/research/spec.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { add, type Decimal, decimal, div, format, fromNumber, mul, sub, toNumber, UNIT, ZERO } from "../../domain/kernel/decimal.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { type BarTable, newBarTable, rowsOf, sliceBarTable } from "../../domain/market/bar-table.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestInput, BacktestOutcome, MarketKind } from "../../domain/simulation/backtest/types.ts";
import { candles, defineStrategy, sma } from "../../domain/strategy/index.ts";

const HOUR_MS = 3_600_000;

/** Any verb at any time; keeps an average so that warm-up is in play. */
const restless = defineStrategy({
  name: "restless",
  version: 1,
  params: {},
  data: { bars: candles("1h"), days: candles("4h") },
  setup: ({ data }) => ({ fast: sma(data.bars.close, 3), slow: sma(data.days.close, 2) }),
  on: {
    bar(ctx, bar) {
      const dice = ctx.random.next();
      const near = bar.close * (1 + (ctx.random.next() - 0.5) * 0.02);
      if (dice < 0.1) ctx.buy({ allocation: 0.5, why: "dice" });
      else if (dice < 0.2 && (ctx.instrument.kind !== "spot" || ctx.position.isLong)) ctx.sell({ quantity: 0.01, why: "dice" });
      else if (dice < 0.3) ctx.buy({ quantity: 0.02, limit: near, why: "dice" });
      else if (dice < 0.4 && ctx.instrument.kind !== "spot") ctx.sell({ quote: 50, limit: near, postOnly: dice < 0.35, why: "dice" });
      else if (dice < 0.45) ctx.close({ why: "dice" });
      else if (dice < 0.5) ctx.cancelAll();
    },
    fill(ctx) {
      if (ctx.random.next() < 0.1) ctx.close({ why: "a fill" });
    },
  },
});

/** Long quiet stretches, now and then an order with a stop; leverage enough to be liquidated. */
const calm = defineStrategy({
  name: "calm",
  version: 1,
  params: {},
  data: { bars: candles("1h") },
  setup: ({ data }) => ({ slow: sma(data.bars.close, 5) }),
  on: {
    bar(ctx) {
      const dice = ctx.random.next();
      if (dice < 0.04 && ctx.position.isFlat) {
        const size = ctx.instrument.kind === "spot" ? 0.5 : 1;
        if (dice < 0.02 || ctx.instrument.kind === "spot") ctx.buy({ allocation: size, why: "dice" });
        else ctx.sell({ allocation: size, why: "dice" });
        if (dice < 0.03) ctx.protect({ stop: ctx.price * (dice < 0.02 ? 0.97 : 1.03), why: "three percent" });
      } else if (dice > 0.97) ctx.close({ why: "dice" });
      else if (dice > 0.95) ctx.buy({ quantity: 0.01, limit: ctx.price * 0.99, why: "dice" });
    },
  },
});

function walk(rows: number, seed: string, symbol: string): BarTable {
  const random = seededRandom(seed);
  const table = newBarTable({ venue: "csv", symbol, intervalMs: HOUR_MS }, rows);
  const cents = (price: number) => Math.round(price * 100) / 100;
  let price = 1_000;
  let timeMs = 1_600_000_000_000 - (1_600_000_000_000 % HOUR_MS);
  for (let row = 0; row < rows; row++) {
    table.openTimeMs[row] = timeMs;
    table.open[row] = cents(price * (1 + random.normal() * 0.001));
    price = cents(Math.max(50, price * (1 + random.normal() * 0.01)));
    table.close[row] = price;
    table.high[row] = cents(Math.max(table.open[row]!, price) * (1 + random.next() * 0.01));
    table.low[row] = cents(Math.min(table.open[row]!, price) * (1 - random.next() * 0.01));
    table.volume[row] = random.next() * 20;
    // Holes, as real data has them.
    timeMs += random.next() < 0.03 ? 3 * HOUR_MS : HOUR_MS;
  }
  return table;
}

function instrumentOf(symbol: string, kind: MarketKind): Instrument {
  const [base = "", quote = ""] = symbol.split("/");
  return {
    venue: "csv",
    symbol,
    base,
    quote,
    kind: kind === "spot" ? "spot" : "linear",
    priceDecimals: 2,
    quantityDecimals: 8,
    tickSize: decimal("0.01"),
    lotSize: decimal("0.00000001"),
    minQuantity: decimal("0.00000001"),
    maxQuantity: decimal("9000000"),
    minNotional: decimal("0.00000001"),
    makerFeeRate: ZERO,
    takerFeeRate: ZERO,
  };
}

const costs: CostSpec = {
  makerFeeBps: -1,
  takerFeeBps: 7.5,
  tiers: [{ volume: "5000", makerFeeBps: -2, takerFeeBps: 5 }],
  feeAsset: null,
  slippage: { model: "fixed", bps: 3 },
  latency: { model: "constant", ms: 0 },
};

const SLIPPAGES = [
  { model: "none" },
  { model: "fixed", bps: 3 },
  { model: "volume-share", impact: 0.1 },
  { model: "square-root", coefficient: 1 },
] as const;

interface Case {
  readonly seed: string;
  readonly kind: "spot" | "linear" | "inverse";
  readonly fill: BacktestInput["fill"];
  readonly slippage: number;
  readonly markets: number;
  readonly latencyMs: number;
  readonly closeAtEnd: boolean;
  readonly sizeAt: "fill" | "decision";
}

const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.integer({ min: 0, max: 1e9 }).map(String),
  kind: fc.constantFrom("spot", "linear", "inverse"),
  fill: fc.constantFrom("next-open", "close", "worst-case", "volume-share"),
  slippage: fc.integer({ min: 0, max: 3 }),
  markets: fc.integer({ min: 1, max: 3 }),
  latencyMs: fc.constantFrom(0, 0, 1_000),
  closeAtEnd: fc.boolean(),
  sizeAt: fc.constantFrom("fill", "decision"),
});

function inputOf({ seed, kind, fill, slippage, markets, latencyMs, closeAtEnd, sizeAt }: Case, rows = 200): BacktestInput {
  const symbols = ["BTC/USDT", "ETH/USDT", "SOL/USDT"].slice(0, markets);
  return {
    markets: symbols.map((symbol) => {
      const bars = walk(rows, `${seed}|${symbol}`, symbol);
      const paid = Array.from(bars.openTimeMs).filter((timeMs) => timeMs % (8 * HOUR_MS) === 0);
      const random = seededRandom(`${seed}|funding`);
      const funding = {
        timeMs: Float64Array.from(paid),
        rate: Float64Array.from(paid, () => Number((random.normal() * 0.0003).toFixed(6))),
      };
      return {
        instrument: instrumentOf(symbol, kind),
        kind,
        bars,
        funding: kind === "spot" ? null : funding,
        leverage: 5,
        maintenanceRate: 0.01,
      };
    }),
    strategies: symbols.map((symbol) => ({ id: `one@${symbol}`, definition: restless, params: {}, symbol, share: 1 / markets })),
    // Inverse contracts settle in the coin.
    cash: kind === "inverse" ? decimal("2") : decimal("1000"),
    fill,
    volumeShare: 0.2,
    costs: { ...costs, slippage: SLIPPAGES[slippage]!, latency: { model: "constant", ms: latencyMs } },
    sizeAt,
    closeAtEnd,
    seed,
  };
}

/** What the fills alone say the account is worth, exactly. */
function worthOf(input: BacktestInput, outcome: BacktestOutcome): Decimal {
  let worth = add(input.cash, outcome.funding);
  for (const { instrument, bars, kind } of input.markets) {
    const valued = (price: Decimal) => (kind === "inverse" ? div(UNIT, price) : price);
    let held = ZERO;
    for (const fill of outcome.fills.filter(({ symbol }) => symbol === instrument.symbol)) {
      const buys = (fill.side === "buy") !== (kind === "inverse");
      const notional = mul(valued(fill.price), fill.quantity);
      worth = sub(buys ? sub(worth, notional) : add(worth, notional), fill.fee);
      held = buys ? add(held, fill.quantity) : sub(held, fill.quantity);
    }
    worth = add(worth, mul(valued(fromNumber(bars.close[rowsOf(bars) - 1]!)), held));
  }
  return worth;
}

describe("a backtest", { timeout: 60_000 }, () => {
  it("makes and loses no money: cash + positions at mark − fees + funding is the equity, exactly", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const input = inputOf(each);
        const outcome = runBacktest(input);
        expect(format(outcome.finalEquity)).toBe(format(worthOf(input, outcome)));
        const trades = outcome.trades.reduce((sum, { pnl }) => sum + pnl, 0);
        expect(trades).toBeCloseTo(toNumber(sub(outcome.finalEquity, input.cash)), 6);
      }),
      { numRuns: 60 },
    );
  });

  it("says at every moment what the fills up to then say", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const input = { ...inputOf({ ...each, kind: each.kind === "inverse" ? "linear" : each.kind }), closeAtEnd: false };
        const { fills, equity } = runBacktest({ ...input, markets: input.markets.map((market) => ({ ...market, funding: null })) });
        const [market] = input.markets;
        // With `close` a fill and an answer to it may be of the same moment, before and after the mark.
        if (input.markets.length > 1 || market === undefined || each.fill === "close") return;
        let [cash, held, next] = [toNumber(input.cash), 0, 0];
        for (let point = 0; point < equity.timeMs.length; point++) {
          const timeMs = equity.timeMs[point]!;
          // A fill at the very time of a close was decided on it, or was the open after it, unless the range made it.
          for (; next < fills.length && isBefore(fills[next]!, timeMs, market.bars); next++) {
            const { side, price, quantity, fee } = fills[next]!;
            const sign = side === "buy" ? 1 : -1;
            cash -= sign * toNumber(price) * toNumber(quantity) + toNumber(fee);
            held += sign * toNumber(quantity);
          }
          if (!fills.some((fill) => isUnclear(fill, timeMs, market.bars)))
            expect(equity.value[point]).toBeCloseTo(cash + held * market.bars.close[point]!, 5);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("fills inside the bar, and never better than the limit", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const input = { ...inputOf({ ...each, slippage: 0 }), closeAtEnd: false };
        const { fills } = runBacktest(input);
        for (const { symbol, atMs, referencePrice, price, liquidity } of fills) {
          const { bars } = input.markets.find(({ instrument }) => instrument.symbol === symbol)!;
          const rows = Array.from(bars.openTimeMs.keys()).filter(
            (row) => atMs >= bars.openTimeMs[row]! && atMs <= bars.openTimeMs[row]! + HOUR_MS,
          );
          const inside = rows.some((row) => toNumber(referencePrice) >= bars.low[row]! && toNumber(referencePrice) <= bars.high[row]!);
          expect(inside, `${symbol} at ${atMs}: ${format(price)} (${liquidity})`).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("knows nothing of the future: what comes later changes nothing before", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 50, max: 180 }), (each, cut) => {
        const input = { ...inputOf(each), closeAtEnd: false };
        const whole = runBacktest(input);
        const shorter = runBacktest({
          ...input,
          markets: input.markets.map((market) => ({ ...market, bars: sliceBarTable(market.bars, 0, cut) })),
        });
        const untilMs = Math.min(...input.markets.map(({ bars }) => bars.openTimeMs[cut - 1]! + HOUR_MS));
        const before = (outcome: BacktestOutcome) => outcome.fills.filter(({ atMs }) => atMs < untilMs);
        expect(before(shorter)).toEqual(before(whole));
        const points = shorter.equity.timeMs.findIndex((timeMs) => timeMs >= untilMs);
        expect(Array.from(shorter.equity.value.subarray(0, points))).toEqual(Array.from(whole.equity.value.subarray(0, points)));
      }),
      { numRuns: 60 },
    );
  });

  it("is the same whether it glides over quiet bars or looks at every step", () => {
    fc.assert(
      fc.property(cases, (each) => {
        // The quiet stretch needs one market, and bars of one interval; a market that nobody trades takes it away.
        const input = { ...inputOf({ ...each, markets: 1 }), closeAtEnd: each.closeAtEnd };
        const [market] = input.markets;
        const [strategy] = input.strategies;
        const plain = { ...input, strategies: [{ ...strategy!, definition: calm }] };
        const idle = {
          ...market!,
          instrument: { ...market!.instrument, symbol: "IDLE/USDT" },
          bars: { ...market!.bars, symbol: "IDLE/USDT" },
          funding: null,
        };
        const [gliding, stepping] = [runBacktest(plain), runBacktest({ ...plain, markets: [market!, idle] })];
        expect(stepping.hash).toBe(gliding.hash);
        expect(stepping.fills).toEqual(gliding.fills);
        expect(stepping.trades).toEqual(gliding.trades);
        expect(Array.from(stepping.equity.value)).toEqual(Array.from(gliding.equity.value));
        expect(stepping.exposureRatio).toBe(gliding.exposureRatio);
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same outcome for the same inputs, and another for another seed", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const [first, second] = [runBacktest(inputOf(each)), runBacktest(inputOf(each))];
        expect(second.hash).toBe(first.hash);
        expect(second.fills).toEqual(first.fills);
        // Without its fills the outcome is the same in all else.
        expect(runBacktest({ ...inputOf(each), record: "summary" })).toEqual({ ...first, fills: [] });
        const other = runBacktest({ ...inputOf(each), seed: `${each.seed}!` });
        if (first.fills.length > 20) expect(other.hash).not.toBe(first.hash);
      }),
      { numRuns: 30 },
    );
  });
});

/** Does the fill count in the equity of this close? One at the next open, at the same time, does not yet. */
function isBefore({ atMs, referencePrice }: BacktestOutcome["fills"][number], timeMs: number, bars: BarTable): boolean {
  if (atMs !== timeMs) return atMs < timeMs;
  const row = bars.openTimeMs.indexOf(atMs);
  return row < 0 || toNumber(referencePrice) !== bars.open[row];
}

/** A resting order that filled at the very price of the next open: nothing tells which of the two it was. */
function isUnclear({ atMs, referencePrice, liquidity }: BacktestOutcome["fills"][number], timeMs: number, bars: BarTable): boolean {
  return atMs === timeMs && liquidity === "maker" && toNumber(referencePrice) === bars.open[bars.openTimeMs.indexOf(atMs)];
}
