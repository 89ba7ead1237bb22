/**
 * What the market tells us, normalised. Prices and quantities are integers in the instrument's units
 * (`Instrument.priceDecimals`, `quantityDecimals`), exact and safe as `number`; times are UTC milliseconds:
 * `venueTimeMs` by the venue's clock, `receivedAtMs` by ours.
 */

/** May a book be acted on? `RESYNC`: being rebuilt. `STALE`: not heard from, or the connection is gone. */
export type BookQuality = "LIVE" | "RESYNC" | "STALE";

export type Side = "buy" | "sell";

/** Best bid and ask after a book changed. A side without levels has price and quantity 0. */
export interface BookTop {
  readonly venue: string;
  readonly symbol: string;
  readonly quality: BookQuality;
  readonly updateId: number;
  readonly bidPrice: number;
  readonly bidQuantity: number;
  readonly askPrice: number;
  readonly askQuantity: number;
  readonly venueTimeMs: number;
  readonly receivedAtMs: number;
}

export interface Trade {
  readonly venue: string;
  readonly symbol: string;
  readonly tradeId: string;
  readonly price: number;
  readonly quantity: number;
  /** Side of the taker. */
  readonly side: Side;
  readonly venueTimeMs: number;
  readonly receivedAtMs: number;
}

/**
 * A completed bar. `openTimeMs` is a multiple of `intervalMs`. Values are floats: bars feed indicators and charts;
 * nothing exact is derived from them.
 */
export interface Bar {
  readonly venue: string;
  readonly symbol: string;
  readonly intervalMs: number;
  readonly openTimeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface ConnectionState {
  readonly venue: string;
  readonly connected: boolean;
  readonly reason: string;
  readonly atMs: number;
  /** Of the driver's life: what came in another one continues nothing that came in this one. */
  readonly session: string;
}

/** Interval names accepted everywhere, with their length in milliseconds. Each divides a day: bars begin at UTC multiples. */
export const INTERVALS = {
  "1s": 1_000,
  "5s": 5_000,
  "15s": 15_000,
  "1m": 60_000,
  "3m": 180_000,
  "5m": 300_000,
  "15m": 900_000,
  "30m": 1_800_000,
  "1h": 3_600_000,
  "2h": 7_200_000,
  "4h": 14_400_000,
  "6h": 21_600_000,
  "8h": 28_800_000,
  "12h": 43_200_000,
  "1d": 86_400_000,
} as const;

export type Interval = keyof typeof INTERVALS;
