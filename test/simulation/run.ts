/**
 * One run of the whole trading path under virtual time: a minute of market, strategies, people and accidents, then a
 * quiet end in which everything open is cancelled and looked up, then the comparison with the venue. A run is a pure
 * function of its seed and its plan.
 */
import { executionMessages } from "../../domain/contract/actors.ts";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { type Random, seededRandom } from "../../domain/kernel/random.ts";
import { createStrategy } from "../../actors/trading/strategy-birth.ts";
import { strategyNamed } from "../../strategies/index.ts";
import type { SimFaults } from "../../venues/sim/faults.ts";
import type { SimVenue } from "../../venues/sim/sim-venue.ts";
import type { Venue } from "../../venues/venue.ts";
import { checkApprovals, checkExposure, checkPromptness, digestOf, everything } from "./journal-checks.ts";
import { People } from "./people.ts";
import { ACCOUNT, aloneParts, openFloor, SETTINGS, simVenueOf, STRATEGIES, type TradingLife } from "./trading-life.ts";
import { checkAccount, checkExecution, checkOrders, ordersOf } from "./venue-checks.ts";
import { OutlivingVenue } from "./venue-line.ts";
import { journalOf, Life, START_MS, World } from "./world.ts";

export interface Plan {
  readonly seed: string;
  readonly forMs: number;
  /** How often the program ends, mostly killed, at times in order; and whether the venue ends with it or lives on. */
  readonly ends: number;
  readonly venueLives: boolean;
  readonly faults: boolean;
}

export interface Outcome {
  readonly problems: readonly string[];
  readonly digest: string;
  readonly events: number;
  readonly orders: number;
  readonly fills: number;
  readonly tops: number;
  readonly deeds: number;
  /** What the run has seen: event types, refusal codes, announcements, ends. */
  readonly reached: ReadonlySet<string>;
}

const STEP_MAX_MS = 40;
const QUIET_END_MS = 90_000;
const CANCEL_AGAIN_MS = 5_000;

export async function run(plan: Plan): Promise<Outcome> {
  const floorRun = new FloorRun(plan);
  await floorRun.live();
  return floorRun.judge();
}

