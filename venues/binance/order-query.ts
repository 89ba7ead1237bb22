/**
 * A new order as Binance's query string, unsigned: what is signed and sent is this text.
 *
 * Exact: quantity and price are the decimals' own digits, never a float's. Post-only is `LIMIT_MAKER` on spot and the time
 * in force `GTX` on USD-M futures. Refuses what Binance would not take as it is meant: a client order id of other characters
 * or length, a limit order without a price, a market order with one.
 * Source: binance-spot-api-docs rest-api.md, "New order (TRADE)"; USD-M "New Order" (developers.binance.com).
 */
import { format } from "../../domain/kernel/decimal.ts";
import { invalid } from "../../domain/kernel/errors.ts";
import type { OrderRequest } from "../../domain/order/types.ts";

/** None of these characters needs percent-encoding in a query but ":" and "/", which Binance takes either way. */
const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/**
 * @param venueSymbol Binance's spelling, `BTCUSDT`.
 * @param timestampMs UTC, when the request is made; Binance refuses one that is older than its receive window.
 * @throws {DstaError} VALIDATION_ERROR naming the field.
 */
export function newOrderQuery(kind: "spot" | "linear", request: OrderRequest, venueSymbol: string, timestampMs: number): string {
  const { clientOrderId } = request;
  if (!CLIENT_ORDER_ID.test(clientOrderId)) throw invalid("clientOrderId", "1 to 36 of A-Z a-z 0-9 . : / _ -", clientOrderId);
  if (!Number.isSafeInteger(timestampMs)) throw invalid("timestampMs", "UTC milliseconds", timestampMs);
  const side = request.side === "buy" ? "BUY" : "SELL";
  const head = `symbol=${venueSymbol}&side=${side}&${termsOf(kind, request)}`;
  return `${head}&newClientOrderId=${clientOrderId}&newOrderRespType=RESULT&timestamp=${timestampMs}`;
}

/** Type, time in force, quantity and price, in Binance's order. */
function termsOf(kind: "spot" | "linear", { type, limitPrice, quantity, postOnly, timeInForce }: OrderRequest): string {
  if (type === "market") {
    if (limitPrice !== null) throw invalid("limitPrice", "none for a market order", format(limitPrice));
    return `type=MARKET&quantity=${format(quantity)}`;
  }
  if (limitPrice === null) throw invalid("limitPrice", "a price for a limit order");
  const numbers = `quantity=${format(quantity)}&price=${format(limitPrice)}`;
  if (!postOnly) return `type=LIMIT&timeInForce=${timeInForce}&${numbers}`;
  return kind === "spot" ? `type=LIMIT_MAKER&${numbers}` : `type=LIMIT&timeInForce=GTX&${numbers}`;
}
