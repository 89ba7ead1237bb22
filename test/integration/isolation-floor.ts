/**
 * A real floor in virtual time whose strategies are given by the test: two witnesses that count what reaches them and
 * trade, and one strategy between them that misbehaves.
 */
import { createStrategy } from "../../actors/trading/strategy-birth.ts";
import { parseSettings } from "../../config/settings.ts";
import { executionMessages, strategyMessages } from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { OrderRow, ParamValues, StrategyDetail } from "../../domain/contract/views.ts";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import { notFound } from "../../domain/kernel/errors.ts";
import type { Bar, BookTop } from "../../domain/market/events.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { bool, candles, defineStrategy, topOfBook } from "../../domain/strategy/index.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import { LocalDirectory } from "../../mixins/hosted/directory.ts";
import { Announcer } from "../../topology/announcer.ts";
import { Floor } from "../../topology/floor.ts";
import { ROLES } from "../../topology/roles.ts";
import { JournalVenueLedger } from "../../topology/venue-ledger.ts";
import { createSimVenue, type SimVenue, simVenueKind } from "../../venues/sim/sim-venue.ts";
import { Life, World } from "../simulation/world.ts";

export const ACCOUNT = "sim:main";
export const SYMBOL = "BTC/USDT";
export const WITNESSES = ["witness-a", "witness-z"] as const;

/** What one strategy was told, by instance. */
export interface Heard {
  bars: number[];
  tops: number;
  lastTopAtMs: number;
  fills: number;
}

export class IsolationFloor {
  readonly world = new World();
  readonly floor: Floor;
  /** Opened by its connection: there once the floor is awake. */
  venue!: SimVenue;
  readonly published = { bars: [] as number[], tops: 0, lastTopAtMs: 0 };
  readonly heard = new Map<string, Heard>();
  readonly #journal: MemoryJournal;
  readonly #definitions: readonly AnyStrategy[];

  constructor(bad: AnyStrategy) {
    const life = new Life(this.world);
    this.#journal = new MemoryJournal();
    this.#definitions = [...WITNESSES.map((id) => this.#witness(id)), bad];
    const { clock, defer } = life;
    const feed = new LocalFeed((subject, error) => {
      throw new Error(`a listener of ${subject} failed`, { cause: error });
    });
    feed.subscribe(subjects.bar("sim", SYMBOL, "1s"), (bar) => void this.published.bars.push((bar as Bar).openTimeMs));
    feed.subscribe(subjects.top("sim", SYMBOL), (top) => {
      this.published.tops++;
      this.published.lastTopAtMs = (top as BookTop).receivedAtMs;
    });
    const settings = parseSettings({});
    this.floor = new Floor({
      roles: ROLES,
      directory: new LocalDirectory({ nodeId: "isolation" }),
      strategyIds: () => Promise.resolve(this.#definitions.map(({ name }) => name)),
      desk: { name: settings.desk, mode: "paper", accounts: [ACCOUNT], venues: ["sim"] },
      settings,
      journal: this.#journal,
      feed,
      announcer: new Announcer({ nodeId: "isolation", clock, feed, log: () => undefined, collects: true }),
      log: () => undefined,
      tradingClock: clock,
      systemClock: clock,
      elapsedMs: () => 0,
      defer,
      venues: [simVenueKind("sim")],
      openVenue: (_account, epoch) => {
        this.venue = createSimVenue({
          id: "sim",
          seed: "isolation",
          clock,
          ledger: new JournalVenueLedger(this.#journal, "sim", epoch),
          account: { balances: { USDT: decimal("1000000") } },
          latencyMs: { submit: 20, report: 15 },
        });
        return this.venue;
      },
      startEquity: 1_000_000,
      definitionOf: (name) => {
        const found = this.#definitions.find((definition) => definition.name === name);
        if (!found) throw notFound("strategy", name);
        return found;
      },
    });
  }

  async wake(): Promise<void> {
    for (const definition of this.#definitions) {
      const wish = {
        id: definition.name,
        strategy: definition.name,
        account: ACCOUNT,
        venue: "sim",
        symbol: SYMBOL,
        params: {},
        by: "test",
      };
      await createStrategy(this.#journal, { ...wish, start: true }, definition, this.world.clock.now());
    }
    await this.done(this.floor.wake());
  }

  async seconds(count: number): Promise<void> {
    for (let step = 0; step < count * 20; step++) await this.world.advance(50);
  }

  /** The answer of something asked, while the world goes on. */
  async done<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const mark = (): void => void (settled = true);
    work.then(mark, mark);
    while (!settled) await this.world.advance(1);
    return work;
  }

  detail(id: string): Promise<StrategyDetail> {
    return this.done(this.floor.host.ask(strategyMessages.detail, id, { id }));
  }

  start(id: string): Promise<StrategyDetail> {
    return this.done(this.floor.host.ask(strategyMessages.start, id, { id, by: "test" }));
  }

  setParameters(id: string, params: ParamValues): Promise<StrategyDetail> {
    return this.done(this.floor.host.ask(strategyMessages.setParameters, id, { id, by: "test", params }));
  }

  openOrders(id: string): Promise<OrderRow[]> {
    return this.done(this.floor.host.ask(executionMessages.open, ACCOUNT, { account: ACCOUNT, strategyId: id }));
  }

  #witness(name: string): AnyStrategy {
    const heard: Heard = { bars: [], tops: 0, lastTopAtMs: 0, fills: 0 };
    this.heard.set(name, heard);
    return defineStrategy({
      name,
      version: 1,
      params: { unused: bool(false, { label: "Unused", help: "Nothing" }) },
      data: { bars: candles("1s"), book: topOfBook() },
      state: {},
      on: {
        bar(ctx, bar) {
          heard.bars.push(bar.openTimeMs);
          if (ctx.position.isFlat) ctx.buy({ quote: 1_000, why: "in" });
          else ctx.close({ why: "out" });
        },
        top(ctx) {
          heard.tops++;
          heard.lastTopAtMs = ctx.now;
        },
        fill: () => void heard.fills++,
      },
    });
  }
}
