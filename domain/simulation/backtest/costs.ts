/**
 * What trading costs in a simulation: fees by tier, slippage, latency; each model one assumption, its bias said here.
 *
 * Fees: a share of the notional by the 30-day turnover before the fill (UTC days); with a third asset the discounted fee
 * is counted in the account's currency, as if the asset was always there at its given price (optimistic when it rises).
 * Slippage, of fills that take: `fixed` bps: no dependence on size (optimistic for large orders). `volume-share`: impact ×
 * (quantity / bar volume)², after Zipline: small orders are nearly free. `square-root`: coefficient × σ × √(quantity /
 * bar volume), σ the bar's own range (Parkinson 1980), after Almgren et al. 2005: the law of large institutional orders.
 * Latency: constant, or normal around a mean, cut at 0 (too few long delays: optimistic).
 */
import type { CostSpec, LatencySpec } from "../../contract/research/spec.ts";
import { type Decimal, add, decimal, fromNumber, mul, sub, UNIT, ZERO } from "../../kernel/decimal.ts";
import type { BarTable } from "../../market/bar-table.ts";
import type { Side } from "../../market/events.ts";
import type { Random } from "../../kernel/random.ts";

const DAY_MS = 86_400_000;
const TIER_DAYS = 30;
const BPS = decimal("0.0001");
/** √(4 · ln 2): Parkinson's σ = ln(high / low) / √(4 ln 2). */
const PARKINSON = Math.sqrt(4 * Math.LN2);

interface Tier {
  readonly volume: Decimal;
  readonly maker: Decimal;
  readonly taker: Decimal;
}

export class FeeSchedule {
  readonly #tiers: readonly Tier[];
  readonly #kept: Decimal;
  readonly #days: { day: number; volume: Decimal }[] = [];
  #day = -1;
  #tier: Tier;

  constructor(costs: CostSpec) {
    const rate = (bps: number) => mul(fromNumber(bps), BPS);
    const first = { volume: ZERO, maker: rate(costs.makerFeeBps), taker: rate(costs.takerFeeBps) };
    const others = costs.tiers.map((tier) => ({
      volume: decimal(tier.volume),
      maker: rate(tier.makerFeeBps),
      taker: rate(tier.takerFeeBps),
    }));
    this.#tiers = [first, ...others.sort((a, b) => (a.volume < b.volume ? -1 : 1))];
    this.#tier = first;
    this.#kept = costs.feeAsset === null ? UNIT : sub(UNIT, fromNumber(costs.feeAsset.discount));
  }

  /** Share of the notional, from −0.01 (a rebate) to 0.1. */
  rate(liquidity: "maker" | "taker", atMs: number): Decimal {
    if (this.#tiers.length > 1) this.#turnDay(atMs);
    const rate = liquidity === "maker" ? this.#tier.maker : this.#tier.taker;
    return this.#kept === UNIT ? rate : mul(rate, this.#kept);
  }

  traded(notional: Decimal, atMs: number): void {
    if (this.#tiers.length === 1) return;
    const day = Math.floor(atMs / DAY_MS);
    const last = this.#days.at(-1);
    if (last?.day === day) last.volume = add(last.volume, notional);
    else this.#days.push({ day, volume: notional });
  }

  #turnDay(atMs: number): void {
    const day = Math.floor(atMs / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    while (this.#days.length > 0 && this.#days[0]!.day < day - TIER_DAYS) this.#days.shift();
    const volume = this.#days.reduce((sum, each) => (each.day < day ? add(sum, each.volume) : sum), ZERO);
    this.#tier = this.#tiers.findLast((tier) => tier.volume <= volume) ?? this.#tiers[0]!;
  }
}

export interface Taken {
  readonly side: Side;
  readonly price: Decimal;
  /** In the units of the bar's volume. */
  readonly quantity: number;
  readonly bars: BarTable;
  readonly row: number;
}

export type Slippage = (taken: Taken) => Decimal;

/** Null for none. */
export function slippageOf({ slippage }: CostSpec): Slippage | null {
  switch (slippage.model) {
    case "none":
      return null;
    case "fixed": {
      const share = mul(fromNumber(slippage.bps), BPS);
      const [up, down] = [add(UNIT, share), sub(UNIT, share)];
      return share === ZERO ? null : ({ price, side }) => mul(price, side === "buy" ? up : down);
    }
    case "volume-share":
      return (taken) => moved(taken, slippage.impact * shareOf(taken) ** 2);
    case "square-root":
      return (taken) => {
        const { bars, row } = taken;
        const sigma = Math.log(bars.high[row]! / bars.low[row]!) / PARKINSON;
        return moved(taken, slippage.coefficient * sigma * Math.sqrt(shareOf(taken)));
      };
  }
}

/** Of the bar's volume, at most all of it: a bar without volume says nothing about depth. */
function shareOf({ quantity, bars, row }: Taken): number {
  const volume = bars.volume[row]!;
  return volume > 0 ? Math.min(1, quantity / volume) : 1;
}

/** Against the order by `ratio`, at most half of the price. */
function moved({ price, side }: Taken, ratio: number): Decimal {
  const share = fromNumber(Number(Math.min(0.5, ratio).toFixed(12)));
  return mul(price, side === "buy" ? add(UNIT, share) : sub(UNIT, share));
}

/** Milliseconds from a decision to its arrival at the venue, 0 or above. */
export function latencyOf(latency: LatencySpec, random: Random): () => number {
  if (latency.model === "constant") return () => latency.ms;
  return () => Math.max(0, Math.round(latency.meanMs + latency.deviationMs * random.normal()));
}
