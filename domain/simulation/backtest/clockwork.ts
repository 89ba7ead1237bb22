/**
 * The order of time in a backtest of bars: what happens when, over all markets. At one moment first every bar that ends
 * closes (resting orders, then marks), then funding is paid, then strategies decide, then the bars that begin open. So an
 * order decided on a close trades at the open that follows, and no strategy sees a bar before it is complete.
 */
import { rowsOf } from "../../market/bar-table.ts";
import type { BacktestMarket } from "./types.ts";

const NEVER = Number.POSITIVE_INFINITY;

export interface Ticking {
  readonly openTimeMs: Float64Array;
  readonly intervalMs: number;
  readonly rows: number;
  /** The bar that is open or comes next. */
  row: number;
  isOpen: boolean;
  /** When the open bar ends or the next one begins. */
  nextMs: number;
}

export class Clockwork {
  readonly markets: readonly Ticking[];

  constructor(markets: readonly BacktestMarket[]) {
    this.markets = markets.map(({ bars }) => ({
      openTimeMs: bars.openTimeMs,
      intervalMs: bars.intervalMs,
      rows: rowsOf(bars),
      row: 0,
      isOpen: false,
      nextMs: rowsOf(bars) === 0 ? NEVER : bars.openTimeMs[0]!,
    }));
  }

  /** The next moment at which a bar opens or closes; infinite at the end. */
  nextMs(): number {
    const { markets } = this;
    let least = markets[0]!.nextMs;
    for (let index = 1; index < markets.length; index++) if (markets[index]!.nextMs < least) least = markets[index]!.nextMs;
    return least;
  }

  /** The bar of this market has opened. */
  open(market: Ticking): void {
    market.isOpen = true;
    market.nextMs = market.openTimeMs[market.row]! + market.intervalMs;
  }

  /** It is complete. */
  close(market: Ticking): void {
    market.isOpen = false;
    market.row++;
    market.nextMs = market.row < market.rows ? market.openTimeMs[market.row]! : NEVER;
  }

  /** At this row at once: all before it have passed. */
  stand(market: Ticking, row: number, isOpen: boolean): void {
    market.row = row;
    market.isOpen = isOpen;
    const openMs = row < market.rows ? market.openTimeMs[row]! : NEVER;
    market.nextMs = isOpen ? openMs + market.intervalMs : openMs;
  }
}
