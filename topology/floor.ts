/**
 * A trading floor inside one process: which actors there are, how they are wired, in which order they wake and rest.
 * Knows no transport and no machine: those come from brokers/.
 */
import { barsActor } from "../actors/data/bars.actor.ts";
import { bookActor } from "../actors/exchange/book.actor.ts";
import { connectionActor } from "../actors/exchange/connection.actor.ts";
import { executionActor } from "../actors/trading/execution.actor.ts";
import { positionsActor } from "../actors/trading/positions.actor.ts";
import { riskActor } from "../actors/trading/risk.actor.ts";
import { strategyActor } from "../actors/trading/strategy.actor.ts";
import { EQUITY_SAMPLE_MS, LOOKUP_POLICY, STOP_ORDER, URGENT_KINDS } from "../config/policies.ts";
import type { Settings } from "../config/settings.ts";
import { connectionMessages } from "../domain/contract/actors.ts";
import { accountOf, type Desk } from "../domain/contract/desk.ts";
import { subjects } from "../domain/contract/subjects.ts";
import { marketKey } from "../domain/instrument/symbol.ts";
import type { Journal } from "../domain/journal/journal.ts";
import type { Clock } from "../domain/kernel/clock.ts";
import { fromNumber } from "../domain/kernel/decimal.ts";
import { isExpected, notFound } from "../domain/kernel/errors.ts";
import type { BookQuality, BookTop } from "../domain/market/events.ts";
import type { AnyStrategy } from "../domain/strategy/define.ts";
import type { LocalFeed } from "../mixins/feed/local-feed.ts";
import type { AnyActor } from "../mixins/hosted/actor.ts";
import { LocalDirectory } from "../mixins/hosted/directory.ts";
import { ActorHost } from "../mixins/hosted/host.ts";
import { isFatalJournalError } from "../mixins/journal/event-stream.ts";
import type { Venue } from "../venues/venue.ts";
import type { Announcer, LogLine } from "./announcer.ts";

export interface FloorParts {
  readonly nodeId: string;
  readonly desk: Desk;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly feed: LocalFeed;
  readonly announcer: Announcer;
  readonly log: LogLine;
  /** The clock decisions are made by: the venue's in a replay. */
  readonly tradingClock: Clock;
  readonly systemClock: Clock;
  readonly elapsedMs: () => number;
  readonly defer: (callback: () => void) => void;
  readonly venues: readonly Venue[];
  readonly startEquity: number;
  /** Trading time between two journaled samples of equity; default one minute. */
  readonly equitySampleMs?: number;
  readonly definitionOf: (name: string) => AnyStrategy;
}

/** What the author's code did wrong: it ends the activation, so that the supervisor judges it. */
const STRATEGY_FAULTS: ReadonlySet<string> = new Set(["STRATEGY_THREW", "BAD_INTENT", "INTENT_FLOOD", "BAD_STATE", "STATE_VERSION"]);

export class Floor {
  readonly host: ActorHost;
  readonly definitions: ReadonlyMap<string, AnyActor>;
  readonly #parts: FloorParts;
  readonly #books = new Map<string, BookQuality>();

  constructor(parts: FloorParts) {
    this.#parts = parts;
    const { feed, announcer, log, tradingClock, systemClock, elapsedMs, defer, settings } = parts;
    this.host = new ActorHost({
      tradingClock,
      systemClock,
      elapsedMs,
      defer,
      feed,
      log,
      directory: new LocalDirectory({ nodeId: parts.nodeId }),
      isUrgent: (kind) => URGENT_KINDS.has(kind),
      isFatal: (error) => isFatalJournalError(error) || (isExpected(error) && STRATEGY_FAULTS.has(error.type)),
      announce: announcer.announce,
      onDeadLetter: (row) => feed.publish(subjects.floor("dead-letter"), row),
      askTimeoutMs: settings.askTimeoutMs,
    });
    this.definitions = new Map(actorsOf(parts).map((definition) => [definition.kind, definition]));
    for (const definition of this.definitions.values()) this.host.register(definition);
  }

