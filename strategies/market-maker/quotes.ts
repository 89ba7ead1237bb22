/**
 * Where a market maker rests: a bid and an ask around the mid, both moved against the inventory held, so that what
 * reduces it is the more likely to trade. Never crosses the other side's best. Null for a side that is not to be quoted.
 * Source: the inventory skew follows Avellaneda and Stoikov, "High-frequency trading in a limit order book" (2008), with
 * a linear skew of half a spread at full inventory.
 */

export interface QuoteInput {
  readonly mid: number;
  readonly bestBid: number;
  readonly bestAsk: number;
  readonly tick: number;
  /** From bid to ask, of the mid. */
  readonly spreadBps: number;
  /** Held now and at most, in base; negative is short. */
  readonly inventory: number;
  readonly maxInventory: number;
  /** One order, in base. */
  readonly size: number;
  /** Spot: only what is held can be offered. */
  readonly canShort: boolean;
}

export interface QuotePair {
  readonly bid: number | null;
  readonly ask: number | null;
  /** −1 at the largest short to 1 at the largest long. */
  readonly skew: number;
  /** Of the ask: `size`, or what is held when that is less on spot. */
  readonly askSize: number;
}

export function quotesAround(input: QuoteInput): QuotePair {
  const { mid, inventory, maxInventory, size, tick } = input;
  const skew = Math.max(-1, Math.min(1, inventory / maxInventory));
  const half = (mid * input.spreadBps) / 20_000;
  const center = mid - skew * half;
  const askSize = input.canShort ? size : Math.min(size, Math.max(0, inventory));
  return {
    bid: inventory + size <= maxInventory ? Math.min(center - half, input.bestAsk - tick) : null,
    ask: askSize > 0 && inventory - askSize >= -maxInventory ? Math.max(center + half, input.bestBid + tick) : null,
    skew,
    askSize,
  };
}
