/** Commands on nodes and on where actors live, each with how the stream shows that it happened. */
import { call } from "./api.ts";
import { command } from "./commands.ts";
import { sections } from "./floor.ts";

const nodeOf = (actorId: string): string | undefined =>
  Object.values(sections.actors.value ?? {}).find((row) => row.actorId === actorId)?.node;

/** Hands an actor over to a node, where it stays. */
export function moveActor(actorId: string, node: string): Promise<boolean> {
  return command({
    key: `actor:${actorId}`,
    label: `Move ${actorId} to ${node}`,
    send: () => call("POST", "system/actors/move", { actorId, node }),
    shown: () => nodeOf(actorId) === node,
  });
}

/** Empties a node; nothing new is placed on it until it is started again. */
export function drainNode(node: string): Promise<boolean> {
  return command({
    key: `node:${node}`,
    label: `Drain ${node}`,
    send: () => call("POST", "system/nodes/drain", { node }),
    shown: () => sections.nodes.value?.[node]?.draining ?? true,
  });
}
