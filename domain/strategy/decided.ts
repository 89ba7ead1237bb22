/** One call of an author's handler, taken whole or, when it fails, not at all. */
import type { Decision } from "./decision.ts";
import type { AnyHandler, HandlerName } from "./define.ts";
import { asyncHandler, isPromise, strategyFailure } from "./failure.ts";
import type { IntentRecorder } from "./intent-recorder.ts";

/** Who decides; one for the life of a runner. */
export interface Decider {
  readonly recorder: IntentRecorder;
  readonly context: unknown;
  readonly strategyId: string;
}

/** @throws {DstaError} what `strategyFailure` makes of a handler that threw, returned a promise, or was refused. */
export function decided({ recorder, strategyId, context }: Decider, name: HandlerName, handler: AnyHandler, event: unknown): Decision {
  try {
    const answer = handler(context, event);
    if (isPromise(answer)) throw asyncHandler(answer);
    if (recorder.refusal !== null) throw recorder.refusal;
  } catch (error) {
    recorder.rollBack();
    throw strategyFailure(strategyId, name, error);
  }
  return recorder.take();
}
