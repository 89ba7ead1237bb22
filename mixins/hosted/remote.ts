/**
 * The host's way to actors on other nodes, and their way here. The link (mixins/link) is the real one; a process on its
 * own has none. Out: `Remote.send`. In: `ActorHost.receive`, with an `Arrival` that carries the outcome back.
 */
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Envelope } from "./envelope.ts";

export interface Remote {
  /**
   * Sends a message to the node that owns the actor, or that should; never throws. From here on the remote ends the envelope:
   * an ask by `resolve` or `reject`, a tell by delivering it or by a dead letter. Messages for one actor keep their order.
   * When the owner turns out to be this node, the remote hands the envelope to `ActorHost.receive`.
   */
  send(kind: string, id: string, envelope: Envelope): void;
  /** Messages from this node to the actor are on their way, or wait to be: later ones go the same way, not to overtake them. */
  holds(kind: string, id: string): boolean;
  /** Has an actor started where it belongs now (there: `ActorHost.wake`). At most once and without an answer; never throws. */
  wake(kind: string, id: string): void;
}

/** @param node the present owner, else the candidate; null when this node knows neither. */
export function wrongOwner(actorId: string, node: string | null): DstaError {
  return new DstaError("WRONG_OWNER", `${actorId} is not on this node${node === null ? "" : ` but on ${node}`}`, {
    code: 503,
    retryable: true,
    data: { actor: actorId, node },
  });
}

/** The owner ended with the ask in its hands, handled or not. */
export function nodeLost(actorId: string, why: string): DstaError {
  return new DstaError("NODE_LOST", `${actorId} was lost: ${why}; the outcome is unknown`, {
    code: 503,
    data: { actor: actorId, outcome: "unknown" },
  });
}
