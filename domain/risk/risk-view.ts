/**
 * The risk book as people see it: the switch, the limits, how much of each is in use and where, the open reservations.
 * Limits on a single price or on a book's age have no use to show.
 */
import type { RiskView } from "../contract/views.ts";
import { type Decimal, decimal, format, mul, toNumber, ZERO } from "../kernel/decimal.ts";
import { type Owner, shown } from "./exposure.ts";
import { limitsView } from "./limits.ts";
import type { RiskBook } from "./risk-book.ts";

type Use = RiskView["use"][number];

/** @param nowMs ends the second whose orders are counted. */
export function riskView(book: RiskBook, nowMs: number): RiskView {
  const { state, sinceMs, by, reason } = book.trading;
  const reservations = Array.from(book.reservations(), ({ intentId, strategyId, symbol, side, remaining, price }) => ({
    row: { intentId, strategyId, symbol, side, quantity: format(remaining), notional: format(mul(remaining, price)) },
    notional: mul(remaining, price),
    where: `${strategyId} ${symbol}`,
  }));
  const largestOrder = largest(reservations, ({ notional }) => notional);
  const largestOwner: Readonly<Owner> | null = largest(Array.from(book.owners()), ({ worst }) => worst);
  const busiest = largest(
    Array.from(book.rates(), ([strategyId, rate]) => ({ strategyId, used: BigInt(rate.used(nowMs)) })),
    ({ used }) => used,
  );
  const { limits } = book;
  return {
    account: book.account,
    state,
    stateSinceMs: sinceMs,
    stateBy: by,
    stateReason: reason,
    limits: limitsView(limits),
    limitsVersion: book.limitsVersion,
    use: [
      use("maxOrderNotional", largestOrder?.notional ?? ZERO, limits.maxOrderNotional, largestOrder?.where ?? ""),
      use(
        "maxPositionNotional",
        shown(largestOwner?.worst ?? 0n),
        limits.maxPositionNotional,
        largestOwner ? `${largestOwner.strategyId} ${largestOwner.symbol}` : "",
      ),
      use("maxGrossNotional", shown(book.gross), limits.maxGrossNotional, "account"),
      use(
        "maxOrdersPerSecond",
        decimal(String(busiest?.used ?? 0n)),
        decimal(String(limits.maxOrdersPerSecond)),
        busiest?.strategyId ?? "",
      ),
      use("maxDailyLoss", book.dayLoss, limits.maxDailyLoss, "account"),
    ],
    reservations: reservations.map(({ row }) => row),
  };
}

function use(limit: string, used: Decimal, max: Decimal, where: string): Use {
  return { limit, used: format(used), max: format(max), ratio: toNumber(used) / toNumber(max), where };
}

/** The row with the largest value above 0, or null. */
function largest<T>(rows: readonly T[], valueOf: (row: T) => bigint): T | null {
  let best: T | null = null;
  let bestValue = 0n;
  for (const row of rows) {
    if (valueOf(row) <= bestValue) continue;
    best = row;
    bestValue = valueOf(row);
  }
  return best;
}
