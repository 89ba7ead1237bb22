/** What an operator does to a node: empty it, hand one actor over, and its orderly end. */
import { DstaError } from "../domain/kernel/errors.ts";
import type { Floor } from "../topology/floor.ts";
import type { Links } from "./links.ts";
import { systemClock, wait } from "./system-ports.ts";

const PIN_KNOWN_MS = 2_000;
const PIN_POLL_MS = 10;

/** What others can host goes to them; the rest ends here, within `timeoutMs` each. */
export async function restInOrder(floor: Floor, links: Links, timeoutMs: number): Promise<void> {
  await links.drain();
  await Promise.race([floor.keeper.empty(), wait(timeoutMs)]);
  await floor.rest(timeoutMs);
}

/** Answers how many actors no other node can host. */
export async function drainNode(floor: Floor, links: Links): Promise<{ remaining: number }> {
  await links.drain();
  return { remaining: await floor.keeper.empty() };
}

/**
 * The owner hears of a pin through the directory: a moment after the node that set it.
 * @throws {DstaError} NOT_MOVED (retryable)
 */
export async function moveActor(floor: Floor, { directory }: Links, actorId: string, node: string | null): Promise<void> {
  const slash = actorId.indexOf("/");
  const [kind, id] = [actorId.slice(0, slash), actorId.slice(slash + 1)];
  const untilMs = systemClock.now() + PIN_KNOWN_MS;
  while (node !== null && directory.candidate(kind, id) !== node && systemClock.now() < untilMs) await wait(PIN_POLL_MS);
  const place = directory.candidate(kind, id);
  if (node !== null && place !== node) {
    const message = `${actorId} belongs on ${String(place)} as far as ${directory.nodeId} knows`;
    throw new DstaError("NOT_MOVED", message, { code: 503, retryable: true, data: { actorId, node, place } });
  }
  if (place !== null && place !== directory.nodeId) await floor.keeper.moveNow(kind, id);
}
