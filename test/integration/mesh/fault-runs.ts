/**
 * Faults on a trading mesh, one after another: waits for a random moment, lets the fault happen, measures recovery, and
 * compares the books. A mesh serves many runs; after a finding the next run gets a new one, so that findings do not mix.
 */
import { type Random, seededRandom } from "../../../domain/kernel/random.ts";
import { TradingLoad } from "../trading-load.ts";
import type { Fault } from "./faults.ts";
import { compareBooks, type Findings } from "./mesh-books.ts";
import { MeshCluster } from "./mesh-cluster.ts";
import { keptActors, orderFilled, recovered } from "./recovery.ts";

export interface Outcome extends Findings {
  readonly name: string;
  readonly round: number;
  /** What was hit; why it could not be done here, for a run that was not. */
  readonly hit: string;
  readonly skipped: boolean;
  /** Ms from the end of the fault (for SIGKILL and clocks: from the fault) to a filled order, and until all is well; null: never. */
  readonly orderMs: number | null;
  readonly wholeMs: number | null;
  /** Ms from the beginning of the fault to the first order filled after it, during the fault if the others could. */
  readonly gapMs: number | null;
  /** What was missing longest. */
  readonly last: string;
  /** Nodes whose process ended, with how: a service manager started them again. */
  readonly ended: readonly string[];
}

const CLIENTS = 3;
const RUNS_PER_MESH = 40;
/** Of a desk that is whole: its books and the account's. */
const FEWEST_ACTORS = 20;
const FAST = { requotesPerSecond: 4, requoteBps: 0.5, spreadBps: 2, size: 2_000, maxInventory: 10_000 };

interface Trading {
  readonly cluster: MeshCluster;
  readonly kept: ReadonlySet<string>;
  readonly load: TradingLoad;
  runs: number;
}

export class FaultRuns {
  readonly outcomes: Outcome[] = [];
  /** Of the newest mesh. */
  folder = "";
  readonly #random: Random;
  #trading: Trading | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  async once(fault: Fault, round: number): Promise<Outcome> {
    const trading = (this.#trading ??= await this.#open());
    const outcome = await this.#run(fault, round, trading);
    this.outcomes.push(outcome);
    const isClean = outcome.lost.length + outcome.duplicated.length + outcome.broken.length === 0;
    if (!isClean || ++trading.runs >= RUNS_PER_MESH) await this.close();
    return outcome;
  }

  async close(): Promise<void> {
    const trading = this.#trading;
    this.#trading = null;
    await trading?.cluster.stop();
  }

  async #run(fault: Fault, round: number, { cluster, kept, load }: Trading): Promise<Outcome> {
    const about = { name: fault.name, round, skipped: false };
    const nothing = { lost: [], duplicated: [], orders: 0, fills: 0, orderMs: null, wholeMs: null, gapMs: null, last: "", ended: [] };
    const reason = fault.impossible?.(cluster) ?? null;
    if (reason !== null) return { ...about, ...nothing, hit: `not possible here: ${reason}`, skipped: true, broken: [] };
    let stop = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    const traded = { api: cluster.api.bind(cluster), get: cluster.get.bind(cluster), hasEnded: false };
    const trading = load.run(traded, CLIENTS, stopped);
    try {
      await load.untilAnswered(load.answered + this.#random.integer(5, 30));
      const before = cluster.nodes.map(({ ends }) => ends.length);
      const beganMs = performance.now();
      const happening = fault.run(cluster, this.#random);
      // Its failure is told below.
      happening.catch(() => undefined);
      const gap = orderFilled(cluster, beganMs);
      gap.catch(() => undefined);
      const hit = await happening;
      const { orderMs, wholeMs, last } = await recovered(cluster, kept, performance.now());
      const gapMs = await gap;
      await fault.undo?.(cluster);
      await load.untilAnswered(load.answered + 5);
      stop();
      await trading;
      const findings = await compareBooks(cluster, load);
      await Promise.all(cluster.nodes.map((node) => node.ready));
      await recovered(cluster, kept, performance.now());
      const ended = cluster.nodes.flatMap(({ name, ends }, at) => ends.slice(before[at]).map((why) => `${name} ${why}`));
      return {
        ...about,
        hit,
        orderMs: Math.round(orderMs),
        wholeMs: Math.round(wholeMs),
        gapMs: Math.round(gapMs),
        last,
        ended,
        ...findings,
      };
    } catch (error) {
      return { ...about, ...nothing, hit: "?", broken: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
    } finally {
      stop();
      await trading;
    }
  }

  async #open(): Promise<Trading> {
    const cluster = await MeshCluster.start();
    this.folder = cluster.folder;
    try {
      await prepare(cluster);
      await orderFilled(cluster, performance.now());
      const kept = await keptActors(cluster);
      if (kept.size < FEWEST_ACTORS) throw new Error(`only ${kept.size} actors live`);
      await recovered(cluster, kept, performance.now());
      return { cluster, kept, load: new TradingLoad(seededRandom(String(this.#random.next()))), runs: 0 };
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }
}

/** Market makers on perpetuals beside the samples, limits that let all this through. */
async function prepare(cluster: MeshCluster): Promise<void> {
  await cluster.ok("PUT", "risk/limits", { limits: { maxOrdersPerSecond: 500 }, reason: "load" });
  for (const base of ["BTC", "SOL"]) {
    const wish = { id: `mm-${base.toLowerCase()}`, strategy: "market-maker", symbol: `${base}/USDT:USDT`, params: FAST, start: true };
    await cluster.ok("POST", "strategies", wish);
  }
}
