/**
 * What a search costs on the pool: a grid with one worker and with two, and whether memory stays flat over many trials.
 *
 * Goals: a 100-point grid over a million one-minute bars with two workers takes at most 1.2 s and at least 1.9 times less
 * than with one; over 10,000 trials resident memory is flat after warm-up but for what the report is made of (below 4 KB a
 * trial). Floor in the same run: the same hundred pairs of averages in a plain loop over the closes, on one thread.
 * Non-goals: the disk (trials are checkpointed in memory here), the report, the methods of search.
 * Run: node bench/research-pool.bench.ts [--quick]
 */
import { systemClock } from "../brokers/system-ports.ts";
import { searchSpec, type SearchSpecInput } from "../domain/contract/research/search.ts";
import { decimal } from "../domain/kernel/decimal.ts";
import { hash32, seededRandom } from "../domain/kernel/random.ts";
import { METRIC_NAMES } from "../domain/analytics/metric-names.ts";
import { createJudge } from "../domain/optimization/objective.ts";
import { createSpace } from "../domain/optimization/space.ts";
import { newBarTable } from "../domain/market/bar-table.ts";
import type { LoadedData } from "../research/data/load.ts";
import { JobPace } from "../research/jobs/job-pace.ts";
import { createPool, type ResearchPool } from "../research/jobs/pool.ts";
import { runSearch } from "../research/jobs/search-run.ts";
import { WHOLE } from "../research/jobs/time-window.ts";
import { TrialKeeper } from "../research/jobs/trial-keeper.ts";
import { TrialLedger } from "../research/jobs/trial-ledger.ts";
import { strategyNamed } from "../strategies/index.ts";
import { bytesInUse, rounded } from "./measure.ts";

const quick = process.argv.includes("--quick");
const BARS = quick ? 100_000 : 1_000_000;
const ROUNDS = quick ? 1 : 3;
const MEMORY_TRIALS = quick ? 1_000 : 10_000;
const MEMORY_BARS = 2_000;
const MINUTE_MS = 60_000;
const FAST = [5, 8, 11, 14, 17, 20, 23, 26, 29, 32];
const SLOW = [40, 55, 70, 85, 100, 115, 130, 145, 160, 175];

function marketOf(rows: number): LoadedData {
  const table = newBarTable({ venue: "sim", symbol: "BTC/USDT", intervalMs: MINUTE_MS }, rows);
  const random = seededRandom("research-pool");
  let price = 40_000;
  for (let row = 0; row < rows; row++) {
    const open = price;
    price = Math.max(1_000, Math.round((price + random.normal() * 20) * 100) / 100);
    table.openTimeMs[row] = Date.UTC(2020, 0, 1) + row * MINUTE_MS;
    table.open[row] = open;
    table.high[row] = Math.max(open, price) + 5;
    table.low[row] = Math.min(open, price) - 5;
    table.close[row] = price;
    table.volume[row] = 10;
  }
  const zero = decimal("0");
  const sizes = { lotSize: decimal("0.00001"), minQuantity: decimal("0.00001"), maxQuantity: decimal("9000"), minNotional: decimal("1") };
  const instrument = {
    venue: "sim",
    symbol: "BTC/USDT",
    base: "BTC",
    quote: "USDT",
    kind: "linear" as const,
    priceDecimals: 2,
    quantityDecimals: 5,
    tickSize: decimal("0.01"),
    makerFeeRate: zero,
    takerFeeRate: zero,
    ...sizes,
  };
  return { tables: [table], instruments: [instrument], funding: new Map(), findings: [], hash: `bench-${rows}`, rows };
}

async function grid(
  pool: ResearchPool,
  data: LoadedData,
  space: SearchSpecInput["space"],
  onTrials?: (done: number) => void,
): Promise<number> {
  const spec = searchSpec.parse({
    backtest: { strategies: [{ strategy: "sma-cross", params: { interval: "1m" } }], data: { files: ["bench"] } },
    space,
    trials: 100_000,
  });
  const finished: string[] = [];
  await runSearch({
    settings: spec,
    seed: spec.seed,
    space: createSpace(spec.space, strategyNamed("sma-cross"), { interval: "1m" }),
    judge: createJudge(spec, METRIC_NAMES),
    keeper: new TrialKeeper(spec),
    fold: null,
    window: WHOLE,
    runner: { pool, data, spec: spec.backtest, signal: undefined },
    ledger: await TrialLedger.open({
      load: () => Promise.resolve([]),
      append(records) {
        for (const { trial, hash } of records) finished.push(`${trial}:${hash}`);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    }),
    pace: new JobPace(systemClock, ({ done }) => onTrials?.(done)),
  });
  return hash32(finished.toSorted().join());
}

/** Best of the rounds, the threads warm. */
async function timed(workers: number, data: LoadedData): Promise<{ ms: number; hash: number }> {
  const pool = createPool({ workers, ownModule: null, clock: systemClock });
  const space = { fast: { values: FAST }, slow: { values: SLOW } };
  const warm = { fast: { values: FAST.slice(0, 4) }, slow: { values: SLOW.slice(0, 2) } };
  await grid(pool, data, warm);
  let ms = Number.POSITIVE_INFINITY;
  let hash = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    hash = await grid(pool, data, space);
    ms = Math.min(ms, performance.now() - start);
  }
  await pool.close();
  return { ms, hash };
}