class FloorRun {
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #world = new World();
  readonly #journal = new MemoryJournal();
  readonly #people: People;
  readonly #faults: SimFaults;
  readonly #problems: string[] = [];
  readonly #reached = new Set<string>();
  #outliving: { readonly venue: SimVenue; readonly front: OutlivingVenue } | null = null;
  #venue: SimVenue | null = null;
  #trading: TradingLife | null = null;
  #lives = 0;
  #tops = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#random = seededRandom(`${plan.seed}|run`);
    this.#people = new People(seededRandom(`${plan.seed}|people`));
    this.#faults = plan.faults ? drawFaults(this.#random) : {};
  }

  async live(): Promise<void> {
    for (const { id, strategy, symbol, params } of STRATEGIES) {
      const wish = { id, strategy, account: ACCOUNT, venue: "sim", symbol, params, by: "first start", start: true };
      await createStrategy(this.#journal, wish, strategyNamed(strategy), START_MS);
    }
    await this.#begin();
    const killAtMs = Array.from({ length: this.#plan.ends }, () => START_MS + this.#random.integer(0, this.#plan.forMs)).sort(
      (a, b) => a - b,
    );
    let nextDeedMs = START_MS + 2_000;
    while (this.#nowMs < START_MS + this.#plan.forMs) {
      await this.#step();
      if (killAtMs.length > 0 && this.#nowMs >= killAtMs[0]!) {
        killAtMs.shift();
        if (this.#random.next() < 0.3) await this.#rest();
        else await this.#kill();
        await this.#world.advance(this.#random.integer(1, 3_000));
        await this.#begin();
      }
      if (this.#plan.faults && this.#nowMs >= nextDeedMs) {
        nextDeedMs = this.#nowMs + this.#random.exponential(1_200);
        this.#people.act(this.#trading!, this.#venue!, this.#nowMs);
      }
    }
    await this.#end();
  }

  async judge(): Promise<Outcome> {
    const trading = this.#trading!;
    const events = await everything(this.#journal);
    const { orders } = ordersOf(events);
    const say = (...problems: readonly string[]): void => void this.#problems.push(...problems);
    say(...this.#people.findings, ...checkApprovals(events), ...checkExposure(events), ...checkPromptness(events));
    const venueOrders = await this.#answer(this.#venue!.ordersSince(0));
    say(...checkOrders(orders, venueOrders));
    say(...(await this.#answer(checkAccount(trading, this.#venue!, events))));
    say(...(await this.#answer(checkExecution(trading, orders))));
    for (const { actorId, state, lastError } of trading.floor.host.rows()) {
      if (state !== "active") say(`${actorId} is ${state} at the end: ${lastError}`);
    }
    this.#leave();
    for (const { type, data } of events) this.#reached.add(typeof data.code === "string" ? `${type} ${data.code}` : type);
    for (const { status } of orders) this.#reached.add(status);
    return {
      problems: [...new Set(this.#problems)],
      digest: digestOf(events),
      events: events.length,
      orders: orders.length,
      fills: events.filter(({ type }) => type === "OrderFilled").length,
      tops: this.#tops,
      deeds: this.#people.done.length,
      reached: this.#reached,
    };
  }

  get #nowMs(): number {
    return this.#world.clock.now();
  }

  async #step(): Promise<void> {
    await this.#world.advance(this.#random.integer(1, STEP_MAX_MS));
  }

  /** A life from its first piece of work until the floor is awake, or was killed on the way. */
  async #begin(): Promise<void> {
    const life = new Life(this.#world);
    const failAppend = this.#plan.faults ? 0.003 : 0;
    const journal = journalOf(life, this.#journal, { random: seededRandom(`${this.#plan.seed}|journal ${this.#lives++}`), failAppend });
    const openVenue = (_account: string, epoch: bigint): Venue => {
      if (!this.#plan.venueLives) return (this.#venue = simVenueOf(life, this.#plan.seed, journal, this.#faults, epoch));
      this.#outliving ??= this.#openExchange();
      this.#venue = this.#outliving.venue;
      return this.#outliving.front.lineOf(life);
    };
    this.#trading = openFloor({ life, journal, openVenue, ...aloneParts(await this.#journal.highestEpoch()) });
    let awake = false;
    let failure: unknown = null;
    this.#trading.floor.wake().then(
      () => (awake = true),
      (error: unknown) => (failure = error),
    );
    const untilMs = this.#nowMs + 60_000;
    while (!awake && failure === null && life.alive && this.#nowMs < untilMs) await this.#step();
    // A program that cannot start is started again, as its keeper would do.
    if (life.alive && !awake) {
      this.#problems.push(...(failure === null ? ["the floor did not wake within a minute"] : []));
      this.#reached.add("start failed");
      await this.#kill();
      await this.#world.advance(this.#random.integer(1, 3_000));
      if (this.#lives < 10) await this.#begin();
      else this.#problems.push(`the floor does not start: ${messageOf(failure)}`);
    }
  }

  #openExchange(): { venue: SimVenue; front: OutlivingVenue } {
    // Its ledger is its own: no life of ours can lose it.
    const venue = simVenueOf(new Life(this.#world), this.#plan.seed, this.#journal, this.#faults, 1n);
    return { venue, front: new OutlivingVenue(venue, this.#world.clock, this.#plan.faults && this.#random.next() < 0.5) };
  }

  /** The end comes within the next pieces of work, wherever that is. */
  async #kill(): Promise<void> {
    const { life } = this.#trading!;
    this.#world.killBefore = { work: this.#world.worked + this.#random.integer(0, 60), life };
    for (let step = 0; step < 20 && life.alive; step++) await this.#step();
    this.#world.killBefore = null;
    life.end();
    this.#reached.add("killed");
    this.#leave();
  }

  /** Ctrl-C: the floor saves what it has, then the venue closes if it is ours. */
  async #rest(): Promise<void> {
    const { life, floor } = this.#trading!;
    await this.#answer(floor.rest(SETTINGS.drainTimeoutMs));
    life.end();
    this.#reached.add("rested");
    this.#leave();
  }

  /** Strategies stopped, everything cancelled, looked up until nothing is open. */
  async #end(): Promise<void> {
    const trading = this.#trading!;
    this.#people.restLimits(trading);
    const untilMs = this.#nowMs + QUIET_END_MS;
    let nextCancelMs = 0;
    for (;;) {
      if (this.#nowMs >= nextCancelMs) {
        nextCancelMs = this.#nowMs + CANCEL_AGAIN_MS;
        this.#people.stopStrategies(trading);
        this.#people.cancelAll(trading);
      }
      for (let step = 0; step < 25; step++) await this.#step();
      const open = await this.#answer(trading.floor.host.ask(executionMessages.open, ACCOUNT, { account: ACCOUNT }).catch(() => null));
      const isWell = trading.floor.host.rows().every(({ state }) => state === "active");
      if (open?.length === 0 && isWell && this.#nowMs > untilMs - QUIET_END_MS + 3_000) break;
      if (this.#nowMs < untilMs) continue;
      this.#problems.push(`after ${QUIET_END_MS / 1_000} s of quiet there are still open: ${JSON.stringify(open)}`);
      break;
    }
    for (let step = 0; step < 100; step++) await this.#step();
  }

  /** Pumps until an answer is there. */
  async #answer<T>(asked: Promise<T>): Promise<T> {
    let done = false;
    void asked.then(
      () => (done = true),
      () => (done = true),
    );
    for (await this.#world.settle(); !done;) await this.#step();
    return asked;
  }

  /** What a life leaves behind to be judged. */
  #leave(): void {
    const { floor, crossed, events, tops } = this.#trading!;
    this.#tops += tops;
    for (const top of crossed) this.#problems.push(`a crossed top was published as LIVE: ${JSON.stringify(top)}`);
    for (const { code, text } of events) {
      if (code !== null) this.#reached.add(code);
      if (code !== null && ALARMS.has(code)) this.#problems.push(`${code}: ${text}`);
    }
    for (const { actorId, message, reason } of floor.host.deadLetters.list()) {
      this.#reached.add("dead letter");
      const letter = `dead letter for ${actorId} ${message}: ${reason}`;
      if (!EXPECTED_LETTERS.some((expected) => expected.test(letter))) this.#problems.push(letter);
    }
  }
}

/** The message at which an actor broke or its journal was lost is given up, visibly; the actor reads on from the journal. */
const EXPECTED_LETTERS: readonly RegExp[] = [/the journal cannot be reached/];

/** Announced only when something is wrong that no accident here explains. */
const ALARMS: ReadonlySet<string> = new Set(["ORPHAN_REPORT", "ORPHAN_ORDER", "GAVE_UP", "ORDER_UNKNOWN"]);

export function drawFaults(random: Random): SimFaults {
  const some = (most: number): number => (random.next() < 0.3 ? 0 : random.next() * most);
  return {
    dropFrame: some(0.01),
    disconnectEveryMs: random.next() < 0.5 ? 0 : 5_000 + random.next() * 30_000,
    disconnectForMs: random.integer(100, 3_000),
    rejectOrder: some(0.1),
    unknownOutcome: some(0.2),
    duplicateReport: some(0.3),
  };
}
