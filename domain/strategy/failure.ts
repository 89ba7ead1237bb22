/**
 * What went wrong in an author's handler, as the supervisor sees it: refusals of the platform keep their type
 * (BAD_INTENT, INTENT_FLOOD), broken invariants pass through, everything else is STRATEGY_THREW with the original as
 * cause and the handler's name.
 */
import { DstaError, InvariantError, messageOf } from "../kernel/errors.ts";

const KEPT_TYPES: ReadonlySet<string> = new Set(["BAD_INTENT", "INTENT_FLOOD"]);

export function strategyFailure(strategyId: string, handler: string, error: unknown): Error {
  if (error instanceof InvariantError) return error;
  if (error instanceof DstaError && KEPT_TYPES.has(error.type)) {
    const data = { ...error.data, strategyId, handler };
    return new DstaError(error.type, `${strategyId}, on.${handler}: ${error.message}`, { data, cause: error });
  }
  return new DstaError("STRATEGY_THREW", `${strategyId}: on.${handler} threw: ${messageOf(error)}`, {
    data: { strategyId, handler, message: messageOf(error) },
    cause: error,
  });
}

/**
 * The failure of a handler that returned a promise: what it would record later belongs to no event. The promise's own
 * rejection, should one come, is covered by this failure and must not end the process.
 */
export function asyncHandler(answer: PromiseLike<unknown>): Error {
  void answer.then(undefined, () => undefined);
  return new TypeError("the handler returned a promise: handlers decide synchronously");
}

export function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === "object" && answer !== null && "then" in answer && typeof answer.then === "function";
}
