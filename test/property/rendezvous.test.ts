/** Rendezvous hashing: who joins takes only its own keys, who leaves gives up only its own, and the share is fair. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rendezvous } from "../../mixins/directory/rendezvous.ts";

const nodes = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 9 });
const groups = fc.array(fc.string({ maxLength: 30 }), { minLength: 1, maxLength: 60 });

describe("rendezvous hashing", () => {
  it("moves only the groups of the node that left, and back only those", () => {
    fc.assert(
      fc.property(nodes, groups, fc.nat(), (names, keys, at) => {
        const gone = names[at % names.length]!;
        const rest = names.filter((name) => name !== gone);
        for (const key of keys) {
          const before = rendezvous(key, names);
          const after = rendezvous(key, rest);
          if (before !== gone) expect(after).toBe(before);
          else expect(after).toBe(rest.length === 0 ? null : rendezvous(key, rest));
        }
      }),
    );
  });

  it("does not depend on the order of the nodes", () => {
    fc.assert(
      fc.property(nodes, groups, (names, keys) => {
        const turned = [...names].reverse();
        for (const key of keys) expect(rendezvous(key, turned)).toBe(rendezvous(key, names));
      }),
    );
  });

  it.each([
    ["n1", "n2", "n3", "n4"],
    ["node-a", "node-b"],
    ["exchange-1", "exchange-2", "trading-1", "trading-2", "trading-10"],
  ])("shares alike: %s …", (...names) => {
    const counts = new Map(names.map((name) => [name, 0]));
    const total = 20_000;
    for (let id = 0; id < total; id++) {
      const owner = rendezvous(`strategy/sma-btc-${id}`, names)!;
      counts.set(owner, counts.get(owner)! + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count / (total / names.length) - 1)).toBeLessThan(0.06);
  });
});
