/**
 * Rendezvous hashing (highest random weight; Thaler and Ravishankar, 1998): every node computes the same owner for a
 * placement group from the names of the living nodes alone. A node that joins takes only what is its own, and one that
 * leaves gives up only what it had: no group moves between two nodes that stay.
 */
import { hash32 } from "../../domain/kernel/random.ts";

/** The node with the highest weight for the group; null without nodes. Ties go to the name that sorts first. */
export function rendezvous(group: string, nodes: readonly string[]): string | null {
  let best: string | null = null;
  let bestWeight = -1;
  for (const node of nodes) {
    const weight = hash32(group, hash32(node));
    if (weight > bestWeight || (weight === bestWeight && best !== null && node < best)) {
      best = node;
      bestWeight = weight;
    }
  }
  return best;
}
