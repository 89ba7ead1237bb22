/** A mailbox is a bounded queue: whatever is done to it, it does what an array of at most `capacity` entries does. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Mailbox } from "../../domain/kernel/mailbox.ts";

type Step = { readonly kind: "push"; readonly value: number } | { readonly kind: "shift" } | { readonly kind: "drain" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.integer().map((value) => ({ kind: "push" as const, value })) },
  { weight: 4, arbitrary: fc.constant({ kind: "shift" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "drain" as const }) },
);

describe("mailbox", () => {
  it("behaves as a bounded queue", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(step, { maxLength: 300 }), (capacity, steps) => {
        const mailbox = new Mailbox<number>(capacity);
        const model: number[] = [];
        for (const { kind, ...rest } of steps) {
          if (kind === "push") {
            const { value } = rest as { value: number };
            const takes = model.length < capacity;
            expect(mailbox.push(value)).toBe(takes);
            if (takes) model.push(value);
          } else if (kind === "shift") expect(mailbox.shift()).toBe(model.shift());
          else expect([...mailbox.drain()]).toEqual(model.splice(0));
          expect(mailbox.size).toBe(model.length);
        }
      }),
    );
  });

  it("takes what arrives while it is being drained", () => {
    const mailbox = new Mailbox<number>(4);
    mailbox.push(1);
    const seen: number[] = [];
    for (const entry of mailbox.drain()) {
      seen.push(entry);
      if (entry < 3) mailbox.push(entry + 1);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(mailbox.size).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a capacity of %s", (capacity) => {
    expect(() => new Mailbox(capacity)).toThrow("mailbox capacity must be a positive integer");
  });
});
