/**
 * One run of the trading path over three nodes under virtual time: a minute in which nodes are killed, taken for dead while
 * they act, joined again, and actors moved by their keepers; then a quiet end and the comparison with the venue. The venue
 * outlives them all, or is one of ours that moves with its connection, its ledger fenced like any other stream.
 */
import { executionMessages } from "../../domain/contract/actors.ts";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import { type Random, seededRandom } from "../../domain/kernel/random.ts";
import { createStrategy } from "../../actors/trading/strategy-birth.ts";
import { strategyNamed } from "../../strategies/index.ts";
import type { SimFaults } from "../../venues/sim/faults.ts";
import type { SimVenue } from "../../venues/sim/sim-venue.ts";
import type { Venue } from "../../venues/venue.ts";
import { checkApprovals, checkExposure, checkPromptness, digestOf, everything } from "./journal-checks.ts";
import { type MeshNode, NodeMesh } from "./node-mesh.ts";
import { People } from "./people.ts";
import { drawFaults } from "./run.ts";
import { ACCOUNT, openFloor, simVenueOf, STRATEGIES, type TradingLife } from "./trading-life.ts";
import { checkAccount, checkExecution, checkOrders, ordersOf } from "./venue-checks.ts";
import { OutlivingVenue } from "./venue-line.ts";
import { journalOf, Life, START_MS, World } from "./world.ts";

export interface MovesPlan {
  readonly seed: string;
  readonly forMs: number;
  readonly venueLives: boolean;
}

export interface MovesOutcome {
  readonly problems: readonly string[];
  readonly digest: string;
  readonly orders: number;
  readonly fills: number;
  readonly reached: ReadonlySet<string>;
}

const NODES = ["n1", "n2", "n3"] as const;
const STEP_MAX_MS = 40;
const QUIET_END_MS = 120_000;
const ACCIDENT_MEAN_MS = 6_000;

interface Running {
  readonly node: MeshNode;
  readonly trading: TradingLife;
}

export class MovesRun {
  readonly #plan: MovesPlan;
  readonly #random: Random;
  readonly #world = new World();
  readonly #journal = new MemoryJournal();
  readonly #people: People;
  readonly #faults: SimFaults;
  readonly #mesh: NodeMesh;
  readonly #running = new Map<string, Running>();
  readonly #problems: string[] = [];
  readonly #reached = new Set<string>();
  #outliving: { readonly venue: SimVenue; readonly front: OutlivingVenue } | null = null;
  #venue: SimVenue | null = null;
  #lives = 0;

  constructor(plan: MovesPlan) {
    this.#plan = plan;
    this.#random = seededRandom(`${plan.seed}|moves`);
    this.#people = new People(seededRandom(`${plan.seed}|people`));
    this.#faults = drawFaults(this.#random);
    this.#mesh = new NodeMesh(seededRandom(`${plan.seed}|mesh`), 0n);
  }

  async run(): Promise<MovesOutcome> {
    for (const { id, strategy, symbol, params } of STRATEGIES) {
      const wish = { id, strategy, account: ACCOUNT, venue: "sim", symbol, params, by: "first start", start: true };
      await createStrategy(this.#journal, wish, strategyNamed(strategy), START_MS);
    }
    this.#mesh.epoch = await this.#journal.highestEpoch();
    for (const name of NODES) this.#start(name);
    let [nextDeedMs, nextAccidentMs] = [START_MS + 4_000, START_MS + 6_000];
    while (this.#nowMs < START_MS + this.#plan.forMs) {
      await this.#step();
      if (this.#nowMs >= nextDeedMs) {
        nextDeedMs = this.#nowMs + this.#random.exponential(1_200);
        this.#people.act(this.#any().trading, this.#venue!, this.#nowMs);
      }
      if (this.#nowMs >= nextAccidentMs) {
        nextAccidentMs = this.#nowMs + 1_500 + this.#random.exponential(ACCIDENT_MEAN_MS);
        await this.#accident();
      }
    }
    await this.#quietEnd();
    return this.#judge();
  }

  get #nowMs(): number {
    return this.#world.clock.now();
  }

  #any(): Running {
    const all = [...this.#running.values()];
    return all[this.#random.integer(0, all.length - 1)]!;
  }

  async #step(): Promise<void> {
    await this.#world.advance(this.#random.integer(1, STEP_MAX_MS));
  }

