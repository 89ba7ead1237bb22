/** Limits as the review compares them: amounts in the undivided scale of exposure.ts, worked out once a change. */
import { undivided } from "./exposure.ts";
import type { RiskLimits } from "./limits.ts";

export interface UndividedLimits {
  readonly order: bigint;
  readonly position: bigint;
  readonly gross: bigint;
  readonly deviationBps: bigint;
}

export function inUndivided(limits: RiskLimits): UndividedLimits {
  return {
    order: undivided(limits.maxOrderNotional),
    position: undivided(limits.maxPositionNotional),
    gross: undivided(limits.maxGrossNotional),
    deviationBps: BigInt(limits.maxPriceDeviationBps),
  };
}
