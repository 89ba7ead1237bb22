/**
 * What tests of research jobs run on: recorded bars, the pool with own strategies, jobs with their ports, and the `dsta`
 * command as a child process whose files are watched. Everything started here is ended by `endAll`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, watch } from "node:fs";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../brokers/system-ports.ts";
import { type SearchSpec, searchSpec, type SearchSpecInput } from "../../domain/contract/research/search.ts";
import type { SearchReport } from "../../domain/contract/views/research.ts";
import type { CheckpointLog, TrialRecord } from "../../research/jobs/job.ts";
import { createPool, type PoolOptions, type ResearchPool } from "../../research/jobs/pool.ts";
import type { JobPorts } from "../../research/jobs/ports.ts";
import { runJob } from "../../research/jobs/run-job.ts";
import { loadCatalogue } from "../../strategies/catalogue.ts";

export const OWN = new URL("./jobs-strategies.ts", import.meta.url).href;

export const HOURS = fileURLToPath(new URL("../../../shared/data/candles/binance-btcusdt-1h-2017-2024.csv.gz", import.meta.url));
const DSTA = fileURLToPath(new URL("../../cli/dsta.mjs", import.meta.url));

const pools = new Set<ResearchPool>();
const children = new Set<ChildProcess>();

export function openPool(options: Partial<PoolOptions> = {}): ResearchPool {
  const pool = createPool({ workers: 2, ownModule: OWN, clock: systemClock, ...options });
  pools.add(pool);
  return pool;
}

export async function endAll(): Promise<void> {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all([...pools].map((pool) => pool.close()));
  pools.clear();
}

/** A checkpoint in memory: what a process that was killed would have left. */
export class MemoryLog implements CheckpointLog {
  readonly records: TrialRecord[];

  constructor(records: readonly TrialRecord[] = []) {
    this.records = [...records];
  }

  load(): Promise<readonly TrialRecord[]> {
    return Promise.resolve([...this.records]);
  }

  append(records: readonly TrialRecord[]): Promise<void> {
    this.records.push(...records);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function searchOf(more: Partial<SearchSpecInput> = {}): SearchSpec {
  return searchSpec.parse({
    backtest: { strategies: [{ strategy: "moody" }], data: { files: [HOURS], symbol: "BTC/USDT", fromMs: Date.UTC(2024, 0, 1) } },
    space: { fast: { from: 4, to: 12, step: 4 }, slow: { from: 20, to: 60, step: 20 } },
    ...more,
  });
}

export async function search(
  spec: SearchSpec,
  pool: ResearchPool,
  log = new MemoryLog(),
  more: Partial<JobPorts> = {},
): Promise<SearchReport> {
  const ports: JobPorts = {
    pool,
    catalogue: await loadCatalogue(OWN),
    clock: systemClock,
    resolve: (name) => name,
    checkpoint: () => log,
    head: { id: "op-test", by: "test", node: "test", codeVersion: "test", submittedAtMs: 0 },
    ...more,
  };
  return (await runJob({ kind: "optimize", spec }, ports)) as SearchReport;
}

/** What equal runs agree on. */
export function results({ run, ...rest }: SearchReport): object {
  const { bestParams, metrics, heldOut, deflatedSharpe, dataHash, hash } = run;
  return { ...rest, run: { bestParams, metrics, heldOut, deflatedSharpe, dataHash, hash } };
}

export interface CliEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export class CliProcess {
  readonly ended: Promise<CliEnd>;
  readonly #child: ChildProcess;

  constructor(folder: string, args: readonly string[]) {
    let [out, err] = ["", ""];
    const env = { PATH: process.env["PATH"] ?? "", DSTA_DATA: folder };
    this.#child = spawn(process.execPath, [DSTA, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    children.add(this.#child);
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => (out += text));
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => (err += text));
    this.ended = new Promise((resolve) => {
      this.#child.on("close", (code, signal) => {
        children.delete(this.#child);
        resolve({ code, signal, out, err });
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Until the file has so many lines, or the process has ended. */
  async wrote(folder: string, file: string, lines: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const watcher = watch(folder, () => check());
      const check = (): void => {
        if (!existsSync(file) || readFileSync(file, "utf8").split("\n").length <= lines) return;
        watcher.close();
        resolve();
      };
      void this.ended.then(() => {
        watcher.close();
        resolve();
      });
      check();
    });
  }
}