  /** Wakes everything in the order it depends on each other; resolves when orders are reconciled and strategies run. */
  async wake(strategyIds: readonly string[]): Promise<void> {
    const { desk, venues } = this.#parts;
    for (const account of desk.accounts) await this.host.activate("connection", account);
    await Promise.all(venues.map((venue) => this.#wakeBooks(venue)));
    for (const account of desk.accounts) {
      await this.host.activate("positions", account);
      await this.host.activate("risk", account);
      await this.host.activate("execution", account);
    }
    await Promise.all(strategyIds.map((id) => this.#wakeStrategy(id)));
  }

  /** Ends every actor in order, after what is under way, within `timeoutMs`. */
  async rest(timeoutMs: number): Promise<void> {
    const { systemClock, defer } = this.#parts;
    const untilMs = systemClock.now() + timeoutMs;
    await this.host.stop(["strategy", "bars"]);
    while (!this.host.quiet && systemClock.now() < untilMs) await new Promise<void>((resolve) => defer(resolve));
    await this.host.stop(STOP_ORDER);
  }

  /** Books that may be acted on, of all there are. */
  feeds(): { live: number; total: number } {
    let live = 0;
    for (const quality of this.#books.values()) if (quality === "LIVE") live++;
    return { live, total: this.#books.size };
  }

  /**
   * Resolves when every mailbox is empty and no handler runs: one that waits for the journal does. Answers at once when
   * nothing was asked of anybody, which is most frames of a recording; a turn of the event loop costs more than a frame.
   */
  quiet(): Promise<void> | void {
    return this.host.quiet ? undefined : this.#untilQuiet();
  }

  async #untilQuiet(): Promise<void> {
    const { defer } = this.#parts;
    do {
      // Woken, not polling: a loop that turns while the journal writes takes the processor from the journal.
      await this.host.whenQuiet();
      // A message that one more promise was about to send is sent by the next turn.
      await new Promise<void>((resolve) => defer(resolve));
    } while (!this.host.quiet);
  }

  async #wakeBooks(venue: Venue): Promise<void> {
    if (venue.capabilities.depthStream === false) return;
    const instruments = await this.host.ask(connectionMessages.instruments, accountOf(this.#parts.desk, venue.id), {});
    for (const { symbol } of instruments) {
      const market = marketKey(venue.id, symbol);
      this.#books.set(market, "RESYNC");
      this.#parts.feed.subscribe(subjects.top(venue.id, symbol), (top) => void this.#books.set(market, (top as BookTop).quality));
    }
    await Promise.all(instruments.map(({ symbol }) => this.host.activate("book", marketKey(venue.id, symbol))));
  }

  /** One strategy that cannot start keeps nobody else from starting. */
  async #wakeStrategy(id: string): Promise<void> {
    try {
      await this.host.activate("strategy", id);
    } catch (error) {
      this.#parts.log("error", `strategy ${id} did not start`, error);
    }
  }
}

function actorsOf(parts: FloorParts): AnyActor[] {
  const { desk, journal, feed, settings, venues } = parts;
  const venueOf = (id: string): Venue => {
    const venue = venues.find((other) => other.id === id);
    if (!venue) throw notFound("venue", id);
    return venue;
  };
  const ofVenue = (venue: string): string => accountOf(desk, venue);
  const simulated = desk.mode !== "live";
  return [
    connectionActor({ venueOf: (account) => venueOf(account.slice(0, account.indexOf(":"))), feed }),
    bookActor({
      accountOf: ofVenue,
      codecOf: (venue) => venueOf(venue).codec,
      staleAfterMs: settings.staleAfterMs,
      snapshotRetryMs: settings.snapshotRetryMs,
    }),
    barsActor({ accountOf: ofVenue }),
    positionsActor({
      journal,
      termsOf: (account) => ({ account, currency: "USDT", startEquity: fromNumber(parts.startEquity), simulated }),
      sampleMs: parts.equitySampleMs ?? EQUITY_SAMPLE_MS,
    }),
    riskActor({ journal, hasBooks: (venue) => venueOf(venue).capabilities.depthStream !== false }),
    executionActor({ journal, lookup: LOOKUP_POLICY, answerTimeoutMs: settings.answerTimeoutMs }),
    strategyActor({ journal, definitionOf: parts.definitionOf, isSimulated: () => simulated }),
  ];
}
