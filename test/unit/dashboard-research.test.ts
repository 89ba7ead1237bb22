/** The Research view's pure models: form, command line, heat-map, front, curves, chart windows, marks, words for runs. */
import { existsSync, readFileSync } from "node:fs";
import { Command } from "commander";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FoldOptions, searchFrom, type SearchOptions, withFoldOptions, withSearchOptions } from "../../cli/jobs/search-options.ts";
import { withJobOptions, withResumeOptions } from "../../cli/jobs/job-options.ts";
import { type BacktestOptions, parsedSpec, withBacktestOptions } from "../../cli/research/backtest-options.ts";
import { isFinest, placesFor, windowInSight, windowOf } from "../../dashboard/src/model/research/chart-window.ts";
import { commandLine } from "../../dashboard/src/model/research/cli.ts";
import { drawdownShares, growthShare, logGrowth, roundGrowth } from "../../dashboard/src/model/research/curves.ts";
import { FIRST_DRAFT, paramDrafts, type RunDraft } from "../../dashboard/src/model/research/draft.ts";
import { barsOf, estimate } from "../../dashboard/src/model/research/estimate.ts";
import { gridPoints, readDraft } from "../../dashboard/src/model/research/form.ts";
import { frontOf } from "../../dashboard/src/model/research/front.ts";
import {
  COLUMNS_MAX,
  heatMap,
  type HeatTrial,
  LEVELS,
  levelOf,
  spaceValues,
  variedParams,
} from "../../dashboard/src/model/research/heat-map.ts";
import { metricOrder, metricText } from "../../dashboard/src/model/research/metric-names.ts";
import { bestText, duration, stateText } from "../../dashboard/src/model/research/runs.ts";
import { tradeMarks } from "../../dashboard/src/model/research/trade-marks.ts";
import { searchSpec } from "../../domain/contract/research/search.ts";
import { backtestSpec } from "../../domain/contract/research/spec.ts";
import type { ResearchDataSet, ResearchRun, ResearchTrade, ResearchTrial, TradeChart } from "../../domain/contract/views/research.ts";
import { toFields } from "../../domain/strategy/param-values.ts";
import smaCross from "../../strategies/sma-cross/sma-cross.ts";

const FILE = "../shared/data/candles/binance-btcusdt-1h-2017-2024.csv.gz";
const FIELDS = toFields(smaCross);
const DAY_MS = 86_400_000;

const draft = (over: Partial<RunDraft> = {}): RunDraft => ({
  ...FIRST_DRAFT,
  strategy: "sma-cross",
  data: [FILE],
  params: paramDrafts(FIELDS),
  ...over,
});

