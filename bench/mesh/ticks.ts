/** The market of the tick-to-order bench: which symbols tick, and which ticks ask for an order. */

export const SYMBOLS: readonly string[] = Array.from({ length: 24 }, (_, index) => `S${index}/USDT`);

/** Every so manieth tick makes the strategy decide for an order: 1,000 orders a second at 20,000 ticks a second. */
export const ORDER_EVERY = 20;

export const BARE_TICK = "bench.bare.tick";
export const BARE_ORDER = "bench.bare.order";