function floorMs(data: LoadedData): { ms: number; crossings: number } {
  const { close } = data.tables[0]!;
  let crossings = 0;
  const start = performance.now();
  for (const fast of FAST) {
    for (const slow of SLOW) {
      let [fastSum, slowSum, above] = [0, 0, false];
      for (let row = 0; row < close.length; row++) {
        fastSum += close[row]! - (row >= fast ? close[row - fast]! : 0);
        slowSum += close[row]! - (row >= slow ? close[row - slow]! : 0);
        const now = fastSum / fast > slowSum / slow;
        if (row >= slow && now !== above) crossings++;
        above = now;
      }
    }
  }
  return { ms: performance.now() - start, crossings };
}

interface MemoryUse {
  /** What the search itself holds of a trial until the report, after a collection. */
  readonly keptKb: number;
  /** What resident memory adds a trial in the last third, by least squares: the threads' garbage included. */
  readonly residentKb: number;
  readonly residentMb: number;
}

async function memoryUse(): Promise<MemoryUse> {
  const data = marketOf(MEMORY_BARS);
  const pool = createPool({ workers: 2, ownModule: null, clock: systemClock });
  const points: { trial: number; kb: number; usedKb: number }[] = [];
  const side = Math.sqrt(MEMORY_TRIALS);
  const space = { fast: { from: 2, to: 1 + Math.round(side / 2), step: 1 }, slow: { from: 100, to: 99 + Math.round(side * 2), step: 1 } };
  const every = Math.ceil(MEMORY_TRIALS / 100);
  let next = every;
  await grid(pool, data, space, (done) => {
    if (done < next) return;
    next = done + every;
    points.push({ trial: done, usedKb: bytesInUse() / 1_024, kb: process.memoryUsage.rss() / 1_024 });
  });
  await pool.close();
  const later = points.slice(-Math.floor(points.length / 3));
  const [first, last] = [later[0]!, later.at(-1)!];
  const meanTrial = later.reduce((sum, { trial }) => sum + trial, 0) / later.length;
  let [over, under] = [0, 0];
  for (const { trial, kb } of later) {
    over += (trial - meanTrial) * kb;
    under += (trial - meanTrial) ** 2;
  }
  return { keptKb: (last.usedKb - first.usedKb) / (last.trial - first.trial), residentKb: over / under, residentMb: last.kb / 1_024 };
}

const data = marketOf(BARS);
const floor = floorMs(data);
const one = await timed(1, data);
const two = await timed(2, data);
if (one.hash !== two.hash) throw new Error(`1 worker gave ${one.hash}, 2 gave ${two.hash}`);
const memory = await memoryUse();
const speedUp = rounded(one.ms / two.ms, 2);
const barsPerSecond = Math.round((BARS * FAST.length * SLOW.length * 1_000) / two.ms);
console.log(
  `grid of 100 on ${BARS} bars: 1 worker ${rounded(one.ms / 1e3)} s, 2 workers ${rounded(two.ms / 1e3)} s (goal ≤ 1.2 s), ` +
    `${speedUp}× (goal ≥ 1.9×)`,
);
console.log(`                 plain loop ${rounded(floor.ms / 1e3)} s; 1 worker costs ${rounded(one.ms / floor.ms, 1)}× of it`);
console.log(
  `memory over ${MEMORY_TRIALS} trials: resident ${rounded(memory.residentKb, 2)} KB a trial in the last third (goal < 4), ` +
    `${rounded(memory.keptKb, 2)} KB of it kept for the report, ${Math.round(memory.residentMb)} MB in all`,
);
console.log(
  JSON.stringify({
    bench: "research-pool",
    quick,
    oneWorkerMs: Math.round(one.ms),
    twoWorkersMs: Math.round(two.ms),
    speedUp,
    floorRatio: rounded(one.ms / floor.ms, 2),
    barsPerSecond,
    residentKbPerTrial: rounded(memory.residentKb, 2),
    keptKbPerTrial: rounded(memory.keptKb, 2),
    resultHash: `${one.hash}:${floor.crossings}`,
  }),
);
