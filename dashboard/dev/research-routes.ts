/** SAMPLE ANSWERS of the research routes, for developing the page. A started run works for a while and ends. Never used by the product. */
import type { ResearchRun } from "../../domain/contract/views/research.ts";
import type { Answer } from "./routes.ts";
import {
  backtestReport,
  chart,
  DATA,
  FROM_MS,
  monteCarloReport,
  runRow,
  searchReport,
  TO_MS,
  trades,
  trialRows,
  validationReport,
} from "./sample-research.ts";
import { START_MS } from "./sample-rows.ts";

const ok = (body: unknown, status = 200): Answer => ({ status, body });
const refuse = (status: number, type: string, message: string): Answer => ({
  status,
  body: { error: { type, message, retryable: false, data: {} } },
});
const WORK_MS = 20_000;

export class SampleResearch {
  #runs: ResearchRun[];
  readonly #startedMs = new Map<string, number>();
  #next = 419;

  constructor(empty = false) {
    this.#runs = empty ? [] : sampleRuns();
    if (!empty) this.#startedMs.set("418", Date.now() - 0.6 * WORK_MS);
  }

  /** As the stream carries them. */
  rows(): Record<string, ResearchRun> {
    return Object.fromEntries(this.#present().map((row) => [row.id, row]));
  }

  /** Null for a path that is not of research. */
  answer(method: string, path: string, body: Readonly<Record<string, unknown>>): Answer | null {
    const [name = "", query = ""] = path.split("?");
    const asked = new URLSearchParams(query);
    if (name === "research/data") return ok({ items: DATA });
    if (name === "backtest/runs") return ok({ items: this.#present(), next: null });
    if (name === "backtest/compare") return ok(this.#compare((asked.get("runs") ?? "").split(",")));
    if (method === "POST" && /^backtest\/(run|optimize|monte-carlo|validate)$/.test(name)) return this.#start(name.slice(9), body);
    const one = /^backtest\/([^/]+)(?:\/(\w+))?$/.exec(name);
    if (one === null) return null;
    const run = this.#present().find((row) => row.id === one[1]);
    if (run === undefined) return refuse(404, "NOT_FOUND", `run ${one[1]} does not exist`);
    return this.#ofRun(run, one[2] ?? "", asked);
  }

  #ofRun(run: ResearchRun, what: string, asked: URLSearchParams): Answer {
    const number = (key: string, otherwise: number): number => Number(asked.get(key) ?? otherwise);
    const [from, limit] = [number("from", 0), number("limit", 1_000)];
    switch (what) {
      case "":
        return ok(run);
      case "results":
        return ok(reportOf(run));
      case "trades":
        return ok({ items: trades().slice(from, from + limit), total: 312 });
      case "trials":
        return ok({ items: trialRows(Math.round((run.done / run.total) * 100)).slice(from, from + limit), total: run.done });
      case "chart":
        return ok(chart(Math.max(FROM_MS, number("fromMs", FROM_MS)), Math.min(TO_MS, number("toMs", TO_MS)), number("points", 1_000)));
      case "cancel":
        this.#change(run.id, { state: "cancelled", endedAtMs: START_MS, running: 0, etaMs: null });
        return ok(run);
      case "resume":
        this.#startedMs.set(run.id, Date.now());
        this.#change(run.id, { state: "running", endedAtMs: null });
        return ok({ id: run.id, state: "running" }, 202);
      default:
        return refuse(404, "NOT_FOUND", `no route ${what}`);
    }
  }

  #start(what: string, body: Readonly<Record<string, unknown>>): Answer {
    const id = String(this.#next);
    this.#next += 1;
    const kind = what === "run" ? "backtest" : (what as ResearchRun["kind"]);
    const total = kind === "optimize" ? Number(body["trials"]) : 964_800;
    this.#startedMs.set(id, Date.now());
    const row = runRow(id, {
      kind,
      state: "running",
      title: `sma-cross, ${kind}`,
      done: 0,
      total,
      metrics: null,
      bestParams: null,
      heldOut: null,
    });
    this.#runs = [{ ...row, deflatedSharpe: null, endedAtMs: null, skipped: 0 }, ...this.#runs];
    return ok({ id, state: "queued" }, 202);
  }

  #change(id: string, part: Partial<ResearchRun>): void {
    this.#runs = this.#runs.map((row) => (row.id === id ? { ...row, ...part } : row));
  }

  #present(): ResearchRun[] {
    this.#runs = this.#runs.map((row) => {
      if (row.state !== "running") return row;
      const share = Math.min(1, (Date.now() - (this.#startedMs.get(row.id) ?? 0)) / WORK_MS);
      const done = Math.round(row.total * share);
      if (share < 1) return { ...row, done, running: 4, etaMs: (1 - share) * WORK_MS };
      const end = { metrics: { sharpe: 1.31, maxDrawdown: 0.084, trades: 312 }, bestParams: { fast: 12, slow: 80 } };
      return { ...row, ...end, state: "done" as const, done, running: 0, etaMs: null, endedAtMs: START_MS };
    });
    return this.#runs;
  }

  #compare(ids: readonly string[]): object {
    const runs = ids.flatMap((id) => this.#runs.filter((row) => row.id === id));
    return {
      runs,
      differences: [{ field: "taker fee", values: runs.map((_, at) => `${4 + at} bp`) }],
      metrics: ["totalReturn", "sharpe", "maxDrawdown", "trades"].map((name) => ({
        name,
        values: runs.map((run) => run.metrics?.[name] ?? null),
      })),
      equity: runs.map((run) => ({
        run: run.id,
        points: backtestReport(run).equity.map(({ time, value }, at) => ({ time, value: value * (1 + at * 2e-5 * Number(run.id)) ** 0.2 })),
      })),
    };
  }
}

function reportOf(run: ResearchRun): unknown {
  switch (run.kind) {
    case "backtest":
      return backtestReport(run);
    case "monte-carlo":
      return monteCarloReport(run);
    case "validate":
      return validationReport(run);
    default:
      return searchReport(run);
  }
}

function sampleRuns(): ResearchRun[] {
  const shape = (sharpe: number, held: number, drawdown: number, count: number) => ({
    metrics: { sharpe, maxDrawdown: drawdown, trades: count, totalReturn: sharpe / 5 },
    heldOut: { sharpe: held },
  });
  const none = { bestParams: null, metrics: null, heldOut: null, deflatedSharpe: null, skipped: 0 };
  return [
    runRow("418", { state: "running", done: 59, running: 4, etaMs: 68_000, endedAtMs: null, hash: null, heldOut: null }),
    runRow("415", { title: "sma-cross, grid" }),
    runRow("402", {
      title: "sma-cross, Bayes",
      bestParams: { fast: 16, slow: 90 },
      deflatedSharpe: 0.83,
      ...shape(1.12, 0.61, 0.072, 288),
    }),
    runRow("397", {
      title: "sma-cross, genetic",
      bestParams: { fast: 9, slow: 64 },
      deflatedSharpe: 0.38,
      ...shape(1.64, 0.12, 0.148, 541),
    }),
    runRow("396", {
      kind: "backtest",
      title: "sma-cross, backtest",
      total: 964_800,
      done: 964_800,
      ...none,
      bestParams: { fast: 12, slow: 80 },
      metrics: shape(0.98, 0, 0.072, 312).metrics,
    }),
    runRow("395", { kind: "monte-carlo", title: "sma-cross, Monte Carlo of 396", total: 1_000, done: 1_000, ...none }),
    runRow("394", { kind: "validate", title: "sma-cross, validation", total: 4, done: 4, ...none }),
    runRow("393", {
      state: "failed",
      ...none,
      done: 12,
      error: { type: "STRATEGY_THREW", message: "bar 70,000 (2024-02-18 14:40): x is not defined" },
    }),
    runRow("391", {
      state: "cancelled",
      title: "sma-cross, random",
      done: 40,
      bestParams: { fast: 14, slow: 110 },
      deflatedSharpe: 0.8,
      ...shape(0.98, 0.55, 0.069, 240),
    }),
  ];
}
