/** When perpetuals pay funding: a cursor over every market's table. A payment is at the mark of the newest close. */
import { type Decimal, fromNumber } from "../../kernel/decimal.ts";
import type { BacktestMarket, FundingTable } from "./types.ts";

const NEVER = Number.POSITIVE_INFINITY;

interface Cursor {
  readonly marketIndex: number;
  readonly table: FundingTable;
  next: number;
}

export class FundingClock {
  /** Payments made, whoever held anything. */
  paid = 0;
  /** Time of the next payment; infinite when there is none. */
  nextMs = NEVER;
  readonly #cursors: readonly Cursor[];

  constructor(markets: readonly BacktestMarket[]) {
    this.#cursors = markets.flatMap(({ funding, bars }, marketIndex) => {
      if (funding === null || bars.openTimeMs.length === 0) return [];
      // What was due before the first bar concerns nobody.
      const next = funding.timeMs.findIndex((timeMs) => timeMs > bars.openTimeMs[0]!);
      return [{ marketIndex, table: funding, next: next < 0 ? funding.timeMs.length : next }];
    });
    this.#look();
  }

  payUntil(nowMs: number, pay: (marketIndex: number, rate: Decimal) => void): void {
    for (const cursor of this.#cursors) {
      const { timeMs, rate } = cursor.table;
      for (; cursor.next < timeMs.length && timeMs[cursor.next]! <= nowMs; cursor.next++) {
        pay(cursor.marketIndex, fromNumber(rate[cursor.next]!));
        this.paid++;
      }
    }
    this.#look();
  }

  #look(): void {
    this.nextMs = this.#cursors.reduce((least, { table, next }) => Math.min(least, table.timeMs[next] ?? NEVER), NEVER);
  }
}
