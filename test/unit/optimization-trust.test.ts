import { describe, expect, it } from "vitest";
import { bestPlateau, edgesOf, liesIn, stabilityOf } from "../../domain/optimization/stability.ts";
import { createSpace } from "../../domain/optimization/space.ts";
import { type TrustInput, judgeTrust, survivalOf } from "../../domain/optimization/trust.ts";
import { planWindows, splitHoldOut } from "../../domain/optimization/walk-forward.ts";
import { crossing, plainSpace } from "./optimization-surfaces.ts";

const grid = createSpace(
  { fast: { from: 4, to: 40, step: 4, log: false }, slow: { from: 60, to: 140, step: 20, log: false }, side: { values: ["long", "both"] } },
  crossing,
);
const pointsOf = (score: (fast: number, slow: number, side: unknown) => number | null) =>
  Array.from({ length: grid.size }, (_, index) => grid.at(index)).map((params) => ({
    params,
    score: score(Number(params["fast"]), Number(params["slow"]), params["side"]),
  }));
const indexOf = (points: ReturnType<typeof pointsOf>, fast: number, slow: number) =>
  points.findIndex(({ params }) => params["fast"] === fast && params["slow"] === slow && params["side"] === "both");

describe("stability of a winner", () => {
  it("is the mean of its neighbours over its own score, a step away in every dimension, of the same category", () => {
    const points = pointsOf((fast, slow, side) => (side === "long" ? 100 : fast === 36 && slow === 120 ? 2 : 0.5));
    expect(stabilityOf(points, indexOf(points, 36, 120), grid)).toEqual({ ratio: 0.25, neighbours: 8, neighbourMean: 0.5, by: "grid" });
    expect(stabilityOf(points, indexOf(points, 40, 140), grid)).toMatchObject({ neighbours: 3 });
  });

  it("counts failed neighbours as the worst, and turns negative scores round", () => {
    const points = pointsOf((fast, slow) => (fast === 20 && slow === 100 ? -0.1 : fast === 24 ? null : -0.2));
    const { ratio, neighbourMean } = stabilityOf(points, indexOf(points, 20, 100), grid);
    expect([ratio, neighbourMean]).toEqual([expect.closeTo(0.5), expect.closeTo(-0.2)]);
    const apart = pointsOf((fast, slow) => (fast === 20 && slow === 100 ? 0 : -1));
    expect(stabilityOf(apart, indexOf(apart, 20, 100), grid).ratio).toBeNull();
  });

  it("takes the nearest where there are no steps", () => {
    const space = plainSpace([
      [0, 1],
      [0, 1],
    ]);
    const points = Array.from({ length: 30 }, (_, index) => ({ params: { x0: index / 30, x1: 0.5 }, score: index === 15 ? 10 : index }));
    expect(stabilityOf(points, 15, space)).toEqual({ ratio: 1.5, neighbours: 8, neighbourMean: 15, by: "nearest" });
    expect(stabilityOf(points.slice(15, 16), 0, space)).toMatchObject({ ratio: null, neighbours: 0 });
  });

  it("names the edges of the space", () => {
    expect(edgesOf({ fast: 40, slow: 60, side: "long" }, grid)).toEqual([
      { name: "fast", end: "high", value: 40 },
      { name: "slow", end: "low", value: 60 },
    ]);
    expect(edgesOf({ fast: 36, slow: 80, side: "both" }, grid)).toEqual([]);
    expect(edgesOf({ x0: 0.995 }, plainSpace([[0, 1]]))).toEqual([{ name: "x0", end: "high", value: 0.995 }]);
  });

  it("finds the plateau, not the lone peak", () => {
    const points = pointsOf((fast, slow, side) => {
      if (side === "long") return 0;
      return fast === 36 && slow === 120 ? 5 : fast >= 12 && fast <= 20 && slow >= 80 && slow <= 120 ? 1.3 : 0.2;
    });
    const plateau = bestPlateau(points, grid)!;
    expect(plateau).toEqual({ ranges: { fast: [12, 20], slow: [80, 120], side: ["both", "both"] }, mean: expect.closeTo(1.3), trials: 9 });
    expect([liesIn({ fast: 16, slow: 80, side: "both" }, plateau), liesIn({ fast: 24, slow: 80, side: "both" }, plateau)]).toEqual([
      true,
      false,
    ]);
    expect(
      bestPlateau(
        [{ params: { x0: 0.3, x1: 0.2 }, score: 1 }],
        plainSpace([
          [0, 1],
          [0, 1],
        ]),
      ),
    ).toBeNull();
  });
});

