/**
 * Whether an intent makes sense at all, whatever the market and the limits: the members that must be there and those that
 * exclude each other. Answers with the first fault, naming the field and the expectation.
 */
import type { OrderIntent } from "../order/types.ts";

const ID_LENGTH_MAX = 128;

/** The first fault of the intent, or null. */
export function faultOf(intent: OrderIntent, account: string): string | null {
  const { intentId, strategyId, type, limitPrice, timeInForce, postOnly } = intent;
  if (intentId === "" || intentId.length > ID_LENGTH_MAX)
    return `intentId: expected 1 to ${ID_LENGTH_MAX} characters, got ${intentId.length}`;
  if (strategyId === "") return "strategyId: expected the owner of the order";
  if (intent.account !== account) return `account: expected ${account}, got ${intent.account}`;
  if (type === "limit" && limitPrice === null) return "limitPrice: expected a price for a limit order";
  if (type === "market" && limitPrice !== null) return "limitPrice: expected none for a market order";
  if (postOnly && (type === "market" || timeInForce === "IOC")) return "postOnly: expected a limit order that may rest (GTC)";
  if (intent.why.trim() === "") return "why: expected the reason of the order";
  if (!Number.isSafeInteger(intent.decidedAtMs)) return `decidedAtMs: expected UTC milliseconds, got ${intent.decidedAtMs}`;
  return null;
}