describe("the form", () => {
  it("asks for what the contract takes, with the contract's own defaults", () => {
    const read = readDraft(draft(), FIELDS);
    expect(read.wrong).toEqual({});
    expect(read.search).toBeNull();
    const bare = backtestSpec.parse({ strategies: [{ strategy: "sma-cross" }], data: { files: [FILE] } });
    const asked = backtestSpec.parse(read.backtest);
    expect({ ...asked, strategies: [] }).toEqual({ ...bare, strategies: [] });
    expect(asked.strategies[0]?.params).not.toHaveProperty("interval");
  });

  it("turns days into the moments they begin and end", () => {
    const { backtest } = readDraft(draft({ fromDay: "2020-01-01", toDay: "2020-12-31" }), FIELDS);
    expect(backtest.data).toMatchObject({ fromMs: Date.UTC(2020, 0, 1), toMs: Date.UTC(2021, 0, 1) });
  });

  it.each([
    [{ takerFeeBps: "x" }, "taker fee", "a number"],
    [{ cash: "0" }, "cash", "an amount above 0"],
    [{ fromDay: "1.1.2020" }, "from", "a day such as 2024-01-31"],
    [{ fromDay: "2020-13-01" }, "from", "a day such as 2024-01-31"],
    [{ fromDay: "2021-01-01", toDay: "2020-01-01" }, "to", "a day not before from"],
    [{ data: [] }, "data", "at least one data set"],
    [{ leverage: "126" }, "leverage", "1 to 125"],
    [{ slippage: "fixed", slippageValue: "" }, "slippage", "a number"],
    [{ kind: "optimise", holdOutPercent: "60" }, "hold-out", "0 to 50"],
    [{ kind: "optimise", method: "bayes", trials: "2.5" }, "trials", "a whole number"],
    [{ kind: "optimise", constraint: "trades > 3" }, "constraint", "such as trades >= 30"],
  ] as [Partial<RunDraft>, string, string][])("names what is wrong: %j", (over, field, expected) => {
    expect(readDraft(draft(over), FIELDS).wrong[field]).toBe(expected);
  });

  it("refuses a parameter outside of its range and a range that runs backwards", () => {
    const params = paramDrafts(FIELDS);
    const fast = { ...params["fast"]!, searched: true, from: "20", to: "10", step: "2" };
    expect(readDraft(draft({ kind: "optimise", params: { ...params, fast } }), FIELDS).wrong["fast to"]).toBe("at least from, 20");
    const wild = { ...params, fast: { ...params["fast"]!, value: "100000" } };
    expect(readDraft(draft({ params: wild }), FIELDS).wrong["fast"]).toMatch(/^at most/);
  });

  it("searches the first two whole numbers, inside their ranges, and counts the grid", () => {
    const { search, wrong } = readDraft(draft({ kind: "optimise" }), FIELDS);
    expect(wrong).toEqual({});
    expect(Object.keys(search!.space)).toEqual(["fast", "slow"]);
    const parsed = searchSpec.parse(search);
    expect(parsed.trials).toBe(gridPoints(parsed.space));
    expect(parsed.trials).toBeGreaterThan(10);
  });

  it("can search every number from where its range begins", () => {
    const params = paramDrafts(FIELDS);
    const all = Object.fromEntries(FIELDS.map(({ name, type }) => [name, { ...params[name]!, searched: type !== "interval" }]));
    const { search, wrong } = readDraft(draft({ kind: "optimise", method: "random", params: all }), FIELDS);
    expect(wrong).toEqual({});
    expect(search!.space).toMatchObject({ allocation: { from: 0, to: 1, step: 0.1 }, side: { values: ["long", "both"] } });
  });

  it("counts a step that meets the end up to rounding", () => {
    expect(gridPoints({ a: { from: 0.1, to: 0.3, step: 0.1, log: false }, b: { values: ["x", "y"] } })).toBe(6);
  });
});

describe("the command line", () => {
  const parsed = (line: string, add: (command: Command) => Command): { options: unknown; strategy: string } => {
    const [program, , strategy = "", ...flags] = shellWords(line);
    expect(program).toBe("dsta");
    const command = add(new Command().exitOverride());
    command.parse(flags, { from: "user" });
    return { options: command.opts(), strategy };
  };

  it("means the same backtest to the CLI", () => {
    const over = {
      fromDay: "2020-01-01",
      toDay: "2020-12-31",
      slippage: "square-root",
      slippageValue: "0.5",
      latencyMs: "45",
      closeAtEnd: true,
    } as const;
    const read = readDraft(draft({ ...over, market: "spot", sizeAt: "decision", fill: "close", seed: "it's 7" }), FIELDS);
    const { options, strategy } = parsed(commandLine(read), withBacktestOptions);
    expect(existsSync(FILE)).toBe(true);
    expect(parsedSpec(strategy, options as BacktestOptions)).toEqual(backtestSpec.parse(read.backtest));
  });

  it.each(["none", "rolling", "anchored"] as const)("means the same search to the CLI, folds %s", (folds) => {
    const over = {
      kind: "optimise",
      folds,
      constraint: "trades >= 30",
      objectives: "sharpe,-maxDrawdown",
      prune: true,
      method: "nsga2",
    } as const;
    const read = readDraft(draft({ ...over, embargoDays: "0" }), FIELDS);
    const line = commandLine(read);
    expect(line).toContain(folds === "none" ? "dsta optimize" : "dsta walk-forward");
    const add = (command: Command): Command =>
      withResumeOptions(
        withJobOptions(withBacktestOptions(folds === "none" ? withSearchOptions(command) : withFoldOptions(withSearchOptions(command)))),
      );
    const { options, strategy } = parsed(line, add);
    const search = searchFrom(strategy, options as SearchOptions, folds === "none" ? null : (options as FoldOptions));
    expect(search).toEqual(searchSpec.parse(read.search));
  });
});

