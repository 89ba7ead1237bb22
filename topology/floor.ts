/**
 * The part of a trading floor that lives in one process: the host with the actor kinds of the node's roles, and the
 * keeper that wakes those that belong here. With all roles and a directory of its own it is the whole floor.
 * Knows no transport and no machine: those come from brokers/.
 */
import { STOP_ORDER, URGENT_KINDS } from "../config/policies.ts";
import { subjects } from "../domain/contract/subjects.ts";
import type { Clock } from "../domain/kernel/clock.ts";
import { isExpected } from "../domain/kernel/errors.ts";
import type { BookQuality, BookTop } from "../domain/market/events.ts";
import type { AnyActor } from "../mixins/hosted/actor.ts";
import type { Directory } from "../mixins/hosted/directory.ts";
import { ActorHost, type HostPorts } from "../mixins/hosted/host.ts";
import { isFatalJournalError } from "../mixins/journal/event-stream.ts";
import type { Announcer, LogLine } from "./announcer.ts";
import { actorsOf, type DefinitionParts } from "./definitions.ts";
import { Keeper } from "./keeper.ts";
import { planOf } from "./plan.ts";
import { kindsOf, type Role } from "./roles.ts";

export interface FloorParts extends DefinitionParts, Pick<HostPorts, "remote" | "reminders"> {
  readonly roles: readonly Role[];
  readonly directory: Directory;
  readonly announcer: Announcer;
  readonly log: LogLine;
  /** The clock decisions are made by: the venue's in a replay. */
  readonly tradingClock: Clock;
  /** Instances ever created. */
  readonly strategyIds: () => Promise<readonly string[]>;
  /** Research runs that are to be carried on. Default: none. */
  readonly runIds?: () => Promise<readonly string[]>;
}

/** What the author's code did wrong: it ends the activation, so that the supervisor judges it. */
const STRATEGY_FAULTS: ReadonlySet<string> = new Set([
  "STRATEGY_THREW",
  "BAD_INTENT",
  "INTENT_FLOOD",
  "BAD_STATE",
  "STATE_VERSION",
  "STRATEGY_STUCK",
  "STRATEGY_OUT_OF_MEMORY",
  "STRATEGY_CRASHED",
]);

export class Floor {
  readonly host: ActorHost;
  readonly definitions: ReadonlyMap<string, AnyActor>;
  readonly keeper: Keeper;
  readonly #parts: FloorParts;
  readonly #books = new Map<string, BookQuality>();

  constructor(parts: FloorParts) {
    this.#parts = parts;
    const { feed, announcer, log, tradingClock, systemClock, elapsedMs, defer, settings, directory, remote, reminders, holder } = parts;
    this.host = new ActorHost({
      tradingClock,
      systemClock,
      elapsedMs,
      defer,
      feed,
      log,
      directory,
      isUrgent: (kind) => URGENT_KINDS.has(kind),
      isFatal: (error) => isFatalJournalError(error) || (isExpected(error) && STRATEGY_FAULTS.has(error.type)),
      announce: announcer.announce,
      onDeadLetter: (row) => feed.publish(subjects.floor("dead-letter"), row),
      askTimeoutMs: settings.askTimeoutMs,
      ...(remote === undefined ? {} : { remote }),
      ...(reminders === undefined ? {} : { reminders }),
      ...(holder === undefined ? {} : { holder }),
    });
    const kinds = new Set(kindsOf(parts.roles));
    this.definitions = new Map(
      actorsOf(parts)
        .filter(({ kind }) => kinds.has(kind))
        .map((definition) => [definition.kind, definition]),
    );
    for (const definition of this.definitions.values()) this.host.register(definition);
    this.keeper = this.#keep();
    feed.onGap((lost) => this.#refillBars(lost));
  }

  /** Wakes what belongs here, in the order it depends on each other; resolves when orders are reconciled and strategies run. */
  async wake(): Promise<void> {
    await this.keeper.start();
  }

  /** Ends every actor in order, after what is under way, within `timeoutMs`. */
  async rest(timeoutMs: number): Promise<void> {
    const { systemClock, defer } = this.#parts;
    await this.keeper.close();
    const untilMs = systemClock.now() + timeoutMs;
    await this.host.stop(["backtest", "optimizer", "strategy", "bars"].filter((kind) => this.definitions.has(kind)));
    while (!this.host.quiet && systemClock.now() < untilMs) await new Promise<void>((resolve) => defer(resolve));
    await this.host.stop(STOP_ORDER.filter((kind) => this.definitions.has(kind)));
  }

  /** Books on this node that may be acted on, of all on it. */
  feeds(): { live: number; total: number } {
    const { directory } = this.#parts;
    let [live, total] = [0, 0];
    for (const { kind, id, node } of directory.leases()) {
      if (kind !== "book" || node !== directory.nodeId) continue;
      total++;
      if (this.#qualityOf(id) === "LIVE") live++;
    }
    return { live, total };
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

  #keep(): Keeper {
    const { desk, directory, systemClock, log, strategyIds, runIds, remote } = this.#parts;
    const hasBooks = (venue: string): boolean => this.#parts.venues.find(({ id }) => id === venue)?.capabilities.depthStream !== false;
    return new Keeper({
      directory,
      host: this.host,
      kinds: new Set(this.definitions.keys()),
      plan: planOf({ desk, host: this.host, hasBooks, strategyIds, runIds: runIds ?? (() => Promise.resolve([])) }),
      wake: (kind, id) => remote?.wake(kind, id),
      // From then on the tops of new books are heard.
      settled: () => void this.feeds(),
      clock: systemClock,
      log,
    });
  }

  /** Bars that missed trades are made again from the venue's history. */
  #refillBars(lost: readonly string[]): void {
    const markets = lost
      .filter((subject) => /^(trade|venue-bar)\./.test(subject))
      .map((subject) => subject.slice(subject.indexOf(".") + 1));
    if (markets.length === 0) return;
    for (const { actorId, key } of this.host.rows("bars")) {
      if (!markets.some((market) => key === market || key.startsWith(`${market}:`))) continue;
      this.#parts.log("info", `${actorId} is made again: trades may have been lost on their way`);
      this.host.restart(actorId).catch((error: unknown) => this.#parts.log("warn", `${actorId} did not restart`, error));
    }
  }

  /** Of a book of this node: heard from its tops, from the first question on. */
  #qualityOf(market: string): BookQuality {
    const known = this.#books.get(market);
    if (known !== undefined) return known;
    this.#books.set(market, "RESYNC");
    const colon = market.indexOf(":");
    const subject = subjects.top(market.slice(0, colon), market.slice(colon + 1));
    this.#parts.feed.subscribe(subject, (top) => void this.#books.set(market, (top as BookTop).quality));
    return "RESYNC";
  }
}