describe("trust", () => {
  const good: TrustInput = {
    trials: 100,
    deflatedSharpe: 0.97,
    luckSharpe: 0.6,
    pbo: 0.1,
    stability: 0.9,
    sharpe: { searched: 1.6, walkForward: 1.2, heldOut: 1.1 },
    heldOutTrades: 150,
    winner: "12 / 80",
    objective: "sharpe",
    neighbourMean: 1.4,
    edges: [],
    plateau: null,
  };
  const codes = (input: TrustInput) =>
    judgeTrust(input)
      .warnings.filter(({ severity }) => severity !== "info")
      .map(({ code }) => code);

  it("is good only when everything wanted is there", () => {
    expect(judgeTrust(good)).toMatchObject({ verdict: "good", trials: 100, pbo: 0.1, heldOutTrades: 150 });
    expect(codes(good)).toEqual([]);
    const lesser: Partial<TrustInput>[] = [
      { heldOutTrades: 99 },
      { pbo: null },
      { stability: 0.5 },
      { sharpe: { ...good.sharpe, heldOut: 0.7 } },
      { edges: [{ name: "fast", end: "high", value: 40 }] },
    ];
    for (const change of lesser) expect(judgeTrust({ ...good, ...change }).verdict, JSON.stringify(change)).toBe("fair");
  });

  it("is weak where luck would do as well, as the run of the design shows", () => {
    const run = judgeTrust({
      ...good,
      trials: 463,
      deflatedSharpe: 0.71,
      luckSharpe: 1.08,
      pbo: 0.38,
      stability: 0.15,
      sharpe: { searched: 1.31, walkForward: 0.86, heldOut: 0.44 },
      heldOutTrades: 41,
      winner: "36 / 120",
      neighbourMean: 0.2,
      plateau: { text: "12–20 / 80–100", held: 5, folds: 6 },
    });
    expect(run.verdict).toBe("weak");
    expect(run.text).toBe("Most of the searched result is what the best of 463 tries would show by luck.");
    expect(run.warnings.map(({ text }) => text)).toEqual([
      "A third of its Sharpe survives out of sample.",
      "36 / 120 stands alone: its neighbours show sharpe 0.20.",
      "41 trades in the hold-out: at least 100 are wanted.",
      "The deflated Sharpe is 0.71: at least 0.95 is wanted.",
      "The probability of overfitting is 38 %: at most 20 % is wanted.",
      "Plateau 12–20 / 80–100 holds in 5 of 6 folds.",
    ]);
  });

  it("is weak where nothing was held out", () => {
    const untested = judgeTrust({ ...good, sharpe: { searched: 1.6, walkForward: null, heldOut: null }, heldOutTrades: null });
    expect([untested.verdict, untested.warnings.some(({ code }) => code === "NO_HOLD_OUT")]).toEqual(["weak", true]);
  });

  it.each<[Partial<TrustInput>, string]>([
    [{ winner: null }, "No trial finished inside the constraints"],
    [{ deflatedSharpe: null }, "too little data"],
    [{ deflatedSharpe: 0.3 }, "luck cannot be ruled out"],
    [{ pbo: 0.7 }, "In 70 % of the splits"],
    [{ sharpe: { searched: 1.6, walkForward: 1, heldOut: -0.1 } }, "loses in the hold-out"],
    [{ sharpe: { searched: -0.2, walkForward: null, heldOut: null } }, "did not earn"],
  ])("is none with %o", (change, text) => {
    const { verdict, text: reason } = judgeTrust({ ...good, ...change });
    expect([verdict, reason]).toEqual(["none", expect.stringContaining(text)]);
  });

  it("names a minimised objective by its metric", () => {
    const lone = judgeTrust({ ...good, stability: 0.4, objective: "-maxDrawdown", neighbourMean: -0.25 });
    expect(lone.warnings.find(({ code }) => code === "LONE_PEAK")?.text).toBe(
      "12 / 80 stands alone: its neighbours show maxDrawdown 0.25.",
    );
  });

  it("measures what survives by the hold-out, else the walk-forward", () => {
    expect(survivalOf({ searched: 2, walkForward: 1, heldOut: 0.5 })).toBe(0.25);
    expect(survivalOf({ searched: 2, walkForward: 1, heldOut: null })).toBe(0.5);
    expect(survivalOf({ searched: 0, walkForward: 1, heldOut: 1 })).toBeNull();
  });
});

describe("walk-forward windows", () => {
  const DAY_MS = 86_400_000;
  const options = { intervalMs: DAY_MS, minTrainBars: 20, minTestBars: 5 };
  const spec = { mode: "rolling" as const, count: 4, testShare: 0.25, embargoMs: DAY_MS };
  const days = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => [fromMs / DAY_MS, toMs / DAY_MS];

  it("cuts by hand, rolling and anchored", () => {
    const rolling = planWindows({ fromMs: 0, toMs: 201 * DAY_MS }, spec, options);
    expect(rolling.map(({ train }) => days(train))).toEqual([
      [0, 100],
      [25, 125],
      [50, 150],
      [75, 175],
    ]);
    expect(rolling.map(({ test }) => days(test))).toEqual([
      [101, 126],
      [126, 151],
      [151, 176],
      [176, 201],
    ]);
    const anchored = planWindows({ fromMs: 0, toMs: 201 * DAY_MS }, { ...spec, mode: "anchored" }, options);
    expect(anchored.map(({ train }) => days(train))).toEqual([
      [0, 100],
      [0, 125],
      [0, 150],
      [0, 175],
    ]);
    expect(anchored.map(({ test }) => test)).toEqual(rolling.map(({ test }) => test));
  });

  it("holds the newest share out", () => {
    const range = { fromMs: 0, toMs: 100 * DAY_MS };
    const split = splitHoldOut(range, 0.2, options, DAY_MS);
    expect([days(split.searched), days(split.heldOut!)]).toEqual([
      [0, 79],
      [80, 100],
    ]);
    expect(splitHoldOut(range, 0, options, DAY_MS)).toEqual({ searched: range, heldOut: null });
  });

  it("says how long a range would have to be, and that length does", () => {
    const short = { fromMs: 0, toMs: 30 * DAY_MS };
    expect(() => planWindows(short, spec, options)).toThrow(
      "data: expected at least 43 days for 4 folds with an embargo of 1 days, got 30 days",
    );
    expect(planWindows({ fromMs: 0, toMs: 43 * DAY_MS }, spec, options)).toHaveLength(4);
    expect(() => splitHoldOut(short, 0.5, options)).toThrow(expect.objectContaining({ type: "RANGE_TOO_SHORT" }));
    expect(() => splitHoldOut({ fromMs: 5, toMs: 5 }, 0, options)).toThrow("data: expected a range of time");
  });
});
