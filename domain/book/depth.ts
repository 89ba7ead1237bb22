/**
 * Depth messages in integer units. Levels are flat pairs in typed arrays: [price, quantity, price, quantity, …];
 * quantity is absolute and 0 deletes the level. A `DepthUpdate` is a buffer its owner fills again and again.
 */

export interface DepthUpdate {
  /** First and last update id covered (Binance `U`, `u`). */
  firstId: number;
  lastId: number;
  /** Last id of the message before (Binance futures `pu`), or -1 where the venue has none. */
  previousId: number;
  venueTimeMs: number;
  bidCount: number;
  askCount: number;
  /** At least 2 × count long; grows when needed. */
  bids: Float64Array;
  asks: Float64Array;
}

export interface DepthSnapshot {
  readonly lastId: number;
  /** Best first. */
  readonly bids: Float64Array;
  readonly asks: Float64Array;
}

export function emptyDepthUpdate(levels = 64): DepthUpdate {
  return {
    firstId: 0,
    lastId: 0,
    previousId: -1,
    venueTimeMs: 0,
    bidCount: 0,
    askCount: 0,
    bids: new Float64Array(levels * 2),
    asks: new Float64Array(levels * 2),
  };
}
