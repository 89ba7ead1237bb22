/** Searches of the command line killed in the middle and resumed, stopped by Ctrl-C, and refused with a clear word. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { SearchReport } from "../../domain/contract/views/research.ts";
import { CliProcess, endAll, HOURS, OWN, results } from "./jobs-floor.ts";

const folders: string[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsta-jobs-"));
  folders.push(folder);
});

afterAll(async () => {
  await endAll();
  await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })));
});

const SPACE = ["--space", "fast=5:40:5", "slow=50:200:25"];
const GRID = ["optimize", "sma-cross", "--data", HOURS, "--symbol", "BTC/USDT", ...SPACE, "--workers", "2", "--json"];
const BAYES = [...GRID, "--method", "bayes", "--trials", "24", "--from", "2021-01-01"];

function run(args: readonly string[]): CliProcess {
  return new CliProcess(folder, args);
}

async function killedAndResumed(args: readonly string[], lines: number, signal: NodeJS.Signals) {
  const place = join(folder, "cut");
  await mkdir(place);
  const trials = join(place, "trials.jsonl");
  const first = run([...args, "--run", place]);
  await first.wrote(place, trials, lines);
  first.kill(signal);
  const end = await first.ended;
  const before = readFileSync(trials, "utf8");
  const again = await run([...args, "--run", place, "--resume"]).ended;
  return { end, before, again, after: readFileSync(trials, "utf8"), place };
}

function keysIn(text: string): string[] {
  const lines = text
    .split("\n")
    .slice(1)
    .filter((line) => line !== "");
  return lines
    .map((line) => JSON.parse(line) as { part: string; fold: number | null; trial: number })
    .map(({ part, fold, trial }) => `${part}/${fold}/${trial}`);
}

describe("dsta optimize", () => {
  it.each([
    ["grid", GRID],
    ["bayes", BAYES],
  ])("goes on after kill -9 and ends with the report of a run that was never killed: %s", async (_, args) => {
    const whole = await run([...args, "--run", join(folder, "whole")]).ended;
    expect(whole.code).toBe(0);
    const { end, before, again, after } = await killedAndResumed(args, 6, "SIGKILL");
    expect(end).toMatchObject({ signal: "SIGKILL", out: "" });
    expect(again.code, again.err).toBe(0);
    expect(results(JSON.parse(again.out) as SearchReport)).toEqual(results(JSON.parse(whole.out) as SearchReport));
    const kept = before.slice(0, before.lastIndexOf("\n") + 1);
    expect(keysIn(kept).length).toBeGreaterThanOrEqual(5);
    expect(keysIn(kept).length).toBeLessThan(keysIn(after).length);
    expect(after.startsWith(kept)).toBe(true);
    expect(new Set(keysIn(after)).size).toBe(keysIn(after).length);
  });

  it("ends with 130 on Ctrl-C, says how to go on, and refuses to start over by accident", async () => {
    const { end, again, place } = await killedAndResumed(GRID, 4, "SIGINT");
    expect(end).toMatchObject({ code: 130, out: "", err: expect.stringMatching(/stopped.*--resume/) });
    expect(again.code, again.err).toBe(0);
    await rm(join(place, "report.json"));
    expect(await run([...GRID, "--run", place]).ended).toMatchObject({ code: 2, err: expect.stringMatching(/--resume.*--fresh/) });
  });

  it("is one process at a time: a second one, with whatever flag, is told who has the run", async () => {
    const place = join(folder, "shared");
    await mkdir(place);
    const first = run([...GRID.filter((arg) => !SPACE.includes(arg)), "--space", "fast=5:40:1", "slow=50:200:1", "--run", place]);
    await first.wrote(place, join(place, "trials.jsonl"), 3);
    for (const flags of [[], ["--resume"], ["--fresh"]]) {
      const second = await run([...GRID, "--run", place, ...flags]).ended;
      expect(second).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/shared: process \d+ is at this run/) });
    }
    first.kill("SIGINT");
    expect(await first.ended).toMatchObject({ code: 130 });
    const keys = keysIn(readFileSync(join(place, "trials.jsonl"), "utf8"));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("does not end well when every trial failed", async () => {
    const own = fileURLToPath(OWN);
    const place = join(folder, "failed");
    const args = [
      "optimize",
      "moody",
      "--strategies",
      own,
      "--param",
      "mood=throws",
      "--data",
      HOURS,
      "--symbol",
      "BTC/USDT",
      "--run",
      place,
    ];
    const { code, out, err } = await run([...args, "--from", "2024-01-01", "--space", "fast=4:8:4", "--json"]).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/dsta: all 2 trials failed, the first with: .*boom at bar 500/);
    expect((JSON.parse(out) as SearchReport).best).toBeNull();
  });

  it("refuses to go on with another spec", async () => {
    const place = join(folder, "run");
    const few = [
      "optimize",
      "sma-cross",
      "--data",
      HOURS,
      "--symbol",
      "BTC/USDT",
      "--from",
      "2024-01-01",
      "--run",
      place,
      "--resume",
      "--space",
    ];
    expect(await run([...few, "fast=5:10:5"]).ended).toMatchObject({ code: 0 });
    expect(await run([...few, "fast=5:15:5"]).ended).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/another spec/) });
  });

  it("finds its own run again by what was asked, and writes report, spec and trials there", async () => {
    const args = [
      "walk-forward",
      "sma-cross",
      "--data",
      HOURS,
      "--symbol",
      "BTC/USDT",
      "--from",
      "2023-01-01",
      "--folds",
      "2",
      "--space",
      "fast=10:20:10",
      "--report",
      "out.html",
    ];
    const { code, out } = await run(args).ended;
    expect(code).toBe(0);
    expect(out).toMatch(/Winner of 2 trials[\s\S]*FOLD[\s\S]*How far to trust it/);
    const [id] = readdirSync(join(folder, "research"));
    expect(id).toMatch(/^wf-/);
    expect(readdirSync(join(folder, "research", id!)).toSorted()).toEqual(["lock", "report.json", "spec.json", "trials.jsonl"]);
    expect(readFileSync(join(folder, "out.html"), "utf8")).toMatch(/^<!doctype html>/i);
    await run([...args, "--resume"]).ended;
    expect(readdirSync(join(folder, "research"))).toEqual([id]);
  });
});

describe("dsta monte-carlo and validate", () => {
  it.each(["trade-order", "block-bootstrap", "candle-bootstrap"])("gives equal quantiles for any number of workers: %s", async (method) => {
    const args = [
      "monte-carlo",
      "sma-cross",
      "--data",
      HOURS,
      "--symbol",
      "BTC/USDT",
      "--from",
      "2024-01-01",
      "--paths",
      "40",
      "--mc-method",
      method,
      "--json",
    ];
    const [one, two] = [await run([...args, "--workers", "1"]).ended, await run([...args, "--workers", "2"]).ended];
    const { run: first, ...report } = JSON.parse(one.out) as { run: { hash: string } };
    expect(JSON.parse(two.out)).toMatchObject({ ...report, run: { hash: first.hash } });
    expect(report).toMatchObject({ method, paths: 40 });
  });

  it("says of every check whether it passed", async () => {
    const { code, out } = await run(["validate", "sma-cross", "--data", HOURS, "--symbol", "BTC/USDT", "--from", "2024-01-01", "--json"])
      .ended;
    expect(code).toBe(0);
    const { checks } = JSON.parse(out) as { checks: { name: string; verdict: string }[] };
    expect(checks).toHaveLength(10);
    expect(checks[0]).toMatchObject({ name: "look-ahead", verdict: "pass" });
  });
});

describe("bad input", () => {
  const base = (more: readonly string[], strategy = "sma-cross") => ["optimize", strategy, "--symbol", "BTC/USDT", ...more];
  const good = ["--data", HOURS, "--space", "fast=5:10:5"];

  it.each([
    ["unknown strategy", base(good, "sma-crass"), /sma-crass.*sma-cross/],
    ["unknown parameter", base(["--data", HOURS, "--space", "fats=5:10:5"]), /space\.fats.*fast/],
    ["range outside the declaration", base(["--data", HOURS, "--space", "fast=0:10:5"]), /space\.fast/],
    ["space that is none", base(["--data", HOURS, "--space", "fast:5"]), /--space/],
    ["objective that is no metric", base([...good, "--objective", "sharp"]), /sharp/],
    ["constraint that is none", base([...good, "--constraint", "trades > 3"]), /--constraint.*trades >= 30/],
    ["grid above the trials", base(["--data", HOURS, "--space", "fast=5:40:1", "slow=50:200:1", "--trials", "10"]), /trials/],
    ["missing file", base(["--data", "nothing.csv", "--space", "fast=5:10:5"]), /nothing\.csv/],
    ["report of another kind", base([...good, "--report", "out.doc"]), /--report.*\.html/],
    [
      "too little data for the folds",
      ["walk-forward", "sma-cross", "--symbol", "BTC/USDT", ...good, "--from", "2024-04-01", "--folds", "50"],
      /days/,
    ],
  ])("is told in one line with its field: %s", async (_, args, message) => {
    const { code, out, err } = await run(args).ended;
    expect(code).toBeGreaterThan(0);
    expect(out).toBe("");
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(err.trim().split("\n").length).toBeLessThanOrEqual(2);
  });

  it("is told of malformed and empty data", async () => {
    await writeFile(join(folder, "empty.csv"), "");
    await writeFile(join(folder, "bad.csv"), "time,open,high,low,close,volume\nnever,1,2,3,4,5\n");
    for (const file of ["empty.csv", "bad.csv"]) {
      const { code, out, err } = await run(["optimize", "sma-cross", "--data", file, "--symbol", "BTC/USDT", "--space", "fast=5:10:5"])
        .ended;
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toContain(file);
      expect(err).not.toMatch(/\n\s+at /);
    }
    expect(existsSync(join(folder, "research", "report.json"))).toBe(false);
  });
});