  #start(name: string): void {
    const life = new Life(this.#world);
    const random = seededRandom(`${this.#plan.seed}|journal ${this.#lives++}`);
    const journal = journalOf(life, this.#journal, { random, failAppend: 0.002 });
    const node = this.#mesh.join(name, life);
    const openVenue = (_account: string, epoch: bigint): Venue => {
      if (!this.#plan.venueLives) return (this.#venue = simVenueOf(life, this.#plan.seed, journal, this.#faults, epoch));
      this.#outliving ??= this.#openExchange();
      this.#venue = this.#outliving.venue;
      return this.#outliving.front.lineOf(life);
    };
    const trading = openFloor({ life, journal, openVenue, directory: node, feed: node.feed, remote: node });
    node.host = trading.floor.host;
    this.#running.set(name, { node, trading });
    void trading.floor.wake();
  }

  #openExchange(): { venue: SimVenue; front: OutlivingVenue } {
    const venue = simVenueOf(new Life(this.#world), this.#plan.seed, this.#journal, this.#faults, 1n);
    return { venue, front: new OutlivingVenue(venue, this.#world.clock, this.#random.next() < 0.5) };
  }

  /** One node is killed and started again later, or taken for dead. The other two go on. */
  async #accident(): Promise<void> {
    const { node, trading } = this.#any();
    if (this.#running.size < NODES.length || this.#mesh.nodes.size < NODES.length) return;
    if (this.#random.next() < 0.4) {
      this.#reached.add("taken for dead");
      return this.#mesh.suspect(node);
    }
    this.#world.killBefore = { work: this.#world.worked + this.#random.integer(0, 40), life: node.life };
    for (let step = 0; step < 5 && node.life.alive; step++) await this.#step();
    this.#world.killBefore = null;
    this.#mesh.die(node);
    this.#running.delete(node.nodeId);
    this.#reached.add("killed");
    this.#note(trading);
    const backMs = this.#nowMs + this.#random.integer(700, 4_000);
    this.#world.clock.after(backMs - this.#nowMs, () => this.#start(node.nodeId));
  }

  async #quietEnd(): Promise<void> {
    while (this.#running.size < NODES.length) await this.#step();
    const untilMs = this.#nowMs + QUIET_END_MS;
    let nextCancelMs = 0;
    for (;;) {
      const { trading } = this.#running.get("n1")!;
      if (this.#nowMs >= nextCancelMs) {
        nextCancelMs = this.#nowMs + 5_000;
        this.#people.restLimits(trading);
        this.#people.stopStrategies(trading);
        this.#people.cancelAll(trading);
      }
      for (let step = 0; step < 25; step++) await this.#step();
      const open = await this.#answer(trading.floor.host.ask(executionMessages.open, ACCOUNT, { account: ACCOUNT }).catch(() => null));
      const states = this.#rows();
      if (open?.length === 0 && states.every(({ state }) => state === "active") && this.#nowMs > untilMs - QUIET_END_MS + 15_000) break;
      if (this.#nowMs < untilMs) continue;
      const ill = states.filter(({ state }) => state !== "active").map(({ actorId, lastError }) => `${actorId}: ${lastError}`);
      this.#problems.push(`after a long quiet there are still open: ${JSON.stringify(open)}; not active: ${ill.join(", ")}`);
      break;
    }
    for (let step = 0; step < 100; step++) await this.#step();
  }

  #rows(): { actorId: string; state: string; lastError: string | null }[] {
    return [...this.#running.values()].flatMap(({ trading }) => trading.floor.host.rows());
  }

  async #judge(): Promise<MovesOutcome> {
    const { trading } = this.#running.get("n1")!;
    const events = await everything(this.#journal);
    const { orders } = ordersOf(events);
    const say = (...problems: readonly string[]): void => void this.#problems.push(...problems);
    say(...this.#people.findings, ...checkApprovals(events), ...checkExposure(events), ...checkPromptness(events), ...checkEpochs(events));
    say(...checkOrders(orders, await this.#answer(this.#venue!.ordersSince(0))));
    say(...(await this.#answer(checkAccount(trading, this.#venue!, events))));
    say(...(await this.#answer(checkExecution(trading, orders))));
    for (const { trading: life } of this.#running.values()) this.#note(life);
    for (const { type, data } of events) this.#reached.add(typeof data.code === "string" ? `${type} ${data.code}` : type);
    const fills = events.filter(({ type }) => type === "OrderFilled").length;
    return { problems: [...new Set(this.#problems)], digest: digestOf(events), orders: orders.length, fills, reached: this.#reached };
  }

  #note({ crossed, events }: TradingLife): void {
    for (const top of crossed) this.#problems.push(`a crossed top was published as LIVE: ${JSON.stringify(top)}`);
    for (const { code, text } of events) {
      if (code !== null) this.#reached.add(code);
      if (code !== null && ALARMS.has(code)) this.#problems.push(`${code}: ${text}`);
    }
  }

  async #answer<T>(asked: Promise<T>): Promise<T> {
    let done = false;
    void asked.then(
      () => (done = true),
      () => (done = true),
    );
    for (await this.#world.settle(); !done;) await this.#step();
    return asked;
  }
}

/** Announced only when something is wrong that no accident here explains. */
const ALARMS: ReadonlySet<string> = new Set(["ORPHAN_ORDER", "GAVE_UP", "ORDER_UNKNOWN", "PLACE_UNRESOLVED", "CANCEL_UNRESOLVED"]);

/** One writer at a time: within a stream epochs never go back. */
function checkEpochs(events: readonly { stream: string; epoch: bigint; version: number }[]): string[] {
  const newest = new Map<string, bigint>();
  return events.flatMap(({ stream, epoch, version }) => {
    const before = newest.get(stream) ?? 0n;
    newest.set(stream, epoch);
    return epoch < before ? [`${stream} ${version} was written by epoch ${epoch} after ${before}`] : [];
  });
}
