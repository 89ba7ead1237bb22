/**
 * A strategy in a thread of its own: loads its definition, makes its runner, then answers one question after the other.
 * Has no clock, no journal and no way out but its answers; the node ends it when it is silent for too long.
 */
import { parentPort, workerData } from "node:worker_threads";
import { encodeError } from "../../domain/kernel/error-record.ts";
import { invariant } from "../../domain/kernel/errors.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import type { Decision } from "../../domain/strategy/decision.ts";
import { createRunner, type StrategyRunner } from "../../domain/strategy/runner.ts";
import { loadCatalogue } from "../../strategies/catalogue.ts";
import type { ThreadAnswer, ThreadData, ThreadQuestion, ThreadState } from "./strategy-protocol.ts";

invariant(parentPort, "a strategy's worker runs in a thread");
const port = parentPort;
const { job, ownModule } = workerData as ThreadData;

const answer = (message: ThreadAnswer): void => port.postMessage(message);

function savedBy(runner: StrategyRunner): ThreadState["saved"] {
  try {
    return { state: runner.saveState() };
  } catch (error) {
    return { error: encodeError(error) };
  }
}

/** Whether the session may save after this answer: when it passes a decision on, and after news of own orders. */
function maySave(call: ThreadQuestion["call"], decision: Decision | null): boolean {
  return call === "onFill" || call === "onOrder" || (decision !== null && decision.intents.length + decision.cancels.length > 0);
}

function ask(runner: StrategyRunner, { call, params }: ThreadQuestion): ThreadAnswer {
  try {
    const work = runner[call] as (...params: readonly unknown[]) => ReturnType<StrategyRunner[typeof call]>;
    const decision = work.apply(runner, [...params]) ?? null;
    const saved = maySave(call, decision) ? savedBy(runner) : null;
    const view = call === "warm" || call === "onBar" ? runner.view() : null;
    return { type: "done", decision, saved, ready: runner.ready, view };
  } catch (error) {
    return { type: "failed", error: encodeError(error) };
  }
}

try {
  const { strategyNamed } = await loadCatalogue(ownModule);
  const definition = strategyNamed(job.strategy);
  answer({ type: "loaded" });
  const runner = createRunner({ ...job, definition, random: seededRandom(job.seed) });
  port.on("message", (question: ThreadQuestion) => answer(ask(runner, question)));
  answer({ type: "made", candles: runner.candles, saved: null, ready: runner.ready, view: runner.view() });
} catch (error) {
  answer({ type: "failed", error: encodeError(error) });
}
