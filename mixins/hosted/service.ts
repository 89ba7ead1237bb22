/**
 * An actor kind as one Moleculer service: every exposed message is an action `kind.message`, whose params carry the
 * key. Thousands of actors of a kind stay one service, so the node's INFO packet does not grow with them.
 *
 * The action only routes: it validates, builds the id from the key fields and asks the host.
 */
import type { ActionSchema, Context, ServiceSchema } from "moleculer";
import type { MessageContract } from "../../domain/contract/message.ts";
import { invalid } from "../../domain/kernel/errors.ts";
import type { AnyActor } from "./actor.ts";
import type { ActorHost } from "./host.ts";
import { checkParams } from "./check-params.ts";

/** Values of the key fields joined with ":". @throws {DstaError} VALIDATION_ERROR for a missing one. */
export function actorId(definition: Pick<AnyActor, "key" | "kind">, params: Readonly<Record<string, unknown>>): string {
  return definition.key
    .map((field) => {
      const value = params[field];
      if (typeof value !== "string" || value === "") throw invalid(field, `the ${field} that names the ${definition.kind}`, value);
      return value;
    })
    .join(":");
}

export function actorService(definition: AnyActor, host: ActorHost, facade: Record<string, ActionSchema> = {}): ServiceSchema {
  const actions: Record<string, ActionSchema> = { ...facade };
  for (const message of Object.values<MessageContract<unknown, unknown>>(definition.messages)) {
    const schema = message.schema;
    if (schema === null) continue;
    const action: ActionSchema & { actor: { kind: string; key: readonly string[] } } = {
      // Travels in the registry, so that a caller on any node knows how to route.
      actor: { kind: definition.kind, key: definition.key },
      handler: (ctx: Context<Record<string, unknown>>) => {
        const params = checkParams(schema, ctx.params);
        return host.ask(message, actorId(definition, params), params);
      },
    };
    actions[message.name] = action;
  }
  return { name: definition.kind, actions };
}
