/** The supervisor against its words: more failures than `maxRestarts` inside the window ends it, and never earlier. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, Supervision } from "../../domain/kernel/supervision.ts";

const policy = fc.record({
  baseMs: fc.integer({ min: 1, max: 1_000 }),
  maxMs: fc.integer({ min: 1, max: 60_000 }),
  maxRestarts: fc.integer({ min: 0, max: 12 }),
  windowMs: fc.integer({ min: 1, max: 100_000 }),
});

describe("supervision", () => {
  it("restarts while at most maxRestarts failures lie inside the window, later each time, and gives up on one more", () => {
    fc.assert(
      fc.property(policy, fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 }), (terms, gaps) => {
        const supervision = new Supervision(terms);
        const failures: number[] = [];
        let nowMs = 0;
        for (const gapMs of gaps) {
          nowMs += gapMs;
          failures.push(nowMs);
          const inWindow = failures.filter((atMs) => nowMs - atMs < terms.windowMs).length;
          const directive = supervision.onFailure(nowMs);
          if (inWindow > terms.maxRestarts) {
            expect(directive).toEqual({ kind: "give-up" });
            continue;
          }
          expect(directive).toEqual({ kind: "restart", delayMs: Math.min(terms.maxMs, terms.baseMs * 2 ** (inWindow - 1)) });
        }
        supervision.reset();
        if (terms.maxRestarts > 0)
          expect(supervision.onFailure(nowMs)).toEqual({ kind: "restart", delayMs: Math.min(terms.maxMs, terms.baseMs) });
      }),
    );
  });
});

describe("back-off", () => {
  it("lies between half of the ceiling and the ceiling, which doubles up to its bound", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 600_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, baseMs, maxMs, jitter) => {
          const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
          const delayMs = backoffMs(attempt, baseMs, maxMs, jitter);
          expect(delayMs).toBeGreaterThanOrEqual(ceiling / 2);
          expect(delayMs).toBeLessThanOrEqual(ceiling);
          expect(backoffMs(attempt + 1, baseMs, maxMs, jitter)).toBeGreaterThanOrEqual(delayMs);
        },
      ),
    );
  });
});
