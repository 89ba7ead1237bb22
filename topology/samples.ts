/** The strategies a new floor starts with, so that the first page shows trading; each is an ordinary instance. */
import type { ParamValues } from "../domain/contract/views.ts";

export interface SampleStrategy {
  readonly id: string;
  readonly strategy: string;
  readonly symbol: string;
  readonly params: ParamValues;
}

/** On the simulated venue: one that follows, one that fades, one that quotes, one that steps. */
export const SIM_SAMPLES: readonly SampleStrategy[] = [
  { id: "sma-btc-1", strategy: "sma-cross", symbol: "BTC/USDT", params: { interval: "5s", fast: 10, slow: 30, size: 20_000 } },
  { id: "meanrev-sol-1", strategy: "bollinger-reversion", symbol: "SOL/USDT", params: { interval: "5s", length: 20, size: 15_000 } },
  {
    id: "mm-eth-1",
    strategy: "market-maker",
    symbol: "ETH/USDT:USDT",
    params: { size: 5_000, maxInventory: 25_000, spreadBps: 6, requoteBps: 8 },
  },
  { id: "grid-xrp-1", strategy: "grid", symbol: "XRP/USDT", params: { stepBps: 25, size: 2_000 } },
];

/** On recorded data: short bars, because recordings are short. */
export function replaySamples(symbol: string, hasBook: boolean, interval: string): readonly SampleStrategy[] {
  const base = symbol.split("/")[0]!.toLowerCase();
  const following: SampleStrategy[] = [
    { id: `sma-${base}-1`, strategy: "sma-cross", symbol, params: { interval, fast: 10, slow: 30, size: 10_000 } },
    { id: `meanrev-${base}-1`, strategy: "bollinger-reversion", symbol, params: { interval, size: 10_000 } },
  ];
  return hasBook
    ? [...following, { id: `mm-${base}-1`, strategy: "market-maker", symbol, params: { size: 2_000, maxInventory: 10_000 } }]
    : following;
}
