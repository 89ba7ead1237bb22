/** What the command line makes of spaces and searches as people type them, and how it tells progress. */
import { describe, expect, it } from "vitest";
import { progressText, ProgressLine } from "../../cli/jobs/progress-line.ts";
import { searchFrom, type SearchOptions } from "../../cli/jobs/search-options.ts";
import { parseSpace } from "../../cli/jobs/space-option.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import type { JobProgress } from "../../research/jobs/job.ts";

const DATA = ["package.json"];

describe("--space", () => {
  it("reads ranges with steps, without, by magnitude, and listed values", () => {
    expect(
      parseSpace(["fast=5:40:5", "alpha=0.1:0.9", "size=10:10000:log", "side=long,both", "hedge=true,false", "day=1,7", "low=-2:2:0.5"]),
    ).toEqual({
      fast: { from: 5, to: 40, step: 5 },
      alpha: { from: 0.1, to: 0.9 },
      size: { from: 10, to: 10_000, log: true },
      side: { values: ["long", "both"] },
      hedge: { values: [true, false] },
      day: { values: [1, 7] },
      low: { from: -2, to: 2, step: 0.5 },
    });
  });

  it.each(["fast", "fast=", "fast=5:", "fast=5:a:1", "fast=5:10:1:1", "=5:10", "fast=,"])("refuses %s", (text) => {
    expect(() => parseSpace([text])).toThrow(/--space/);
  });

  it("refuses a name that is given twice", () => {
    expect(() => parseSpace(["fast=5:10:5", "fast=1:2:1"])).toThrow(/twice/);
  });
});

describe("a search from its flags", () => {
  const options: SearchOptions = { data: DATA, space: ["fast=5:10:5"], method: "grid", objective: "sharpe" };

  it("has the defaults of the search, and a grid as large as its space", () => {
    expect(searchFrom("sma-cross", options, null)).toMatchObject({
      trials: 10_000,
      objectives: ["sharpe"],
      holdOutShare: 0.2,
      folds: null,
      prune: false,
      seed: "dsta",
    });
    expect(searchFrom("sma-cross", { ...options, method: "bayes" }, {})).toMatchObject({
      trials: 100,
      folds: { count: 6, mode: "rolling", embargoMs: 86_400_000 },
    });
  });

  it("takes several objectives, constraints, folds and one seed for all", () => {
    const flags = { ...options, objective: "sharpe,-maxDrawdown", constraint: ["trades >= 30"], seed: "7", holdOut: 0 };
    expect(searchFrom("sma-cross", flags, { folds: 3, mode: "anchored", embargo: "2h" })).toMatchObject({
      objectives: ["sharpe", "-maxDrawdown"],
      constraints: ["trades >= 30"],
      seed: "7",
      backtest: { seed: "7" },
      holdOutShare: 0,
      folds: { count: 3, mode: "anchored", embargoMs: 7_200_000 },
    });
  });

  it.each([
    [{ objective: "sharpe,,x" }, null, /--objective/],
    [{ constraint: ["trades > 3"] }, null, /--constraint/],
    [{ holdOut: 0.9 }, null, /--hold-out: expected at most 0.5/],
    [{ space: ["fast=5:10:0"] }, null, /--space: fast: expected more than 0/],
    [{ trials: 200_000 }, null, /--trials/],
    [{}, { folds: 1 }, /--folds/],
    [{}, { embargo: "soon" }, /--embargo/],
  ])("names the flag that does not fit: %j %j", (more, folds, message) => {
    expect(() => searchFrom("sma-cross", { ...options, ...more }, folds)).toThrow(message);
  });
});

describe("progress", () => {
  const progress: JobProgress = {
    done: 412,
    total: 1_000,
    running: 2,
    skipped: 6,
    etaMs: 80_000,
    barsPerSecond: 3_140_000,
    bestParams: { fast: 20, slow: 160 },
    bestMetrics: { sharpe: 1.254 },
  };

  it("is one line with what is left", () => {
    expect(progressText(progress, "trials")).toBe(
      "412 of 1,000 trials, 6 skipped, 2 running, 3.1M bars/s, 2 min left, best fast=20 slow=160 (Sharpe 1.25)",
    );
    const early = { ...progress, done: 0, running: 0, skipped: 0, etaMs: null, barsPerSecond: null, bestParams: null };
    expect(progressText(early, "")).toBe("0 %");
    expect(progressText({ ...early, etaMs: 7_500_000, barsPerSecond: 44_000 }, "paths")).toBe(
      "0 of 1,000 paths, 44k bars/s, 2 h 5 min left",
    );
  });

  it("is written every ten seconds where nobody watches, and rewritten on a terminal", () => {
    const texts: string[] = [];
    const clock = new ManualClock(1_000);
    const terminal = (interactive: boolean) => ({
      out() {},
      err: (text: string) => void texts.push(text),
      env: {},
      colour: false,
      interactive,
      ask: () => Promise.resolve(""),
    });
    const kept = new ProgressLine(terminal(false), clock, "trials");
    for (let second = 0; second < 25; second++) {
      clock.advance(1_000);
      kept.show(progress);
    }
    kept.end();
    expect(texts).toHaveLength(2);
    for (const text of texts) expect(text).toMatch(/^412 of.*\n$/);
    texts.length = 0;
    const watched = new ProgressLine(terminal(true), clock, "trials");
    clock.advance(200);
    watched.show(progress);
    watched.end();
    const clear = "\r\u001b[K";
    expect(texts).toEqual([`${clear}${progressText(progress, "trials")}`, clear]);
  });
});
