/**
 * What the simulated venue trades: 20 spot pairs and 4 linear perpetuals in USDT, with increments, prices, volatility
 * and activity like those of the large venues. A perpetual follows the fair price of its base asset, so spot and
 * perpetual move together. The numbers are examples, not quotes.
 */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { decimal, format, fromNumber, fromUnits, toUnits } from "../../domain/kernel/decimal.ts";
import type { FairProfile } from "../../domain/simulation/fair-value.ts";

export interface SimListing {
  readonly instrument: Instrument;
  /** As the stream spells it: `BTCUSDT`, `BTCUSDT_PERP`. */
  readonly venueSymbol: string;
  readonly profile: FairProfile;
  /** Premium of the fair price over the base asset's, in basis points. */
  readonly basisBps: number;
  readonly flow: FlowProfile;
}

/** How busy a market is. */
export interface FlowProfile {
  /** Distance of the best quote from fair, and between levels, in basis points. */
  readonly halfSpreadBps: number;
  readonly stepBps: number;
  /** Mean value of one quoted level, in quote. */
  readonly levelNotional: number;
  /** Mean time between market takers in ms, and mean value of one, in quote. */
  readonly takerEveryMs: number;
  readonly takerNotional: number;
}

/** base, price, tick, lot, volatility bps per minute, correlation with the market, volume a day in million USDT */
type Row = readonly [base: string, price: number, tick: string, lot: string, volBps: number, correlation: number, dailyMillions: number];

const SPOT: readonly Row[] = [
  ["BTC", 67_000, "0.01", "0.00001", 4.5, 0.9, 1_800],
  ["ETH", 3_250, "0.01", "0.0001", 5.5, 0.85, 1_100],
  ["SOL", 165, "0.01", "0.001", 7, 0.75, 500],
  ["XRP", 2.2, "0.0001", "0.1", 6.5, 0.65, 350],
  ["BNB", 610, "0.01", "0.001", 4.5, 0.75, 200],
  ["DOGE", 0.18, "0.00001", "1", 7.5, 0.7, 250],
  ["ADA", 0.65, "0.0001", "0.1", 6.5, 0.7, 120],
  ["AVAX", 28, "0.01", "0.01", 7, 0.7, 80],
  ["LINK", 15.5, "0.01", "0.01", 7, 0.7, 70],
  ["DOT", 5.2, "0.001", "0.01", 6.5, 0.7, 40],
  ["LTC", 92, "0.01", "0.001", 6, 0.65, 60],
  ["BCH", 420, "0.1", "0.001", 6.5, 0.6, 45],
  ["TRX", 0.24, "0.0001", "0.1", 4, 0.4, 50],
  ["UNI", 8.4, "0.001", "0.01", 7.5, 0.65, 40],
  ["ATOM", 5.6, "0.001", "0.01", 6.5, 0.7, 25],
  ["NEAR", 3.9, "0.001", "0.1", 7.5, 0.7, 55],
  ["FIL", 4.1, "0.001", "0.01", 7, 0.65, 30],
  ["APT", 7.2, "0.001", "0.01", 7.5, 0.65, 45],
  ["ARB", 0.55, "0.0001", "0.1", 8, 0.7, 50],
  ["OP", 1.25, "0.001", "0.01", 8, 0.7, 45],
];

const PERPETUAL_BASES: readonly string[] = ["BTC", "ETH", "SOL", "XRP"];
const MIN_NOTIONAL = decimal("5");
/** Largest order, as a value at the start price. */
const MAX_NOTIONAL = 5_000_000;

/** Every listing of a venue id. */
export function simListings(venue: string): readonly SimListing[] {
  const perpetuals = SPOT.filter(([base]) => PERPETUAL_BASES.includes(base));
  return [...SPOT.map((row) => listing(venue, row, "spot")), ...perpetuals.map((row) => listing(venue, row, "linear"))];
}

function listing(venue: string, row: Row, kind: Instrument["kind"]): SimListing {
  const [base, price, tick, lot, volatilityBps, marketCorrelation, dailyMillions] = row;
  const isSpot = kind === "spot";
  const quantityDecimals = decimalsOf(lot);
  const lotSize = decimal(lot);
  const maxLots = Math.floor(MAX_NOTIONAL / price / Number(lot));
  const instrument: Instrument = {
    venue,
    symbol: isSpot ? `${base}/USDT` : `${base}/USDT:USDT`,
    base,
    quote: "USDT",
    kind,
    priceDecimals: decimalsOf(tick),
    quantityDecimals,
    tickSize: decimal(tick),
    lotSize,
    minQuantity: lotSize,
    maxQuantity: fromUnits(maxLots * toUnits(lotSize, quantityDecimals), quantityDecimals),
    minNotional: MIN_NOTIONAL,
    makerFeeRate: fromNumber(isSpot ? 0.001 : 0.0002),
    takerFeeRate: fromNumber(isSpot ? 0.001 : 0.0005),
  };
  return {
    instrument,
    venueSymbol: isSpot ? `${base}USDT` : `${base}USDT_PERP`,
    profile: { startPrice: price, volatilityBps, marketCorrelation, dailyVolume: (dailyMillions * 1e6) / price },
    basisBps: isSpot ? 0 : 1.5,
    flow: flowOf(dailyMillions),
  };
}

/** Busier markets are tighter, deeper and trade more often. */
function flowOf(dailyMillions: number): FlowProfile {
  const size = Math.sqrt(dailyMillions / 100);
  return {
    halfSpreadBps: 0.5 + 0.5 / size,
    stepBps: 0.6 + 0.4 / size,
    levelNotional: 4_000 + 9_000 * size,
    takerEveryMs: 250 + 700 / size,
    takerNotional: 600 + 1_200 * size,
  };
}

/** Decimals of an increment's text; a whole increment has none. */
function decimalsOf(increment: string): number {
  const text = format(decimal(increment));
  const point = text.indexOf(".");
  return point === -1 ? 0 : text.length - point - 1;
}
