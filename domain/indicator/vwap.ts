/**
 * Volume-weighted average of typical prices, (high + low + close) / 3, since the session began. Sessions are whole multiples
 * of `sessionHours` since 1970 in UTC, so 24 is the UTC day and 168 a week from Thursday; 0 never begins anew and counts
 * from the first bar. First value at bar 1; NaN while a session has no volume.
 * Source: Berkowitz, Logue and Noser, "The Total Cost of Transactions on the NYSE", Journal of Finance 43 (1988).
 */
import { invalid } from "../kernel/errors.ts";
import { barIndicator } from "./indicator.ts";
import type { Kernel } from "./kernel.ts";

const HOUR_MS = 3_600_000;
const HOURS_MAX = 8_784;

class VwapKernel implements Kernel {
  readonly warmup = 1;
  readonly out = new Float64Array([Number.NaN]);
  readonly #sessionMs: number;
  #session = Number.NaN;
  #notional = 0;
  #volume = 0;

  constructor(sessionHours: number) {
    if (!(sessionHours >= 0 && sessionHours <= HOURS_MAX)) throw invalid("vwap sessionHours", `hours from 0 to ${HOURS_MAX}`, sessionHours);
    this.#sessionMs = sessionHours * HOUR_MS;
  }

  step(high: number, low: number, close: number, volume: number, _open: number, openTimeMs: number): void {
    if (this.#sessionMs > 0) {
      const session = Math.floor(openTimeMs / this.#sessionMs);
      if (session !== this.#session) {
        this.#session = session;
        this.#notional = 0;
        this.#volume = 0;
      }
    }
    this.#notional += ((high + low + close) / 3) * volume;
    this.#volume += volume;
    this.out[0] = this.#volume > 0 ? this.#notional / this.#volume : Number.NaN;
  }
}

export const vwap = barIndicator("vwap", (sessionHours: number) => new VwapKernel(sessionHours), ["volume", "openTimeMs"]);
