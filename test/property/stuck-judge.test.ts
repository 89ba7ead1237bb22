/**
 * The judgement on a held event loop, on samples made by a simulated process: whoever pauses it, for however long, accuses
 * nobody; a call of author's code that runs without end is found within its time and a little.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Holder, StuckJudge, type Verdict } from "../../mixins/watchdog/stuck-judge.ts";

const LIMITS = { sampleMs: 25, askAfterMs: 75, warnMs: 200, stuckMs: 400 } as const;
const BEAT_MS = 50;

/** What the guarded thread does for a while. */
type Part =
  | { readonly does: "idle"; readonly forMs: number }
  /** One call of author's code. */
  | { readonly does: "author"; readonly forMs: number }
  /** Other actors' code. */
  | { readonly does: "others"; readonly forMs: number }
  /** Garbage collection, native code, no processor: inside the author's call that follows. */
  | { readonly does: "deaf"; readonly forMs: number }
  /** The whole process, its watchdog too. */
  | { readonly does: "suspended"; readonly forMs: number };

/** Runs the parts in steps of a millisecond and gives every verdict. */
function watch(parts: readonly Part[]): { verdicts: Verdict[]; stuckAtMs: number | null } {
  const judge = new StuckJudge(LIMITS);
  const verdicts: Verdict[] = [];
  let nowMs = 0;
  let stuckAtMs: number | null = null;
  let [beats, lastBeatMs, nextSampleMs, call] = [0, 0, 0, 0];
  let [asked, answer] = [false, null as Holder | null];
  for (const part of parts) {
    if (part.does === "author") call++;
    for (const endMs = nowMs + part.forMs; nowMs < endMs; nowMs++) {
      if (part.does === "suspended") continue;
      if (part.does === "idle" && nowMs - lastBeatMs >= BEAT_MS) [beats, lastBeatMs] = [beats + 1, nowMs];
      if (asked && part.does !== "deaf") {
        const isAuthor = part.does === "author";
        answer = { actorId: isAuthor ? "strategy/x" : "book/y", isAuthor, call, stack: [] };
        asked = false;
      }
      if (nowMs < nextSampleMs) continue;
      nextSampleMs = nowMs + LIMITS.sampleMs;
      const verdict = judge.sample({ nowMs, beats, answer });
      verdicts.push(verdict);
      answer = null;
      if (verdict.kind === "stuck") stuckAtMs ??= nowMs;
      if (verdict.kind === "slow" || (verdict.kind === "late" && verdict.ask)) asked = true;
    }
  }
  return { verdicts, stuckAtMs };
}

const forMs = (least: number, most: number) => fc.integer({ min: least, max: most });
/** Nothing here is one call of author's code that runs as long as the limit. */
const innocent = fc.oneof(
  fc.record({ does: fc.constant("idle" as const), forMs: forMs(1, 300) }),
  fc.record({ does: fc.constant("others" as const), forMs: forMs(1, 5_000) }),
  fc.record({ does: fc.constant("deaf" as const), forMs: forMs(1, 5_000) }),
  fc.record({ does: fc.constant("suspended" as const), forMs: forMs(1, 100_000) }),
  fc.record({ does: fc.constant("author" as const), forMs: forMs(1, LIMITS.stuckMs - LIMITS.askAfterMs - LIMITS.sampleMs * 3) }),
);

describe("the judge", () => {
  it("accuses nobody, whatever pauses a process for however long", () => {
    fc.assert(fc.property(fc.array(innocent, { minLength: 1, maxLength: 20 }), (parts) => watch(parts).stuckAtMs === null));
  });

  it("finds a call without end within its time and four samples, after anything", () => {
    fc.assert(
      fc.property(fc.array(innocent, { maxLength: 10 }), (parts) => {
        const before: Part[] = [...parts, { does: "idle", forMs: 200 }];
        const startMs = before.reduce((sum, part) => sum + part.forMs, 0);
        const { stuckAtMs } = watch([...before, { does: "author", forMs: 2_000 }]);
        expect(stuckAtMs).not.toBeNull();
        expect(stuckAtMs! - startMs).toBeLessThanOrEqual(LIMITS.stuckMs + 4 * LIMITS.sampleMs);
      }),
    );
  });

  it("charges no collection of garbage inside a call, and goes on charging after it", () => {
    const call: Part[] = [
      { does: "author", forMs: 200 },
      { does: "deaf", forMs: 3_000 },
    ];
    expect(watch([{ does: "idle", forMs: 100 }, ...call]).stuckAtMs).toBeNull();
  });

  it("does not add up short calls in one long turn", () => {
    const parts: Part[] = Array.from({ length: 40 }, () => ({ does: "author", forMs: 100 }));
    expect(watch([{ does: "idle", forMs: 100 }, ...parts]).stuckAtMs).toBeNull();
  });

  it("warns once for each time the loop is held, naming whoever answers", () => {
    const { verdicts } = watch([
      { does: "idle", forMs: 100 },
      { does: "others", forMs: 1_000 },
      { does: "idle", forMs: 200 },
      { does: "deaf", forMs: 1_000 },
    ]);
    const slow = verdicts.filter(({ kind }) => kind === "slow");
    expect(slow.map((verdict) => verdict.kind === "slow" && (verdict.holder?.actorId ?? null))).toEqual(["book/y", null]);
  });
});