/** Words of a POSIX command line with single quotes only. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([word]) => word.replaceAll(/'([^']*)'|\\(')/g, "$1$2"));
}

describe("the estimate", () => {
  const set = (rows: number): ResearchDataSet => ({
    name: "a",
    venue: "v",
    symbols: ["BTC/USDT"],
    intervalMs: 3_600_000,
    fromMs: 0,
    toMs: 100 * DAY_MS,
    rows,
    sizeBytes: 1,
    kind: "bars",
    problems: [],
  });

  it("takes the share of the time for the share of the bars", () => {
    expect(barsOf([set(2_400)], 50 * DAY_MS, undefined)).toBe(1_200);
    expect(barsOf([set(2_400)], 200 * DAY_MS, undefined)).toBe(0);
  });

  it("says trials × bars × folds and how long such a run took", () => {
    const read = readDraft(draft({ kind: "optimise", folds: "rolling", method: "random", trials: "93" }), FIELDS);
    const like = { barsPerSecond: 5_400_000, workers: 4 } as ResearchRun;
    expect(estimate(read, [set(964_800)], [like])).toEqual({
      work: "93 trials × 964,800 bars × 6 folds",
      time: "about 1 m 40 s at 5.4 M bars/s, 4 workers, seed dsta",
    });
  });
});

const cells = (values: readonly (number | null)[][]): HeatTrial[] =>
  values.flatMap((row, y) => row.map((value, x) => ({ params: { x, y }, value, skipped: value === null })));

describe("the heat-map", () => {
  it("puts trials where their params say, with the lowest row first", () => {
    const map = heatMap(
      cells([
        [1, 2],
        [3, null],
      ]),
      "x",
      "y",
    );
    expect(map.cells.map((row) => row.map((cell) => cell?.value))).toEqual([
      [1, 2],
      [3, null],
    ]);
    expect(map.cells[1]?.[1]).toEqual({ value: null, trials: 1, skipped: 1 });
    expect([map.x.labels, map.low, map.high]).toEqual([["0", "1"], 1, 3]);
  });

  it("frames the block of neighbours with the best mean, not the highest cell", () => {
    const flat = Array.from({ length: 6 }, () => Array.from({ length: 6 }, () => 0));
    for (const y of [1, 2, 3]) for (const x of [1, 2, 3]) flat[y]![x] = 1;
    flat[5]![5] = 1.7;
    const map = heatMap(cells(flat), "x", "y");
    expect(map.plateau).toMatchObject({ left: 1, right: 3, bottom: 1, top: 3, mean: 1 });
    expect(map.lonePeak).toEqual({ x: 5, y: 5 });
  });

  it("takes the mean over the other params", () => {
    const trials = [1, 3].map((value, z) => ({ params: { x: 1, y: 1, z }, value, skipped: false }));
    expect(heatMap(trials, "x", "y").cells[0]?.[0]).toEqual({ value: 2, trials: 2, skipped: 0 });
  });

  it("shows what is still to be tried when the space is known", () => {
    const space = spaceValues({ x: { from: 0.1, to: 0.5, step: 0.1, log: false }, y: { values: ["a", "b"] } });
    const map = heatMap([{ params: { x: 0.3, y: "b" }, value: 1, skipped: false }], "x", "y", space);
    expect([map.x.labels, map.y.labels]).toEqual([
      ["0.1", "0.2", "0.3", "0.4", "0.5"],
      ["a", "b"],
    ]);
    expect(map.cells.flat().filter((cell) => cell !== null)).toHaveLength(1);
  });

  it("bins more values than there is room for, and loses none", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ x: fc.double({ min: -5, max: 5, noNaN: true }), value: fc.double({ noNaN: true, min: -9, max: 9 }) }), {
          minLength: 1,
          maxLength: 60,
        }),
        (rows) => {
          const map = heatMap(
            rows.map(({ x, value }) => ({ params: { x }, value, skipped: false })),
            "x",
            null,
          );
          expect(map.x.labels.length).toBeLessThanOrEqual(COLUMNS_MAX);
          expect(map.cells.flat().reduce((sum, cell) => sum + (cell?.trials ?? 0), 0)).toBe(rows.length);
          for (const cell of map.cells.flat())
            if (cell?.value !== null && cell?.value !== undefined) expect(levelOf(map, cell.value)).toBeLessThan(LEVELS);
        },
      ),
      { seed: 4 },
    );
  });

  it("finds the params that vary when the space is not known", () => {
    expect(variedParams([{ params: { a: 1, b: 2 } }, { params: { a: 1, b: 3 } }], null)).toEqual(["b"]);
    expect(variedParams([], ["a", "b"])).toEqual(["a", "b"]);
  });
});

describe("the front", () => {
  const trial = (number: number, sharpe: number, maxDrawdown: number, over: Partial<ResearchTrial> = {}): ResearchTrial => ({
    trial: number,
    fold: null,
    params: {},
    state: "done",
    reason: null,
    objectives: [],
    metrics: { sharpe, maxDrawdown },
    feasible: true,
    onFront: false,
    ...over,
  });

  it("keeps those that no other trial beats in both", () => {
    const trials = [trial(1, 1, 0.1), trial(2, 2, 0.2), trial(3, 0.9, 0.15), trial(4, 1.5, 0.2), trial(5, 3, 0.05, { feasible: false })];
    const front = frontOf(trials, ["sharpe"]);
    expect(front.front.map((point) => point.trial.trial)).toEqual([2, 1]);
    expect(front.points).toHaveLength(5);
    expect([front.x.label, front.y.label]).toEqual(["drawdown", "Sharpe"]);
  });

  it("leaves out what has no value or did not finish", () => {
    const skipped = trial(1, 1, 0.1, { state: "skipped" });
    expect(frontOf([skipped, trial(2, 1, 0.1, { metrics: { sharpe: null, maxDrawdown: 0.1 } })], ["sharpe"]).points).toEqual([]);
  });
});

describe("curves", () => {
  const points = [100, 120, 90, 150].map((value, time) => ({ time, value }));

  it("grow from where they began and fall from their peak", () => {
    expect(logGrowth(points).map((log) => Number(growthShare(log).toFixed(9)))).toEqual([0, 0.2, -0.1, 0.5]);
    expect(drawdownShares(points).map((share) => Number(share.toFixed(9)))).toEqual([0, 0, -0.25, 0]);
  });

  it("draws a curve that lost everything at its floor", () => {
    expect(
      growthShare(
        logGrowth([
          { time: 0, value: 10 },
          { time: 1, value: 0 },
        ])[1]!,
      ),
    ).toBeCloseTo(-0.999);
  });

  it("has grid lines at round percents that stay apart, 0 % among them", () => {
    fc.assert(
      fc.property(fc.double({ min: -4, max: -0.001, noNaN: true }), fc.double({ min: 0.001, max: 6, noNaN: true }), (low, high) => {
        const splits = roundGrowth(low, high, 5);
        expect(splits.some((log) => Math.abs(log) < 1e-9)).toBe(true);
        for (const [at, log] of splits.entries()) {
          expect(log).toBeGreaterThanOrEqual(low - 1e-9);
          expect(log).toBeLessThanOrEqual(high + 1e-9);
          if (at > 0) expect(log - splits[at - 1]!).toBeGreaterThan((high - low) / 6 - 1e-9);
        }
      }),
      { seed: 4 },
    );
  });
});

const chart = (over: Partial<TradeChart> = {}): TradeChart => ({
  symbol: "BTC/USDT",
  intervalMs: 10,
  bars: Array.from({ length: 100 }, (_, at) => ({ time: at * 10, open: 1, high: 1, low: 1, close: 1, volume: 1 })),
  markers: [],
  ...over,
});

describe("the window of the trade chart", () => {
  const whole = { fromMs: 0, toMs: 10_000 };

  it("asks for less time when the person looks closer, until the bars are the data's own", () => {
    expect(windowInSight(chart(), 20, 60, 120, whole)).toEqual({ fromMs: 200, toMs: 600 });
    expect(isFinest(chart(), 300)).toBe(true);
    expect(windowInSight(chart(), 20, 60, 300, whole)).toBeNull();
  });

  it("asks for what lies beside the bars, not past the run", () => {
    expect(windowInSight(chart(), 60, 160, 300, whole)).toEqual({ fromMs: 600, toMs: 1_600 });
    expect(windowInSight(chart(), -80, 99, 120, whole)).toBeNull();
  });

  it("asks nothing for a small move", () => {
    expect(windowInSight(chart(), 2, 97, 120, whole)).toBeNull();
  });

  it("stands around a trade with room at both sides", () => {
    const trade = { entryTime: 1_000_000, exitTime: 1_100_000, bars: 10 } as ResearchTrade;
    expect(windowOf(trade, 1)).toEqual({ fromMs: 700_000, toMs: 1_400_000 });
  });

  it("shows prices of every size with their digits", () => {
    expect([67_412.6, 1.5, 0.000012].map(placesFor)).toEqual([1, 5, 8]);
  });

  it("keeps marks apart and loses none of them", () => {
    const markers = Array.from({ length: 100 }, (_, at) => ({
      time: at * 10,
      price: 1,
      side: at % 2 === 0 ? ("buy" as const) : ("sell" as const),
      count: 1,
      pnl: at % 2 === 0 ? null : 1,
      text: "",
    }));
    const marks = tradeMarks(chart({ markers }), 12);
    expect(marks.length).toBe(24);
    const counted = (side: string): number =>
      marks.filter((one) => one.side === side).reduce((sum, { text }) => sum + Number(/×(\d+)/.exec(text)?.[1] ?? 1), 0);
    expect([counted("buy"), counted("sell")]).toEqual([50, 50]);
    expect(tradeMarks(chart({ markers: markers.slice(0, 2) }), 12).map(({ text }) => text)).toEqual(["B", "+1.00"]);
  });
});

describe("words for runs", () => {
  it("writes durations in two units", () => {
    expect([940, 68_000, 3_900_000, 273_600_000].map(duration)).toEqual(["0.9 s", "1 m 08 s", "1 h 05 m", "3 d 04 h"]);
    expect(duration(59_900)).toBe("1 m 00 s");
  });

  it("counts trials out and says the share of many bars", () => {
    expect(stateText({ state: "running", done: 59, total: 93 } as ResearchRun)).toBe("59 of 93");
    expect(stateText({ state: "running", done: 500, total: 2_000 } as ResearchRun)).toBe("25 %");
    expect(stateText({ state: "queued", done: 0, total: 0 } as ResearchRun)).toBe("queued");
  });

  it("names the best by its numbers", () => {
    expect(bestText({ fast: 12, slow: 80, side: "long" })).toBe("12 / 80");
    expect(bestText({ fast: 12, slow: 80 }, ["slow"])).toBe("80");
    expect(bestText(null)).toBe("—");
  });

  it("writes metrics as what they are, in the order of all reports", () => {
    expect(metricText("totalReturn", -0.29)).toBe("−29.0 %");
    expect(metricText("maxDrawdown", 0.072)).toBe("7.2 %");
    expect(metricText("sharpe", null)).toBe("—");
    expect(metricOrder(["trades", "own", "sharpe"])).toEqual(["sharpe", "trades", "own"]);
  });
});

describe("the ramp of the heat-map", () => {
  const css = readFileSync("dashboard/src/style/tokens.css", "utf8");
  const blocks = { dark: css.slice(0, css.indexOf('[data-theme="light"]')), light: css.slice(css.indexOf('[data-theme="light"]')) };

  it.each(["dark", "light"] as const)("is read at 4.5:1 or better on every step, %s", (theme) => {
    const colour = (name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(blocks[theme])![1]!;
    for (let level = 0; level < LEVELS; level += 1) {
      const ratio = contrast(colour(`heat${level}`), colour(level >= 5 ? "onheat-high" : "onheat"));
      expect(ratio, `step ${level}`).toBeGreaterThanOrEqual(4.5);
    }
  });
});

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
