/**
 * One node, for the others and for operators: how it is, what lives on it, and the two things that can be done to it:
 * restart or hand over one actor, and empty it. On every node; always called with the node's name.
 */
import type { Context, ServiceSchema } from "moleculer";
import type { ActorRow, DeadLetterRow, NodeRow } from "../../domain/contract/views.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { ActorHost } from "../../mixins/hosted/host.ts";

export interface NodeDeps {
  readonly host: ActorHost;
  readonly row: () => NodeRow;
  /** Keeps an actor on this node, or lets it go where it belongs. @throws {DstaError} PINS_FULL */
  readonly pin: (actorId: string, kept: boolean) => Promise<void>;
  /** Hands an actor of this node to where it belongs, once `node` is known to be that. @throws {DstaError} NOT_MOVED (retryable) */
  readonly move: (actorId: string, node: string | null) => Promise<void>;
  /** Hands over all that has a place elsewhere and takes nothing new; answers how many actors stay. */
  readonly drain: () => Promise<{ readonly remaining: number }>;
}

export function nodeService({ host, row, pin, move, drain }: NodeDeps): ServiceSchema {
  const known = (actorId: string): ActorRow => {
    const found = host.rows(actorId.slice(0, actorId.indexOf("/"))).find((other) => other.actorId === actorId);
    if (!found) throw new DstaError("NOT_FOUND", `actor ${actorId} is not on this node`, { code: 404, data: { actorId } });
    return found;
  };
  return {
    name: "node",
    actions: {
      row: () => row(),
      actors: (ctx: Context<{ kind?: string }>): { items: ActorRow[] } => ({ items: host.rows(ctx.params.kind) }),
      deadLetters: (): { items: DeadLetterRow[] } => ({ items: host.deadLetters.list() }),
      async restart(ctx: Context<{ actorId: string }>): Promise<ActorRow> {
        await host.restart(ctx.params.actorId);
        return known(ctx.params.actorId);
      },
      pin: (ctx: Context<{ actorId: string; kept: boolean }>) => pin(ctx.params.actorId, ctx.params.kept),
      async move(ctx: Context<{ actorId: string; node?: string | null }>): Promise<{ actorId: string }> {
        const { actorId } = known(ctx.params.actorId);
        await move(actorId, ctx.params.node ?? null);
        return { actorId };
      },
      drain: () => drain(),
    },
  };
}
